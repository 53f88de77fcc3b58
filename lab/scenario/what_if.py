"""What a change would do, tried on a simulated copy of a running lab: the lab itself is not touched.

    what_if(lab, lambda copy: copy.add_roa("203.0.113.0/24", 64496))

The copy (`lab.scenario.rehearsal`) begins from the present state: announcements, hijacks, leaks, links down,
policies, ROAs, ASPAs, and what is broken in the RPKI.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Route, RouterView
from lab.observe.catchment import catchment
from lab.scenario.lab import Lab
from lab.scenario.rehearsal import rehearsal
from lab.topology.model import Topology

Views = Mapping[str, RouterView]
Path = tuple[int, ...] | None

_MOST_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class ValidityChange:
    """A route that is judged otherwise. `check` is `rov` or `aspa`, `old` and `new` are its states; `at` are
    the speakers that hold the route before and after, whether they use it or not."""

    prefix: Prefix
    origin: int
    check: str
    old: str
    new: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BestChange:
    """A speaker that changes its best route to a prefix: the AS paths, None for no route."""

    at: str
    prefix: Prefix
    old: Path
    new: Path


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a speaker's packets end before and after; None: nowhere."""

    speaker: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class TrafficChange:
    """The speakers whose packets to a prefix, as far as it has no more specifics, end elsewhere."""

    prefix: Prefix
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a change would do. `unlike` names where the copy used other routes than the lab before the change:
    if it is not empty, more than one outcome is possible and this is one of them. `rpki_unlike` says, one
    line each, how the copy's RPKI differed: what hangs on it may come out otherwise."""

    validity: tuple[ValidityChange, ...]
    best: tuple[BestChange, ...]
    traffic: tuple[TrafficChange, ...]
    unlike: tuple[tuple[str, Prefix], ...]
    rpki_unlike: tuple[str, ...] = ()


def what_if(lab: Lab, change: Callable[[Lab], object]) -> WhatIf:
    """Try `change` on a copy of `lab` and compare. Raises what `change` raises, such as LabError."""
    present = lab.views()
    with rehearsal(lab) as (copy, rpki_unlike):
        before = copy.views()
        change(copy)
        after = copy.views()
    best = tuple(_best_changes(before, after))
    prefixes = sorted({each.prefix for each in best})
    return WhatIf(
        tuple(_validity_changes(before, after)),
        best,
        tuple(_traffic_changes(lab.topology, before, after, prefixes)),
        tuple((each.at, each.prefix) for each in _best_changes(present, before)),
        rpki_unlike,
    )


def what_if_text(found: WhatIf) -> str:
    """The outcome as lines for people."""
    lines = [
        f"{each.prefix} from AS{each.origin}: {each.check} {each.old} -> {each.new} at {', '.join(each.at)}"
        for each in found.validity
    ]
    lines += [
        f"{each.at}: best route to {each.prefix}: {_path_text(each.old)} -> {_path_text(each.new)}"
        for each in found.best
    ]
    lines += [
        f"packets of {moved.speaker} to {each.prefix}: {moved.old or 'nowhere'} -> {moved.new or 'nowhere'}"
        for each in found.traffic
        for moved in each.moved
    ]
    lines = lines or ["nothing changes"]
    if found.unlike:
        where = ", ".join(f"{speaker} to {prefix}" for speaker, prefix in found.unlike)
        lines.append(f"not certain: the simulated copy uses other routes than the lab already now ({where})")
    if found.rpki_unlike:
        lines.append("not certain: the RPKI of the simulated copy differs from the lab's already now")
        lines += [f"    {each}" for each in found.rpki_unlike[:_MOST_SHOWN]]
        if (more := len(found.rpki_unlike) - _MOST_SHOWN) > 0:
            lines.append(f"    and {more} more")
    return "\n".join(lines)


def what_if_data(found: WhatIf) -> dict[str, object]:
    """The outcome as JSON data."""
    data: dict[str, object] = to_json(found)
    unlike = [{"at": speaker, "prefix": str(prefix)} for speaker, prefix in found.unlike]
    return {key: value for key, value in data.items() if key != "type"} | {"unlike": unlike}


def _validity_changes(before: Views, after: Views) -> Iterator[ValidityChange]:
    where: dict[tuple[Prefix, int, str, str, str], list[str]] = defaultdict(list)
    for name, view in before.items():
        then = _verdicts(after[name])
        changed = {
            (prefix, origin, check, old, then[key][check])
            for key, states in _verdicts(view).items()
            for prefix, origin in [(key[0], key[2][-1] if key[2] else view.asn)]
            for check, old in states.items()
            if key in then and then[key][check] != old
        }
        for each in changed:
            where[each].append(name)
    for (prefix, origin, check, old, new), at in sorted(where.items()):
        yield ValidityChange(prefix, origin, check, old, new, tuple(at))


def _verdicts(view: RouterView) -> dict[tuple[Prefix, str, tuple[int, ...]], dict[str, str]]:
    """The states of every route held, by prefix, neighbour and AS path."""
    return {
        (prefix, route.neighbor, route.attributes.as_path): _states(view, prefix, route)
        for prefix, routes in view.adj_in.items()
        for route in routes
    }


def _states(view: RouterView, prefix: Prefix, route: Route) -> dict[str, str]:
    path_state = view.aspa_state(prefix, route)
    return {"rov": route.rov.value, "aspa": path_state.value if path_state else "not judged"}


def _best_changes(before: Views, after: Views) -> Iterator[BestChange]:
    for name in before:
        for prefix in sorted({*before[name].best, *after[name].best}):
            old, new = before[name].best.get(prefix), after[name].best.get(prefix)
            if _used(old) != _used(new):
                yield BestChange(name, prefix, _path(old), _path(new))


def _used(route: Route | None) -> tuple[str, Path] | None:
    return None if route is None else (route.neighbor, route.attributes.as_path)


def _path(route: Route | None) -> Path:
    return None if route is None else route.attributes.as_path


def _traffic_changes(
    topology: Topology, before: Views, after: Views, prefixes: list[Prefix]
) -> Iterator[TrafficChange]:
    for prefix in prefixes:
        old, new = catchment(topology, before, prefix).ends, catchment(topology, after, prefix).ends
        moved = tuple(Moved(name, old[name], new[name]) for name in old if old[name] != new[name])
        if moved:
            yield TrafficChange(prefix, moved)


def _path_text(path: Path) -> str:
    if path is None:
        return "none"
    return " ".join(map(str, path)) or "its own"
