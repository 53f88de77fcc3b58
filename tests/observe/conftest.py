"""A small lab under observation: the simulator's routes, seen by the detector through the collector."""

from types import SimpleNamespace

import pytest

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp, VrpTable
from lab.engines.sim.engine import SimEngine
from lab.observe.detection import Detector
from lab.observe.table import Table
from lab.topology.model import Holding, Link, LinkKind, Speaker, Topology

KINDS = {kind.value: kind for kind in LinkKind}
COLLECTOR = "collector"


def make_topology(asns, links, held=None, declared=None):
    """`{name: asn}`, links as in a file (`a -> b`); `held` (the registry) and `declared` by name."""
    declared = declared or {}
    speakers = {
        name: Speaker(name, asn, number, tuple(map(Prefix.parse, declared.get(name, ()))))
        for number, (name, asn) in enumerate(asns.items(), 1)
    }
    made = []
    for link in links:
        a, arrow, b = link.split()
        made.append(Link(a, b, KINDS[arrow], delay=0.01))
    made += [Link(name, COLLECTOR, LinkKind.COLLECTING, delay=0.01) for name in speakers]
    speakers[COLLECTOR] = Speaker(COLLECTOR, 65551, 1000, collector=True)
    registry = tuple(
        Holding(Prefix.parse(prefix), name, "ARIN", "Direct Allocation")
        for name, prefixes in (held or {}).items()
        for prefix in prefixes
    )
    return Topology("test", "Test", speakers, tuple(made), COLLECTOR, registry)


class Watched:
    """A simulated lab and its detector; actions settle the routes and return what the detector says."""

    def __init__(self, topology):
        self.topology = topology
        self.engine = SimEngine(topology)
        self.engine.start()
        self.detector = Detector(topology)
        self.vrps = VrpTable()
        self.look()

    def look(self):
        self.engine.converge()
        return self.detector.observe(self.table(), self.vrps, self.engine.now())

    def table(self):
        return Table.from_view(self.engine.view(COLLECTOR))

    def views(self):
        return {speaker.name: self.engine.view(speaker.name) for speaker in self.topology.routers()}

    def announce(self, name, prefix, **how):
        return self.apply(name, Originate(Prefix.parse(prefix), **how))

    def withdraw(self, name, prefix):
        return self.apply(name, StopOriginating(Prefix.parse(prefix)))

    def apply(self, name, command):
        self.engine.apply(name, command)
        return self.look()

    def authorise(self, prefix, asn, max_length=None):
        parsed = Prefix.parse(prefix)
        self.vrps = VrpTable([*self.vrps, Vrp(parsed, max_length or parsed.length, asn)])
        return self.look()

    def kinds(self):
        return sorted(alert.kind.value for alert in self.detector.open_alerts())


def short(events):
    """What happened, as `+kind by` for raised and `-kind by` for resolved alerts."""
    return [
        f"{'+' if hasattr(event, 'seen_by') else '-'}{event.kind.value} {event.by}".strip()
        for event in events
    ]


@pytest.fixture(scope="session")
def observe():
    return SimpleNamespace(topology=make_topology, Watched=Watched, short=short)


@pytest.fixture(scope="session")
def byoip_topology():
    """A customer with two transits, a cloud with two sites, an eyeball network and an attacker."""
    return make_topology(
        {
            "customer": 64496,
            "transit-a": 64510,
            "transit-b": 64511,
            "cloud-east": 16509,
            "cloud-west": 16509,
            "eyeball": 64500,
            "attacker": 64499,
        },
        [
            "customer -> transit-a",
            "customer -> transit-b",
            "transit-a -- transit-b",
            "cloud-east -> transit-a",
            "cloud-west -> transit-b",
            "eyeball -> transit-b",
            "attacker -> transit-b",
        ],
        held={"customer": ["203.0.113.0/24", "2001:db8:100::/48"]},
    )


@pytest.fixture
def byoip(byoip_topology):
    return Watched(byoip_topology)
