"""What the edge at one site does with packets to one address: what the walk of a packet needs of bindings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.prefixes.service_binding import ServiceBinding
from lab.topology.cloudflare_section import ServiceName


class HandlerState(Enum):
    """Whether a site has somewhere to send packets to."""

    READY = "ready"
    PROVISIONING = "provisioning"
    DELETING = "deleting"
    UNBOUND = "unbound"


@dataclass(frozen=True, slots=True)
class Handler:
    """The most specific binding that a site knows for an address of `prefix`, or is about to know or forget.

    READY: packets go to `service`. PROVISIONING and DELETING: they are dropped, from `since` until `until`
    (UNIX seconds of the calendar). UNBOUND: nothing is bound, and they are dropped; `binding` is None.
    """

    prefix: PrefixRecord
    binding: ServiceBinding | None
    state: HandlerState
    since: float
    until: float | None = None

    @property
    def is_ready(self) -> bool:
        """Whether packets are handled rather than dropped."""
        return self.state is HandlerState.READY

    @property
    def service(self) -> ServiceName | None:
        """The service that handles packets, or will, or did; None where nothing is bound."""
        return self.binding.service if self.binding else None

    @property
    def account(self) -> str:
        """The ID of the account whose prefix it is: that of Magic Transit's tunnel."""
        return self.prefix.account


def handler_of(
    prefix: PrefixRecord, bindings: Iterable[ServiceBinding], address: Address, site: str, now: float
) -> Handler:
    """What `site` does with packets to `address` of `prefix`, which has these bindings.

    A change of a binding disrupts its addresses at a site until the site has it ("Services for the IP
    addresses in scope are likely disrupted during this window"): for the lab likely is always.
    """
    covering = [binding for binding in bindings if binding.cidr.covers(address.host)]
    for binding in sorted(covering, key=lambda binding: -binding.cidr.length):
        ready = binding.is_ready(site, now)
        if binding.is_being_deleted and ready:
            continue
        until = binding.times.get(site, binding.everywhere)
        if binding.deleted is not None:
            return Handler(prefix, binding, HandlerState.DELETING, binding.deleted, until)
        if not ready:
            return Handler(prefix, binding, HandlerState.PROVISIONING, binding.created, until)
        return Handler(prefix, binding, HandlerState.READY, until)
    return Handler(prefix, None, HandlerState.UNBOUND, prefix.created)
