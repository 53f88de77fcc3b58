"""The zones of all accounts, and which of them are active."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.zones.name_servers import NameServers
from lab.clouds.cloudflare.zones.zone import Zone, ZoneKind
from lab.dns.names import DomainNameError, around, host_name, is_within
from lab.dns.resolving import REVERSE_TREES
from lab.topology.problems import suggestion

MOST_ZONES: Final = 1000
"""The most zones of one account. The contract says how many in truth; the number is the lab's."""

EXISTS: Final = 1061
"""Cloudflare's code for a zone that is there already. The other codes here are the lab's choice."""
NOT_FOUND: Final = 1001
BAD_NAME: Final = 1003
TOO_MANY: Final = 1118
OF_ANOTHER: Final = 1119


class Zones:
    """An account has a name as a zone once. A zone may be below another of its account (a subdomain setup).

    Several accounts may have a zone of one name, and at most one of these is active: of reverse DNS the one
    whose name servers the RIR has delegated the name to. Other names' registrars are not modelled: the oldest
    zone is active, and none while the name is hosted elsewhere and not delegated from there. The others are
    pending, and nobody can do anything with them that others would notice.
    """

    def __init__(self, basics: Basics, name_servers: NameServers) -> None:
        self._basics = basics
        self.name_servers = name_servers
        self._table = basics.state.table("cloudflare_zones", Zone)
        self._by_name: dict[str, list[Zone]] = {}
        self._indexed = -1
        self._goodbyes: list[Callable[[Zone], None]] = []

    def when_deleted(self, act: Callable[[Zone], None]) -> None:
        """Have `act` done whenever a zone is deleted, by those who keep what belongs to one."""
        self._goodbyes.append(act)

    def create(self, account: str, name: str, kind: ZoneKind = ZoneKind.FULL) -> Zone:
        """Add a zone: `example.com`, `sub.example.com` or, of reverse DNS, `113.0.203.in-addr.arpa`.

        Raises CloudflareError. A zone of that name in another account is no reason: only the active one of
        them counts.
        """
        name = _checked(name)
        if self.named(account, name) is not None:
            raise CloudflareError(400, EXISTS, f"{name} already exists", "/name")
        above = None if is_reverse(name) else self.covering(name.partition(".")[2])
        if above is not None and above.account != account:
            raise CloudflareError(
                403,
                OF_ANOTHER,
                f"{name} is below a zone of another account, which would have to add it",
                "/name",
            )
        if len(self.of_account(account)) >= MOST_ZONES:
            raise CloudflareError(400, TOO_MANY, f"An account has at most {MOST_ZONES} zones")
        zone = Zone(self._basics.ids.new(), name, account, kind, self._basics.world.now())
        return self._table.put(zone.id, zone)

    def delete(self, zone: Zone) -> None:
        """Take a zone away, with its records, its Spectrum applications and its place on address maps."""
        for act in self._goodbyes:
            act(zone)
        self._table.remove(zone.id)

    def all(self) -> list[Zone]:
        """The zones of all accounts, oldest first."""
        return list(self._table.values())

    def of_account(self, account: str) -> list[Zone]:
        """The zones of one account, oldest first."""
        return [zone for zone in self._table.values() if zone.account == account]

    def find(self, zone_id: str) -> Zone | None:
        """The zone with this ID, of any account."""
        return self._table.get(zone_id)

    def get(self, account: str, zone_id: str) -> Zone:
        """The account's zone with this ID. Raises CloudflareError; another account's is as good as none."""
        zone = self.find(zone_id)
        if zone is None or zone.account != account:
            near = suggestion(zone_id, [own.id for own in self.of_account(account)], "the account's zones")
            raise CloudflareError(404, NOT_FOUND, f"There is no zone {zone_id}; {near}".removesuffix("; "))
        return zone

    def named(self, account: str, name: str) -> Zone | None:
        """The account's zone of exactly this name, active or not."""
        return next((zone for zone in self._named(name) if zone.account == account), None)

    def covering(self, name: str) -> Zone | None:
        """The most specific active zone that `name` is in."""
        found: Zone | None = None
        for part in reversed(list(around(name))):
            zones = (zone for zone in self._named(part) if self._takes_over(zone, found))
            found = next(zones, found)
        return found

    def is_active(self, zone: Zone) -> bool:
        """Whether the world is sent to this zone of the name, and not to another account's or nobody's."""
        return self.covering(zone.name) == zone

    def owns(self, account: str, name: str) -> bool:
        """Whether `name` is in an active zone of the account, and in no more specific one of another."""
        zone = self.covering(name)
        return zone is not None and zone.account == account

    def _takes_over(self, zone: Zone, above: Zone | None) -> bool:
        """Whether a zone has its name, given the nearest active zone above it."""
        if not zone.is_served:
            return False
        if not is_reverse(zone.name):
            elsewhere = self._basics.world.servers_elsewhere(zone.name)
            if elsewhere:
                return not set(self.name_servers.of(zone.account)).isdisjoint(elsewhere)
        if above is not None and above.account == zone.account:
            return True
        if is_reverse(zone.name):
            return self.name_servers.serves(zone.account, zone.name)
        return above is None

    def _named(self, name: str) -> list[Zone]:
        """The zones of exactly this name, the oldest first."""
        if self._indexed != self._basics.state.changes:
            self._by_name = {}
            for zone in self._table.values():
                self._by_name.setdefault(zone.name, []).append(zone)
            self._indexed = self._basics.state.changes
        return self._by_name.get(name, [])


def is_reverse(name: str) -> bool:
    """Whether a name is of reverse DNS, which the RIRs delegate."""
    return any(is_within(name, tree) for tree in REVERSE_TREES)


def _checked(text: str) -> str:
    try:
        return host_name(text)
    except DomainNameError as error:
        raise CloudflareError(400, BAD_NAME, f"Invalid zone name: {error}", "/name") from None
