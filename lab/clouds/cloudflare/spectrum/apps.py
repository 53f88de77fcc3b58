"""The Spectrum applications of all zones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.spectrum.app import AppDraft, Connectivity, SpectrumApp
from lab.clouds.cloudflare.spectrum.app_rules import check_app
from lab.clouds.cloudflare.spectrum.codes import BAD_NAME, NOT_AUTHORIZED, NOT_FOUND, TAKEN, TOO_MANY
from lab.clouds.cloudflare.zones.anycast import own_addresses
from lab.clouds.cloudflare.zones.dns_record import PROXIABLE
from lab.clouds.cloudflare.zones.dns_records import DnsRecords
from lab.clouds.cloudflare.zones.names import name_in_zone
from lab.clouds.cloudflare.zones.zone import Zone
from lab.clouds.cloudflare.zones.zones import Zones
from lab.dns.names import DomainNameError

if TYPE_CHECKING:
    from lab.clouds.cloudflare.prefixes.delegations import Delegations

MOST_APPS: Final = 500
"""The most applications of one zone. The contract says how many in truth; the number is the lab's."""


class SpectrumApps:
    """Applications by zone. Which packets come to them is for the service bindings of their addresses.

    Address maps and DNS records have no say here: `edge_ips` alone decides where clients arrive.
    """

    def __init__(
        self, basics: Basics, zones: Zones, dns_records: DnsRecords, delegations: Delegations
    ) -> None:
        self._basics = basics
        self._zones = zones
        self._dns_records = dns_records
        self._delegations = delegations
        self._table = basics.state.table("cloudflare_spectrum_apps", SpectrumApp)
        zones.when_deleted(self._forget)
        dns_records.also_held_by(self._holder)

    def create(self, zone: Zone, draft: AppDraft) -> SpectrumApp:
        """Add an application. Raises CloudflareError."""
        if len(self.of_zone(zone)) >= MOST_APPS:
            raise CloudflareError(400, TOO_MANY, f"A zone has at most {MOST_APPS} Spectrum applications")
        now = self._basics.world.now()
        app = SpectrumApp(self._basics.ids.new(), zone.id, zone.account, draft, now, now)
        return self._put(self._checked(zone, app))

    def change(self, zone: Zone, app_id: str, draft: AppDraft) -> SpectrumApp:
        """Have `draft` in the place of an application. Raises CloudflareError."""
        app = replace(self.get(zone, app_id), draft=draft, modified=self._basics.world.now())
        return self._put(self._checked(zone, app))

    def delete(self, zone: Zone, app_id: str) -> None:
        """Take an application away. Raises CloudflareError."""
        self._table.remove(self.get(zone, app_id).id)

    def get(self, zone: Zone, app_id: str) -> SpectrumApp:
        """An application of the zone. Raises CloudflareError."""
        app = self._table.get(app_id)
        if app is None or app.zone != zone.id:
            raise CloudflareError(404, NOT_FOUND, f"{zone.name} has no Spectrum application {app_id}")
        return app

    def of_zone(self, zone: Zone) -> list[SpectrumApp]:
        """The zone's applications, oldest first."""
        return [app for app in self._table.values() if app.zone == zone.id]

    def edge_addresses(self, app: SpectrumApp) -> tuple[Address, ...]:
        """Where clients of an application arrive.

        An address that the account may use no longer, because a delegation has ended, is left out. While a
        zone is not active, its names lead nobody to Cloudflare's own addresses.
        """
        edge = app.draft.edge
        if edge.is_static:
            return tuple(address for address in edge.static if self._may_use(app.account, address))
        zone = self._zones.find(app.zone)
        if zone is None or not self._zones.is_active(zone):
            return ()
        versions = {Connectivity.ALL: (4, 6), Connectivity.IPV4: (4,), Connectivity.IPV6: (6,)}
        settings = self._basics.settings
        return tuple(
            address
            for version in versions[edge.connectivity]
            for address in own_addresses(settings, app.name, version)
        )

    def app_at(self, address: Address, protocol: str, port: int) -> SpectrumApp | None:
        """The application that listens at an address, for `tcp` or `udp`, and a port.

        Two names may have a dynamic address in common; then the older application has it.
        """
        return next(
            (
                app
                for app in self._table.values()
                if app.ports.has(protocol, port) and address in self.edge_addresses(app)
            ),
            None,
        )

    def _checked(self, zone: Zone, app: SpectrumApp) -> SpectrumApp:
        app = replace(app, draft=_with_whole_name(app.draft, zone))
        check_app(app.draft, zone.name)
        for place, address in enumerate(app.draft.edge.static):
            if not self._may_use(app.account, address):
                raise CloudflareError(
                    400,
                    NOT_AUTHORIZED,
                    "The authenticated account is not authorized to use the provided edge_ips. "
                    f"{address} is in no approved prefix of the account, and in none that is delegated to it",
                    f"/edge_ips/ips/{place}",
                )
        self._check_name_is_free(zone, app)
        self._check_ports_are_free(app)
        return app

    def _check_name_is_free(self, zone: Zone, app: SpectrumApp) -> None:
        held = [one for one in self._dns_records.at(zone, app.name) if one.rtype in PROXIABLE]
        if held:
            raise CloudflareError(
                409,
                TAKEN,
                f"{app.name} has a DNS record of type {held[0].rtype}: delete it, or use another name",
                "/dns/name",
            )

    def _check_ports_are_free(self, app: SpectrumApp) -> None:
        for other in self._others_on_ports(app):
            shared = set(app.draft.edge.static) & set(other.draft.edge.static)
            if shared:
                owner = other.id if other.account == app.account else "of another account"
                message = f"{min(shared)} {app.draft.protocol} is taken by application {owner}"
                raise CloudflareError(409, TAKEN, message, "/protocol")
            if (other.zone, other.name) == (app.zone, app.name):
                message = f"{app.name} {app.draft.protocol} is taken by application {other.id}"
                raise CloudflareError(409, TAKEN, message, "/protocol")

    def _others_on_ports(self, app: SpectrumApp) -> Iterable[SpectrumApp]:
        ports = app.ports
        return (other for other in self._table.values() if other.id != app.id and other.ports.shares(ports))

    def _holder(self, zone: Zone, name: str) -> str:
        held = (f"Spectrum application {app.id}" for app in self.of_zone(zone) if app.name == name)
        return next(held, "")

    def _may_use(self, account: str, address: Address) -> bool:
        return self._delegations.may_use(account, address)

    def _put(self, app: SpectrumApp) -> SpectrumApp:
        return self._table.put(app.id, app)

    def _forget(self, zone: Zone) -> None:
        for app in self.of_zone(zone):
            self._table.remove(app.id)


def _with_whole_name(draft: AppDraft, zone: Zone) -> AppDraft:
    try:
        name = name_in_zone(draft.dns.name, zone.name)
    except DomainNameError as error:
        raise CloudflareError(400, BAD_NAME, f"dns.name is invalid: {error}", "/dns/name") from None
    if name.startswith("*."):
        raise CloudflareError(
            400, BAD_NAME, "dns.name is invalid: a Spectrum name is no wildcard", "/dns/name"
        )
    return replace(draft, dns=replace(draft.dns, name=name))
