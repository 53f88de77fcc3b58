"""Snapshots of simulated labs, for what is made from one."""

from __future__ import annotations

from support.internets import Internet

from lab.bgp.rib import RouterView
from lab.observe.exports.snapshot import Snapshot
from lab.scenario.engines import make_engine
from lab.scenario.lab import Lab
from lab.scenario.running import run_scenario
from lab.topology.loading import parse
from lab.topology.model import Topology


def of_text(yaml: str) -> Snapshot:
    """A lab at the end of the scenario in its file."""
    return of_lab(parse(yaml))


def of_lab(source: Topology | str) -> Snapshot:
    """The same for a topology, or one that ships."""
    with Lab(source, make_engine("sim")) as lab:
        run_scenario(lab)
        return lab.snapshot()


def of_internet(internet: Internet) -> Snapshot:
    """A random Internet with everything announced."""
    engine = internet.announced()
    topology = internet.topology
    views = {speaker.name: engine.view(speaker.name) for speaker in topology.routers()}
    collected = engine.view(topology.collector)
    return Snapshot(topology, views, collected, frozenset(), (), (), engine.now())


def unrouted(topology: Topology, collected: RouterView | None = None, now: float = 0.0) -> Snapshot:
    """A topology where nobody has a route; `collected` is what its collector holds."""
    views = {speaker.name: RouterView(speaker.name, speaker.asn, {}, {}) for speaker in topology.routers()}
    empty = RouterView(topology.collector, topology.speakers[topology.collector].asn, {}, {})
    return Snapshot(topology, views, collected or empty, frozenset(), (), (), now)
