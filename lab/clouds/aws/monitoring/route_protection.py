"""How well the ROAs protect a route, and who else announces its addresses (VPC IPAM User Guide, "Monitor BGP
route protection")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.clouds.aws.world import SeenRoute


class RpkiStatus(Enum):
    """IpamRpkiStatus: RFC 6811's state of the route, in AWS's words."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


class RpkiStrength(Enum):
    """IpamRpkiStrength. Strict: each matching ROA allows exactly its prefix. Permissive: one has a longer
    maxLength, so that more specific routes with a forged origin are valid, too (RFC 9319)."""

    STRICT = "strict"
    PERMISSIVE = "permissive"


_STATUS: Final = {
    RovState.VALID: RpkiStatus.VALID,
    RovState.INVALID: RpkiStatus.INVALID,
    RovState.NOT_FOUND: RpkiStatus.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class CoveringRoa:
    """A ROA that covers the route; `match` tells whether it makes the route valid."""

    vrp: Vrp
    match: bool


@dataclass(frozen=True, slots=True)
class Protection:
    """`strength` is None where no ROA matches. `overlaps` are prefix and origin of what others announce."""

    status: RpkiStatus
    strength: RpkiStrength | None
    roas: tuple[CoveringRoa, ...]
    overlaps: tuple[tuple[Prefix, int], ...]


def protection(
    prefix: Prefix, origin: int, own: Iterable[int], vrps: Iterable[Vrp], seen: Iterable[SeenRoute]
) -> Protection:
    """Judge the route to `prefix` that `origin` announces, or is about to.

    A route to the same or a more specific prefix that none of the ASNs `own` originates is an overlap.
    """
    table = VrpTable(vrps)
    roas = tuple(
        CoveringRoa(vrp, vrp.asn == origin and vrp.asn != 0 and prefix.length <= vrp.max_length)
        for vrp in table.covering(prefix)
    )
    matching = [roa.vrp for roa in roas if roa.match]
    wide = any(vrp.max_length > vrp.prefix.length for vrp in matching)
    strength = (RpkiStrength.PERMISSIVE if wide else RpkiStrength.STRICT) if matching else None
    others = {(each.prefix, each.path[-1]) for each in seen if each.path and prefix.covers(each.prefix)}
    mine = {origin, *own}
    overlaps = tuple(sorted(each for each in others if each[1] not in mine))
    return Protection(_STATUS[table.validate(prefix, origin)], strength, roas, overlaps)
