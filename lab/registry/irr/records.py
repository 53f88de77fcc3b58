"""What the IRR holds: route, route6 and as-set objects (RFC 2622, RFC 4012)."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.prefix import Prefix


@dataclass(frozen=True, slots=True)
class RouteObject:
    """`origin` may announce `prefix`, says `maintainer` (a mntner such as CUSTOMER-MNT) in registry `source`
    (ARIN, RIPE, APNIC, LACNIC, AFRINIC; RPKI for what is derived from a VRP).

    `descr` and `remarks` are lines. `created` and `changed` are UNIX seconds of the lab's calendar.
    """

    prefix: Prefix
    origin: int
    source: str
    maintainer: str
    descr: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    created: float = 0.0
    changed: float = 0.0

    @property
    def key(self) -> str:
        """What no other route object has: prefix, origin and source."""
        return f"{self.prefix} AS{self.origin} {self.source}"

    @property
    def kind(self) -> str:
        """The object's class: `route`, or `route6` (RFC 4012 section 3)."""
        return "route" if self.prefix.version == 4 else "route6"


@dataclass(frozen=True, slots=True)
class AsSet:
    """`members` are AS numbers as `AS64496` and names of other sets as `AS-CUSTOMER`, in upper case."""

    name: str
    members: tuple[str, ...]
    source: str
    maintainer: str
    descr: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    created: float = 0.0
    changed: float = 0.0

    @property
    def key(self) -> str:
        """What no other as-set has: name and source."""
        return f"{self.name} {self.source}"

    @property
    def kind(self) -> str:
        """The object's class."""
        return "as-set"
