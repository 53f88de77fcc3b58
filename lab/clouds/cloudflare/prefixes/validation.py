"""What the IRR and the RPKI say of a prefix that is to be announced: pure judges."""

from __future__ import annotations

from collections.abc import Iterable

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.clouds.cloudflare.prefixes.record import CheckState, Finding
from lab.registry.irr.records import RouteObject


def in_registry_of(objects: Iterable[RouteObject], rir: str) -> list[RouteObject]:
    """Those that stand in the IRR of the RIR that has registered the space: only there does a route object
    need the holder's consent."""
    return [found for found in objects if found.source.upper() == rir.upper()]


def judge_irr(prefix: Prefix, asn: int, rir: str, objects: Iterable[RouteObject]) -> Finding:
    """Whether a route object (route6 for IPv6) of exactly `prefix` has origin `asn`.

    `objects` are those of `prefix` and of less specific prefixes. `mismatch_asn`: the exact ones have other
    origins. `invalid`: one that fits stands only in an IRR other than that of `rir`, where the space is
    registered. `missing`: there is none of exactly `prefix`, even if a less specific one covers it.
    """
    objects = list(objects)
    exact = [found for found in objects if found.prefix == prefix]
    authoritative = in_registry_of(exact, rir)
    kind = "route" if prefix.version == 4 else "route6"
    if any(found.origin == asn for found in authoritative):
        return Finding(CheckState.VALID, f"the {kind} object of {prefix} at {rir} has origin AS{asn}")
    if authoritative:
        return Finding(
            CheckState.MISMATCH_ASN,
            f"the {kind} object of {prefix} at {rir} has origin {_origins(authoritative)}; expected AS{asn}",
        )
    if any(found.origin == asn for found in exact):
        sources = ", ".join(sorted({found.source for found in exact if found.origin == asn}))
        where = f"the space is registered at {rir}" if rir else "the space is registered at no RIR"
        return Finding(
            CheckState.INVALID,
            f"the {kind} object of {prefix} with origin AS{asn} stands at {sources}, and {where}",
        )
    return Finding(CheckState.MISSING, _missing(prefix, asn, rir, kind, objects))


def _missing(prefix: Prefix, asn: int, rir: str, kind: str, objects: list[RouteObject]) -> str:
    expected = f"expected one with origin AS{asn} at {rir or 'an RIR'}"
    covering = next((found for found in objects if found.prefix != prefix), None)
    if covering is not None:
        return (
            f"there is no {kind} object of exactly {prefix}, only of {covering.prefix} "
            f"(origin AS{covering.origin}), which does not count; {expected}"
        )
    return f"there is no {kind} object of {prefix}; {expected}"


def _origins(objects: Iterable[RouteObject]) -> str:
    return ", ".join(f"AS{origin}" for origin in sorted({found.origin for found in objects}))


def judge_rpki(prefix: Prefix, asn: int, vrps: Iterable[Vrp]) -> Finding:
    """Whether a ROA authorises `asn` to announce `prefix` (RFC 6811).

    `missing`: no VRP covers it. `mismatch_asn`: those that do name other ASes. `invalid`: one names `asn`,
    with a maxLength that is too short.
    """
    verdict = VrpTable(vrp for vrp in vrps if vrp.prefix.covers(prefix)).explain(prefix, asn)
    why = str(verdict)
    if verdict.state is RovState.VALID:
        return Finding(CheckState.VALID, f"a ROA authorises AS{asn} to announce {prefix}")
    if verdict.state is RovState.NOT_FOUND:
        return Finding(CheckState.MISSING, f"{why}; expected a ROA for AS{asn}")
    if any(vrp.asn == asn for vrp, _ in verdict.covering):
        return Finding(CheckState.INVALID, why)
    return Finding(CheckState.MISMATCH_ASN, why)
