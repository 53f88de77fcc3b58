"""Cloudflare's authoritative DNS: who answers for which zones, and the origins behind proxied names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.zones.dns_record import DnsRecord
from lab.clouds.cloudflare.zones.hosting import AccountHost, CloudflareZone
from lab.clouds.cloudflare.zones.zone import Zone
from lab.dns.names import canonical

if TYPE_CHECKING:
    from lab.clouds.cloudflare.basics import Basics
    from lab.clouds.cloudflare.maps.address_maps import AddressMaps
    from lab.clouds.cloudflare.spectrum.apps import SpectrumApps
    from lab.clouds.cloudflare.zones.dns_records import DnsRecords
    from lab.clouds.cloudflare.zones.zones import Zones

LONGEST_CHAIN: Final = 10
"""How many CNAME records in a row are followed to an origin."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requests for a proxied name are taken: `addresses`, or, if its chain of CNAME records leaves
    Cloudflare's zones, whatever `name` resolves to there."""

    addresses: tuple[Address, ...] = ()
    name: str = ""


class Authoritative:
    """Every full zone of every account, as it is answered for now, by the name servers of its account."""

    def __init__(
        self,
        basics: Basics,
        zones: Zones,
        dns_records: DnsRecords,
        maps: AddressMaps,
        spectrum: SpectrumApps,
    ) -> None:
        self._basics = basics
        self._zones = zones
        self._dns_records = dns_records
        self._maps = maps
        self._spectrum = spectrum

        self.hosts = tuple(
            AccountHost(account.id, zones, basics.state, self._hosted)
            for account in basics.settings.accounts.values()
        )
        """One ZoneHost (lab.dns.zones) for each account."""

    def zone_of(self, host: str) -> Zone | None:
        """The active zone that a name is in; None where Cloudflare has none."""
        return self._zones.covering(canonical(host))

    def origin_of(self, host: str) -> tuple[Address, ...]:
        """The origins of a proxied name: the addresses of its records, not those it is answered with.

        Empty where the name is not proxied, or its origin is a name of somebody else: see `origin`.
        """
        found = self.origin(host)
        return found.addresses if found else ()

    def origin(self, host: str) -> Origin | None:
        """Where requests for a proxied name are taken; None for a name that is not proxied.

        A CNAME record cannot lead to what another account proxies (Cloudflare's error 1014): there is neither
        an address nor a name then, as where the chain is too long or ends at a name without addresses.
        """
        host = canonical(host)
        first = self.zone_of(host)
        if first is None or not any(record.proxied for record in self._records(host)):
            return None
        for _ in range(LONGEST_CHAIN):
            zone = self.zone_of(host)
            if zone is None:
                return Origin(name=host)
            records = self._records(host)
            if zone.account != first.account and any(record.proxied for record in records):
                return Origin()
            aliases = [record.content for record in records if record.rtype == "CNAME"]
            if not aliases:
                return Origin(_addresses(records))
            host = aliases[0]
        return Origin()

    def _records(self, host: str) -> list[DnsRecord]:
        zone = self.zone_of(host)
        return self._dns_records.matching(zone, host) if zone else []

    def _hosted(self, zone: Zone) -> CloudflareZone:
        return CloudflareZone(zone, self._basics.settings, self._dns_records, self._maps, self._spectrum)


def _addresses(records: list[DnsRecord]) -> tuple[Address, ...]:
    return tuple(Address.parse(record.content) for record in records if record.rtype in ("A", "AAAA"))
