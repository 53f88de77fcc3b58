"""What is improbable about the IRR of a lab, and about who filters by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lab.topology.irr_steps import IrrStep
from lab.topology.lint_warning import Lint
from lab.topology.model import LinkKind, Speaker, Topology


def irr_lints(topology: Topology) -> Iterator[Lint]:
    """Route objects for space that nobody holds, sets that nobody defines, filters that pass nothing or are
    for nobody."""
    yield from _unregistered(topology)
    yield from _unknown_sets(topology)
    yield from _empty_filters(topology)


def _unregistered(topology: Topology) -> Iterator[Lint]:
    if not topology.registry:
        return
    for route in topology.irr:
        if not any(holding.prefix.covers(route.prefix) for holding in topology.registry):
            message = f"there is a route object for {route.prefix}, which nobody holds in the registry"
            yield Lint("unregistered-route-object", message, ("irr",))


def _unknown_sets(topology: Topology) -> Iterator[Lint]:
    known = {as_set.name for as_set in topology.as_sets} | _written_by_steps(topology)
    for as_set in topology.as_sets:
        for member in as_set.members:
            if member not in known and not member[2:].isdigit():
                message = f"{as_set.name} has the member {member}, a set that nobody defines: it adds nothing"
                yield Lint("unknown-as-set", message, ("irr",))


def _written_by_steps(topology: Topology) -> set[str]:
    bodies = (step.body for step in topology.steps)
    return {body.as_set.name for body in bodies if isinstance(body, IrrStep) and body.as_set is not None}


def _empty_filters(topology: Topology) -> Iterator[Lint]:
    origins = {route.origin for route in topology.irr}
    bodies = (step.body for step in topology.steps)
    origins |= {body.add.origin for body in bodies if isinstance(body, IrrStep) and body.add is not None}
    sets = {as_set.name: as_set.members for as_set in topology.as_sets}
    for speaker in topology.routers():
        if not speaker.irr:
            continue
        customers = _customers(topology, speaker.name)
        if not customers:
            message = (
                f"{speaker.name} is to filter its customers by the IRR and has none: it takes everything from"
                " its providers, its peers and the clients of a route server"
            )
            yield Lint("irr-without-customers", message, ("ases", speaker.name, "irr"))
        elif not any(origins & _asns(topology.irr_name(each), sets) for each in customers):
            names = " or ".join(each.name for each in customers[:3])
            message = (
                f"{speaker.name} takes from its customers only what the IRR has, which has no route object "
                f"of {names}: it drops everything they announce"
            )
            yield Lint("empty-irr-filter", message, ("ases", speaker.name, "irr"))


def _customers(topology: Topology, name: str) -> list[Speaker]:
    links = topology.links_of[name]
    return [topology.speakers[link.a] for link in links if link.kind is LinkKind.TRANSIT and link.b == name]


def _asns(word: str, sets: Mapping[str, tuple[str, ...]]) -> set[int]:
    """The AS numbers behind what a customer says it announces."""
    found: set[int] = set()
    seen: set[str] = set()
    todo = [word]
    while todo:
        name = todo.pop()
        if name[2:].isdigit():
            found.add(int(name[2:]))
        elif name not in seen:
            seen.add(name)
            todo += sets.get(name, ())
    return found
