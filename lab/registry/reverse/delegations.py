"""Which name servers serve which reverse zone: what holders have entered at their RIR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Prefix, PrefixError
from lab.dns.names import DomainNameError, host_name
from lab.registry.database import RegistryDatabase
from lab.registry.errors import RegistryError
from lab.registry.reverse.zones import reverse_zones, zone_name, zone_prefix
from lab.state.state import State

MOST_NAMESERVERS: Final = 13
"""Of one zone: more do not fit into a referral over plain UDP."""


@dataclass(frozen=True, slots=True)
class ReverseDelegation:
    """`holder`, who had registered the space then, has had `zone` delegated to `nameservers`."""

    zone: str
    nameservers: tuple[str, ...]
    holder: str


class Delegations:
    """The delegations of reverse zones, edited by whoever holds the space. One thread at a time.

    A delegation goes when its space is registered to somebody else, or no more.
    """

    def __init__(self, state: State, registry: RegistryDatabase) -> None:
        """Raises lab.state.errors.StateError where `state` holds what cannot be read."""
        self._state = state
        self.registry = registry
        self._records = state.table("registry_reverse_delegations", ReverseDelegation)

    def nameservers(self, zone: str) -> tuple[str, ...]:
        """The name servers that `zone` is delegated to; none if it is not."""
        found = self._records.get(zone)
        return found.nameservers if found is not None and self._stands(found) else ()

    def all(self) -> Mapping[str, tuple[str, ...]]:
        """The name servers of every zone that is delegated, by zone."""
        return {each.zone: each.nameservers for each in self._records.values() if self._stands(each)}

    @property
    def changes(self) -> tuple[int, int]:
        """While it is the same, so are all delegations."""
        return self._state.changes, self.registry.state.changes

    def delegate(self, where: Prefix | str, nameservers: Iterable[str]) -> tuple[str, ...]:
        """Have all zones of a prefix, or one zone, served by `nameservers`; by none if that is empty.

        A text is a prefix or the name of a zone. Returns the zones. Raises RegistryError, and then changes
        nothing, for space that is not registered, a name server that is not the name of a host, and a zone
        that does not end at an octet or nibble.
        """
        zones = _zones(where)
        servers = _servers(nameservers)
        with self._state.transaction():
            for zone in zones:
                holder = self._holder(zone)
                if servers:
                    self._records.put(zone, ReverseDelegation(zone, servers, holder))
                elif zone in self._records:
                    self._records.remove(zone)
        return zones

    def _stands(self, delegation: ReverseDelegation) -> bool:
        registration = self.registry.find(zone_prefix(delegation.zone))
        return registration is not None and registration.holder == delegation.holder

    def _holder(self, zone: str) -> str:
        prefix = zone_prefix(zone)
        registration = self.registry.find(prefix)
        if registration is not None:
            return registration.holder
        inside = [each.prefix for each in self.registry.all() if prefix.covers(each.prefix)]
        names = [name for each in inside[:12] for name in reverse_zones(each)][:12]
        hint = (
            f"the zones of what is registered in it: {', '.join(names)}" if inside else self._nearest(prefix)
        )
        raise RegistryError(f"no holder has {prefix}, so that nobody can have {zone} delegated", hint)

    def _nearest(self, prefix: Prefix) -> str:
        alike = [each for each in self.registry.all() if each.prefix.version == prefix.version]
        if not alike:
            return f"no IPv{prefix.version} space is registered"
        nearest = min(alike, key=lambda each: abs(each.prefix.value - prefix.value))
        return f"the nearest that is registered is {nearest.prefix}, held by {nearest.holder}"


def _zones(where: Prefix | str) -> tuple[str, ...]:
    if isinstance(where, str):
        if "/" not in where or where.rstrip(".").endswith(".arpa"):
            return (zone_name(zone_prefix(where)),)
        try:
            where = Prefix.parse(where)
        except PrefixError as error:
            raise RegistryError(str(error)) from None
    return reverse_zones(where)


def _servers(names: Iterable[str]) -> tuple[str, ...]:
    try:
        servers = tuple(dict.fromkeys(host_name(name) for name in names))
    except DomainNameError as error:
        raise RegistryError(f"a name server: {error}") from None
    if len(servers) > MOST_NAMESERVERS:
        raise RegistryError(
            f"{len(servers)} name servers are too many for a zone", f"at most {MOST_NAMESERVERS} are possible"
        )
    return servers
