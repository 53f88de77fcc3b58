"""Service bindings: which of Cloudflare's services handles packets to which addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.bgp_prefixes import BgpPrefixes
from lab.clouds.cloudflare.prefixes.binding_rules import check_may_go, check_new, default_of
from lab.clouds.cloudflare.prefixes.cidrs import check_inside
from lab.clouds.cloudflare.prefixes.contracts import account_with, check_contract
from lab.clouds.cloudflare.prefixes.delegations import Delegations
from lab.clouds.cloudflare.prefixes.handlers import Handler, handler_of
from lab.clouds.cloudflare.prefixes.limits import MOST_BINDINGS, check_room
from lab.clouds.cloudflare.prefixes.noting import note
from lab.clouds.cloudflare.prefixes.prefixes import Prefixes
from lab.clouds.cloudflare.prefixes.readiness import check_ready
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.prefixes.service_binding import ProvisioningState, ServiceBinding
from lab.clouds.cloudflare.prefixes.services import ENTITLED_BY, service_of
from lab.clouds.due_times import earliest
from lab.topology.cloudflare_section import ServiceName
from lab.topology.problems import suggestion


class Bindings:
    """The service bindings of all prefixes, by ID. Those that are being deleted are kept until every site has
    forgotten them, and are not listed."""

    def __init__(
        self, basics: Basics, prefixes: Prefixes, delegations: Delegations, bgp_prefixes: BgpPrefixes
    ) -> None:
        self._basics = basics
        self._prefixes = prefixes
        self._delegations = delegations
        self._bgp_prefixes = bgp_prefixes
        self._table = basics.state.table("cloudflare_bindings", ServiceBinding)
        bgp_prefixes.default_service = self._default_service
        for record, service in prefixes.newly_onboarded:
            self._onboard(record, service)

    def of(self, record: PrefixRecord) -> list[ServiceBinding]:
        """The bindings of a prefix."""
        return [binding for binding in self._all_of(record) if not binding.is_being_deleted]

    def _all_of(self, record: PrefixRecord) -> list[ServiceBinding]:
        return [binding for binding in self._table.values() if binding.prefix_id == record.id]

    def default(self, record: PrefixRecord) -> ServiceBinding | None:
        """The binding of all of a prefix, if there is one and it is to stay."""
        return default_of(record.prefix, self._all_of(record))

    def _default_service(self, record: PrefixRecord) -> ServiceName | None:
        binding = self.default(record)
        return None if binding is None else binding.service

    def get(self, record: PrefixRecord, binding_id: str) -> ServiceBinding:
        """The prefix's binding with this ID. Raises CloudflareError."""
        binding = self._table.get(binding_id)
        if binding is not None and binding.prefix_id == record.id and not binding.is_being_deleted:
            return binding
        hint = suggestion(binding_id, [known.id for known in self.of(record)], "its bindings are")
        message = f"The prefix {record.prefix} has no service binding with the ID {binding_id[:64]}"
        raise CloudflareError(404, codes.NOT_FOUND, f"{message}; {hint}" if hint else message)

    def prefix_for_binding(self, account: str, prefix_id: str) -> PrefixRecord:
        """The prefix with this ID, which `account` wants to bind. Raises CloudflareError where it is another
        account's; one that may use addresses of it is told who binds them."""
        record = self._prefixes.find(prefix_id)
        if (
            record is not None
            and record.account != account
            and self._delegations.is_delegated(record, account)
        ):
            raise CloudflareError(
                403,
                codes.DELEGATION,
                f"Addresses of {record.prefix} are delegated to this account; their service bindings are "
                "created and managed on the parent account, the one that added the prefix",
            )
        return self._prefixes.get(account, prefix_id)

    def create(self, record: PrefixRecord, cidr: Prefix, service_id: str) -> ServiceBinding:
        """Bind addresses to a service, which takes four to six hours to reach every site.

        The first binding must be of the whole prefix, and makes its BGP prefix, withdrawn. Raises
        CloudflareError where a rule of the scope, the contract or another binding is against it.
        """
        check_ready(record, "services can be bound")
        service = service_of(service_id)
        check_inside(cidr, record)
        known = self._all_of(record)
        check_new(record, known, cidr, service)
        check_room(len(known), MOST_BINDINGS, f"The prefix {record.prefix}", "service bindings")
        check_contract(self._basics.settings, record.account, ENTITLED_BY[service])
        now = self._basics.world.now()
        binding_id = self._basics.ids.new()
        binding = ServiceBinding(
            binding_id,
            record.id,
            record.account,
            cidr,
            service,
            now,
            arrives=self._propagation(binding_id, now),
            worked=now,
        )
        return self._add(record, binding, "bound; the sites follow one by one")

    def _onboard(self, record: PrefixRecord, service: ServiceName) -> None:
        binding = ServiceBinding(
            self._basics.ids.new(), record.id, record.account, record.prefix, service, record.created
        )
        self._add(record, replace(binding, state=self._state_when_there(binding)), "bound")

    def _add(self, record: PrefixRecord, binding: ServiceBinding, text: str) -> ServiceBinding:
        self._table.put(binding.id, binding)
        self._note(binding, "", binding.state.value, text)
        if binding.cidr == record.prefix and self._bgp_prefixes.of_whole(record) is None:
            self._bgp_prefixes.add(record, record.prefix)
        return binding

    def _propagation(self, binding_id: str, now: float) -> Mapping[str, float]:
        window = self._basics.settings.delays.binding
        sites = self._basics.settings.sites or ("",)
        return {
            site: now + self._basics.drawn(window, f"binding {binding_id} {now} {site}") for site in sites
        }

    def delete(self, record: PrefixRecord, binding: ServiceBinding) -> None:
        """Unbind addresses, which takes as long. Raises CloudflareError for the default binding while any of
        the prefix is advertised, or other bindings are there."""
        if binding.cidr == record.prefix and self._bgp_prefixes.is_in_use(record):
            in_use = ", ".join(str(bgp.cidr) for bgp in self._bgp_prefixes.of(record) if bgp.is_in_use)
            raise CloudflareError(
                400,
                codes.IN_USE,
                f"The default binding of {record.prefix} cannot be deleted while {in_use} is advertised: "
                "nothing would handle its traffic. Withdraw it first, and wait until that has ended",
            )
        check_may_go(record, self._all_of(record), binding)
        now = self._basics.world.now()
        leaves = self._propagation(binding.id, now)
        self._table.put(binding.id, replace(binding, deleted=now, leaves=leaves, worked=now))
        self._note(binding, binding.state.value, "deleting", "unbound; the sites follow one by one")

    def is_ready(self, binding: ServiceBinding, site: str) -> bool:
        """Whether a site follows what was asked for last: the binding, or its deletion."""
        return binding.is_ready(site, self._basics.world.now())

    def at_address(self, address: Address, site: str) -> Handler | None:
        """What the site does with packets to an address now; None where it is in no approved prefix."""
        record = self._prefixes.covering(address)
        if record is None or not record.is_approved:
            return None
        return handler_of(record, self._all_of(record), address, site, self._basics.world.now())

    def next_due(self) -> float | None:
        """When a binding, or its deletion, next reaches a site."""
        return earliest(binding.next_due() for binding in self._table.values())

    def work(self, now: float) -> None:
        """Note what has reached which site by `now`."""
        for binding in self._table.values():
            due = binding.next_due()
            if due is not None and due <= now:
                self._note_sites(binding, now)
                self._follow(binding, now)

    def _note_sites(self, binding: ServiceBinding, now: float) -> None:
        before, after = ("deleting", "gone") if binding.is_being_deleted else ("provisioning", "there")
        for site, time in binding.times.items():
            if site and binding.worked < time <= now:
                self._note(binding, before, after, "this site follows", subject=f"binding at {site}")

    def _follow(self, binding: ServiceBinding, now: float) -> None:
        if binding.is_being_deleted:
            if now >= binding.everywhere:
                self._table.remove(binding.id)
                self._note(binding, "deleting", "", "all sites have forgotten it")
                return
        elif binding.state is ProvisioningState.PROVISIONING and now >= binding.majority:
            state = self._state_when_there(binding)
            self._note(binding, binding.state.value, state.value, "a majority of the sites has it")
            binding = replace(binding, state=state)
        self._table.put(binding.id, replace(binding, worked=now))

    def _state_when_there(self, binding: ServiceBinding) -> ProvisioningState:
        account = account_with(self._basics.settings, binding.account)
        if binding.service is ServiceName.MAGIC_TRANSIT and (account is None or account.tunnel is None):
            return ProvisioningState.MAGIC_TRANSIT_ROUTE_MISSING
        return ProvisioningState.ACTIVE

    def _note(
        self, binding: ServiceBinding, before: str, after: str, text: str, *, subject: str = "binding"
    ) -> None:
        whole = f"{binding.service.value}, {text}"
        note(self._basics, binding.cidr, binding.account, subject, before, after, whole)
