"""Small live labs for the tests: topologies built in code, tables read back."""

from __future__ import annotations

from collections.abc import Mapping

from lab.bgp.prefix import Prefix
from lab.engines.base import Engine
from lab.topology.model import ROUTER_ID_BASE, Link, LinkKind, Speaker, Topology

ARROWS = {kind.value: kind for kind in LinkKind}


def topology_of(
    *links: str, speakers: Mapping[str, Speaker] | None = None, collector: bool = True
) -> Topology:
    """A topology from lines such as `customer -> transit`; ASNs from 64496 on, in order of appearance."""
    parsed = [line.split() for line in links]
    names = list(dict.fromkeys(name for a, _, b in parsed for name in (a, b)))
    made = {name: Speaker(name, 64496 + n, ROUTER_ID_BASE + 1 + n) for n, name in enumerate(names)}
    made.update(speakers or {})
    all_links = [Link(a, b, ARROWS[arrow]) for a, arrow, b in parsed]
    if collector:
        all_links += [Link(name, "collector", LinkKind.COLLECTING) for name in names]
    made["collector"] = Speaker("collector", 64511, ROUTER_ID_BASE + 1 + len(names), collector=True)
    return Topology("test", "Test", made, tuple(all_links), "collector")


def paths(engine: Engine, speaker: str) -> dict[str, tuple[int, ...]]:
    """The best AS path of a speaker by prefix."""
    return {str(prefix): path for prefix, path in engine.view(speaker).paths()}


def table(engine: Engine) -> dict[str, dict[str, tuple[int, ...]]]:
    """The best AS paths of all speakers."""
    return {name: paths(engine, name) for name in engine.topology.speakers}


def prefix(text: str) -> Prefix:
    return Prefix.parse(text)
