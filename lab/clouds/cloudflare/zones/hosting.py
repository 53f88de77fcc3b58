"""What the name servers of one account answer: its zones, each as it is now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.zones.anycast import own_addresses
from lab.clouds.cloudflare.zones.dns_record import AUTOMATIC_SECONDS, PROXIABLE, DnsRecord
from lab.clouds.cloudflare.zones.text_content import plain_text
from lab.clouds.cloudflare.zones.zone import Zone
from lab.clouds.cloudflare.zones.zones import Zones, is_reverse
from lab.dns.names import is_within
from lab.dns.zones import ResourceRecord
from lab.state.state import State

if TYPE_CHECKING:
    from lab.clouds.cloudflare.maps.address_maps import AddressMaps
    from lab.clouds.cloudflare.settings import CloudflareSettings
    from lab.clouds.cloudflare.spectrum.apps import SpectrumApps
    from lab.clouds.cloudflare.zones.dns_records import DnsRecords


class AccountHost:
    """A lab.dns.zones.ZoneHost: the full zones of the account with this ID.

    Of reverse DNS all of them: who asks has been sent here by the RIR. Of other names, whose delegation is
    not modelled, the active ones.
    """

    def __init__(
        self, account: str, zones: Zones, state: State, hosted: Callable[[Zone], CloudflareZone]
    ) -> None:
        self.nameservers = zones.name_servers.of(account)
        self.account = account
        self._all = zones
        self._state = state
        self._hosted = hosted
        self._as_of = -1
        self._zones: dict[str, CloudflareZone] = {}

    def zones(self) -> Mapping[str, CloudflareZone]:
        """The zones that are answered for, by name."""
        if self._as_of != self._state.changes:
            self._zones = {zone.name: self._hosted(zone) for zone in self._own() if zone.is_served}
            self._as_of = self._state.changes
        return self._zones

    def _own(self) -> Iterator[Zone]:
        for zone in self._all.of_account(self.account):
            if is_reverse(zone.name) or self._all.is_active(zone):
                yield zone


@dataclass(frozen=True, slots=True)
class CloudflareZone:
    """What is proxied is answered with the addresses that an address map says, or with Cloudflare's own;
    names of Spectrum with their edge IPs; anything else as its records are."""

    zone: Zone
    settings: CloudflareSettings
    dns_records: DnsRecords
    maps: AddressMaps
    spectrum: SpectrumApps

    @property
    def origin(self) -> str:
        """The zone's name."""
        return self.zone.name

    def names(self) -> Collection[str]:
        """Every name that has records, and those of Spectrum applications."""
        return self.dns_records.names(self.zone) | {app.name for app in self.spectrum.of_zone(self.zone)}

    def exists(self, name: str) -> bool:
        """Whether there are records or applications at a name, or below it."""
        return self.dns_records.exists(self.zone, name) or any(
            is_within(app.name, name) for app in self.spectrum.of_zone(self.zone)
        )

    def records(self, name: str) -> Iterable[ResourceRecord]:
        """The records at a name, as they are answered."""
        kept = self.dns_records.at(self.zone, name)
        apps = [app for app in self.spectrum.of_zone(self.zone) if app.name == name]
        if apps:
            arrivals = {address for app in apps for address in self.spectrum.edge_addresses(app)}
            yield from addresses_as_records(name, sorted(arrivals))
        elif any(record.proxied for record in kept):
            yield from addresses_as_records(name, self._front(name))
        else:
            yield from (answered(record) for record in kept if record.rtype in PROXIABLE)
        yield from (answered(record) for record in kept if record.rtype not in PROXIABLE)

    def _front(self, name: str) -> tuple[Address, ...]:
        """Where clients of a proxied name arrive: exactly the map's addresses, if a map says which."""
        mapped = self.maps.addresses_for(self.zone)
        if mapped is not None:
            return mapped
        return own_addresses(self.settings, name, 4) + own_addresses(self.settings, name, 6)


def addresses_as_records(name: str, addresses: Iterable[Address]) -> Iterator[ResourceRecord]:
    """A and AAAA records of what Cloudflare answers itself."""
    for address in addresses:
        yield ResourceRecord(name, "A" if address.version == 4 else "AAAA", str(address), AUTOMATIC_SECONDS)


def answered(record: DnsRecord) -> ResourceRecord:
    """A record that is not proxied, as it is answered."""
    content = record.content
    if record.rtype == "TXT":
        content = plain_text(content)
    elif record.rtype == "MX":
        content = f"{record.draft.priority} {content}"
    return ResourceRecord(record.name, record.rtype, content, record.seconds)
