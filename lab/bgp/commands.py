"""What can be asked of a running speaker. Each is plain data, so it crosses a process boundary as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.bgp.aspa import Aspa, AspaMode
from lab.bgp.attributes import LargeCommunity, Origin
from lab.bgp.prefix import Prefix
from lab.bgp.prefix_filter import PrefixFilter
from lab.bgp.rov import RovMode, Vrp

MOST_PREPENDED: Final = 50
_MAX_32_BITS: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Originate:
    """Announce `prefix` from here, or change how it is announced.

    `path` is a forged AS path that follows the own ASN, neighbour side first, origin last; `prepend` adds
    that many extra copies of the own ASN.
    """

    prefix: Prefix
    path: tuple[int, ...] = ()
    prepend: int = 0
    communities: tuple[int, ...] = ()
    large_communities: tuple[LargeCommunity, ...] = ()
    med: int | None = None
    origin: Origin = Origin.IGP

    def problem(self) -> str:
        """What no BGP message could carry, as text for people; empty if all is well."""
        if not 0 <= self.prepend <= MOST_PREPENDED:
            return f"prepend {self.prepend} is not from 0 to {MOST_PREPENDED}"
        if any(not 1 <= asn <= _MAX_32_BITS for asn in self.path):
            return (
                f"the path {' '.join(map(str, self.path))} holds what is no AS number (1 to {_MAX_32_BITS})"
            )
        if self.med is not None and not 0 <= self.med <= _MAX_32_BITS:
            return f"MED {self.med} is not from 0 to {_MAX_32_BITS}"
        parts = (*self.communities, *(part for large in self.large_communities for part in large))
        if any(len(large) != 3 for large in self.large_communities) or any(
            not 0 <= part <= _MAX_32_BITS for part in parts
        ):
            return "a community is 32 bits, a large community three times 32 bits"
        return ""


@dataclass(frozen=True, slots=True)
class StopOriginating:
    """Withdraw what `Originate` announced."""

    prefix: Prefix


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Change the policy; None leaves a setting as it is. Routes already held are judged again."""

    rov: RovMode | None = None
    otc: bool | None = None
    blackhole: bool | None = None
    graceful_shutdown: bool | None = None
    aspa: AspaMode | None = None


@dataclass(frozen=True, slots=True)
class SetNeighbor:
    """Change what is set for one neighbour; None leaves a setting as it is, `clear_local_pref` removes the
    override."""

    neighbor: str
    local_pref: int | None = None
    prepend: int | None = None
    max_prefix: int | None = None
    clear_local_pref: bool = False


@dataclass(frozen=True, slots=True)
class SetCustomerFilter:
    """Take from customer `neighbor` only what `irr_filter` permits; None takes everything again. Routes
    already held are judged again."""

    neighbor: str
    irr_filter: PrefixFilter | None


@dataclass(frozen=True, slots=True)
class SetVrps:
    """Replace the VRPs that origin validation uses. Routes already held are judged again (RFC 8481)."""

    vrps: tuple[Vrp, ...]


@dataclass(frozen=True, slots=True)
class SetAspas:
    """Replace the ASPAs that path verification uses. Routes already held are judged again."""

    aspas: tuple[Aspa, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """Export routes of `prefix`, or all, to neighbour `to`, or all, whatever the relationship (RFC 7908).

    `active=False` stops the leak that was started with the same `prefix` and `to`.
    """

    prefix: Prefix | None = None
    to: str | None = None
    active: bool = True


Command = (
    Originate | StopOriginating | SetPolicy | SetNeighbor | SetCustomerFilter | SetVrps | SetAspas | Leak
)
