"""The name servers of the RIRs: they have the reverse tree above what holders have had delegated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from lab.dns.names import existing, is_within
from lab.dns.zones import ResourceRecord
from lab.registry.reverse.delegations import Delegations
from lab.registry.reverse.zones import TREES, zone_name

ZONE_LENGTH: Final = {4: 8, 6: 12}
"""How long the prefixes are that IANA has delegated the zones of to the RIRs."""
NAMESERVERS: Final = ("ns1.rir.example", "ns2.rir.example")
_DELEGATION_TTL: Final = 86400


@dataclass(frozen=True, slots=True)
class RirZone:
    """A zone of an RIR: nothing but delegations (a `HostedZone`)."""

    origin: str
    delegations: Mapping[str, tuple[str, ...]]
    existing: frozenset[str]

    def names(self) -> Collection[str]:
        """The zones that are delegated."""
        return self.delegations.keys()

    def exists(self, name: str) -> bool:
        """Whether a zone is delegated at a name, or below it."""
        return name in self.existing

    def records(self, name: str) -> tuple[ResourceRecord, ...]:
        """The name servers of a zone that is delegated."""
        servers = self.delegations.get(name, ())
        return tuple(ResourceRecord(name, "NS", server, _DELEGATION_TTL) for server in servers)


class RirDns:
    """All five RIRs as one `ZoneHost`. It has a zone for each /8 (IPv4) or /12 (IPv6) with space that is
    registered: what is not delegated there does not exist."""

    nameservers = NAMESERVERS

    def __init__(self, delegations: Delegations) -> None:
        self._delegations = delegations
        self._as_of: tuple[int, int] | None = None
        self._zones: dict[str, RirZone] = {}

    def zones(self) -> Mapping[str, RirZone]:
        """The zones as they are now, by origin."""
        as_of = self._delegations.changes
        if as_of != self._as_of:
            self._zones, self._as_of = self._made(), as_of
        return self._zones

    def _made(self) -> dict[str, RirZone]:
        delegated = self._delegations.all()
        return {origin: _zone(origin, delegated) for origin in sorted(self._origins())}

    def _origins(self) -> set[str]:
        """The zones to have. Who holds a whole /8 or /12 has its zone delegated from the tree itself."""
        prefixes = [each.prefix for each in self._delegations.registry.all()]
        whole = [each for each in prefixes if each.length <= ZONE_LENGTH[each.version]]
        origins = {TREES[each.version] for each in whole}
        for prefix in prefixes:
            if not any(each.covers(prefix) for each in whole):
                origins.add(zone_name(prefix.supernet(ZONE_LENGTH[prefix.version])))
        return origins


def _zone(origin: str, delegated: Mapping[str, tuple[str, ...]]) -> RirZone:
    within = {
        zone: servers for zone, servers in delegated.items() if zone != origin and is_within(zone, origin)
    }
    return RirZone(origin, within, existing(within))
