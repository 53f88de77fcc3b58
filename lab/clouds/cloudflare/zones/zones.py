"""The zones of all accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.zones.zone import Zone, ZoneKind
from lab.dns.names import DomainNameError, around, host_name
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
    """Every name is a zone once. A zone may be below another of its account (a subdomain setup)."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._table = basics.state.table("cloudflare_zones", Zone)
        self._goodbyes: list[Callable[[Zone], None]] = []

    def when_deleted(self, act: Callable[[Zone], None]) -> None:
        """Have `act` done whenever a zone is deleted, by those who keep what belongs to one."""
        self._goodbyes.append(act)

    def create(self, account: str, name: str, kind: ZoneKind = ZoneKind.FULL) -> Zone:
        """Add a zone: `example.com`, `sub.example.com` or, of reverse DNS, `113.0.203.in-addr.arpa`.

        Raises CloudflareError.
        """
        name = _checked(name)
        if self.named(name) is not None:
            raise CloudflareError(400, EXISTS, f"{name} already exists.", "/name")
        above = self.covering(name)
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
        return self._table.put(name, zone)

    def delete(self, zone: Zone) -> None:
        """Take a zone away, with its records, its Spectrum applications and its place on address maps."""
        for act in self._goodbyes:
            act(zone)
        self._table.remove(zone.name)

    def all(self) -> list[Zone]:
        """The zones of all accounts, oldest first."""
        return list(self._table.values())

    def of_account(self, account: str) -> list[Zone]:
        """The zones of one account, oldest first."""
        return [zone for zone in self._table.values() if zone.account == account]

    def find(self, zone_id: str) -> Zone | None:
        """The zone with this ID, of any account."""
        return next((zone for zone in self._table.values() if zone.id == zone_id), None)

    def get(self, account: str, zone_id: str) -> Zone:
        """The account's zone with this ID. Raises CloudflareError; another account's is as good as none."""
        zone = self.find(zone_id)
        if zone is None or zone.account != account:
            near = suggestion(zone_id, [own.id for own in self.of_account(account)], "the account's zones")
            raise CloudflareError(404, NOT_FOUND, f"There is no zone {zone_id}; {near}".removesuffix("; "))
        return zone

    def named(self, name: str) -> Zone | None:
        """The zone of exactly this name."""
        return self._table.get(name)

    def covering(self, name: str) -> Zone | None:
        """The most specific zone that `name` is in."""
        return next((zone for above in around(name) if (zone := self._table.get(above))), None)

    def owns(self, account: str, name: str) -> bool:
        """Whether `name` is in a zone of the account, and in no more specific one of another."""
        zone = self.covering(name)
        return zone is not None and zone.account == account


def _checked(text: str) -> str:
    try:
        return host_name(text)
    except DomainNameError as error:
        raise CloudflareError(400, BAD_NAME, f"Invalid zone name: {error}", "/name") from None
