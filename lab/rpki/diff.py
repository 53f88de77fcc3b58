"""What has changed between two sets of validated payloads, and which routes it makes valid or invalid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lab.bgp.aspa import Aspa
from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.rpki.payloads import Payloads, Source
from lab.topology.problems import printable


@dataclass(frozen=True, slots=True)
class VrpChange:
    """A VRP that came or went, with the objects it comes, or came, from."""

    vrp: Vrp
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class AspaChange:
    """The providers that all ASPAs of a customer name together; None where it has none."""

    customer: int
    old: tuple[int, ...] | None
    new: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class RouteChange:
    """A route whose origin validation state is another one now."""

    prefix: Prefix
    origin: int
    old: RovState
    new: RovState


@dataclass(frozen=True, slots=True)
class PayloadDiff:
    """All that changed, each part ascending. A payload under another trust anchor is another one; one that
    only comes from another object or expires at another time is not."""

    added: tuple[VrpChange, ...]
    removed: tuple[VrpChange, ...]
    aspas: tuple[AspaChange, ...]
    routes: tuple[RouteChange, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.aspas)


def diff(old: Payloads, new: Payloads, routes: Iterable[tuple[Prefix, int]] | None = None) -> PayloadDiff:
    """Compare two sets. `routes` are the announcements to judge, prefix and origin AS.

    Without them every route that a VRP of either set names, prefix and AS, is judged.
    """
    added = tuple(VrpChange(vrp, sources) for vrp, sources in new.vrps.items() if vrp not in old.vrps)
    removed = tuple(VrpChange(vrp, sources) for vrp, sources in old.vrps.items() if vrp not in new.vrps)
    if routes is None:
        routes = ((vrp.prefix, vrp.asn) for vrp in {**old.vrps, **new.vrps} if vrp.asn != 0)
    changed = VrpTable(change.vrp for change in (*added, *removed))
    touched = sorted({route for route in routes if changed.covering(route[0])})
    judged = _route_changes(old, new, touched) if touched else ()
    return PayloadDiff(added, removed, _aspa_changes(old, new), judged)


def diff_text(found: PayloadDiff) -> str:
    """The changes as lines for people, `+` for what came and `-` for what went, after a line that counts."""
    if not found:
        return "no difference"
    lines = [_summary(found)]
    lines += [f"- {_vrp_text(change)}" for change in found.removed]
    lines += [f"+ {_vrp_text(change)}" for change in found.added]
    for change in found.aspas:
        before, after = _providers_text(change.old), _providers_text(change.new)
        lines.append(f"~ ASPA of AS{change.customer}: {before} -> {after}")
    lines += [
        f"  {route.prefix} from AS{route.origin}: {route.old.value} -> {route.new.value}"
        for route in found.routes
    ]
    return "\n".join(map(printable, lines))


def diff_data(found: PayloadDiff) -> dict[str, object]:
    """The changes as JSON data."""
    data: dict[str, object] = to_json(found)
    return {key: value for key, value in data.items() if key != "type"}


def _summary(found: PayloadDiff) -> str:
    came = "1 VRP" if len(found.added) == 1 else f"{len(found.added)} VRPs"
    text = f"{came} added, {len(found.removed)} removed"
    if found.aspas:
        text += f"; the ASPAs of {len(found.aspas)} AS{'es' if len(found.aspas) > 1 else ''} changed"
    return text


def _route_changes(
    old: Payloads, new: Payloads, routes: Iterable[tuple[Prefix, int]]
) -> tuple[RouteChange, ...]:
    before, after = old.vrp_table(), new.vrp_table()
    judged = (
        RouteChange(prefix, origin, before.validate(prefix, origin), after.validate(prefix, origin))
        for prefix, origin in routes
    )
    return tuple(change for change in judged if change.old is not change.new)


def _aspa_changes(old: Payloads, new: Payloads) -> tuple[AspaChange, ...]:
    before, after = _providers(old.merged_aspas()), _providers(new.merged_aspas())
    changes = (AspaChange(asn, before.get(asn), after.get(asn)) for asn in sorted({*before, *after}))
    return tuple(change for change in changes if change.old != change.new)


def _providers(aspas: Iterable[Aspa]) -> dict[int, tuple[int, ...]]:
    return {aspa.customer: aspa.providers for aspa in aspas}


def _providers_text(providers: tuple[int, ...] | None) -> str:
    if providers is None:
        return "none"
    return ", ".join(f"AS{asn}" for asn in providers if asn) or "no providers"


def _vrp_text(change: VrpChange) -> str:
    anchor = f" ({change.vrp.ta})" if change.vrp.ta else ""
    files = ", ".join(source.uri for source in change.sources if source.uri)
    return f"{change.vrp}{anchor}{f'  {files}' if files else ''}"
