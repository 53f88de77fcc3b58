"""Random small Internets that are safe after Gao and Rexford: nobody is a provider of its provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from lab.bgp.commands import Originate
from lab.bgp.config import Policy
from lab.bgp.prefix import Prefix
from lab.bgp.rib import RouterView
from lab.bgp.rov import RovMode, Vrp
from lab.engines.sim.engine import SimEngine
from lab.topology.model import ROUTER_ID_BASE, Link, LinkKind, Speaker, Topology

PREFIXES = (Prefix.parse("203.0.113.0/24"), Prefix.parse("203.0.113.128/25"), Prefix.parse("2001:db8::/32"))


@dataclass(frozen=True)
class Internet:
    """A topology and who announces what in it."""

    topology: Topology
    origins: tuple[tuple[str, Prefix], ...]

    def engine(self, seed: int = 0) -> SimEngine:
        """A simulator with every session up, the VRPs set and nothing announced."""
        engine = SimEngine(self.topology, seed=seed)
        engine.validate_against(self.topology.vrps)
        engine.start()
        engine.converge()
        return engine

    def announced(self, seed: int = 0) -> SimEngine:
        """The same with everything announced, and settled."""
        engine = self.engine(seed)
        for name, prefix in self.origins:
            engine.apply(name, Originate(prefix))
        engine.converge()
        return engine


Tables = Mapping[str, RouterView]


def tables(engine: SimEngine) -> Tables:
    """The RIBs of every speaker."""
    return {name: engine.view(name) for name in engine.topology.speakers}


@st.composite
def internets(
    draw: st.DrawFn,
    most: int = 12,
    otc: bool | None = None,
    rov: bool = True,
    shared_asns: bool = False,
    prepending: bool = True,
) -> Internet:
    """A provider hierarchy of 3 to `most` ASes with peerings, and sometimes a route server and a collector.

    Nobody prefers valid routes: where some do and others do not, two states can be stable (test_sim_gadgets).
    `otc` None: each AS enforces RFC 9234 or not, at random. `shared_asns`: two stubs may be anycast sites.
    """
    count = draw(st.integers(3, most))
    names = [f"as{index}" for index in range(count)]
    kinds: dict[tuple[str, str], LinkKind] = {}
    for index in range(1, count):
        for provider in draw(st.sets(st.integers(0, index - 1), min_size=0 if index < 3 else 1, max_size=2)):
            kinds[names[index], names[provider]] = LinkKind.TRANSIT
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if (b, a) not in kinds]
    for pair in draw(
        st.lists(st.sampled_from(pairs), max_size=count // 2, unique=True) if pairs else st.just([])
    ):
        kinds[pair] = LinkKind.PEERING
    if draw(st.booleans()):
        for client in draw(st.sets(st.sampled_from(names), min_size=2, max_size=5)):
            kinds["rs", client] = LinkKind.ROUTE_SERVER
        names.append("rs")
    collecting = [(name, "collector") for name in names if draw(st.booleans())]
    kinds.update(dict.fromkeys(collecting, LinkKind.COLLECTING))
    asns = {name: 64496 + index for index, name in enumerate(names)}
    if shared_asns and draw(st.booleans()):
        asns[f"as{count - 1}"] = asns[f"as{count - 2}"]
    speakers = {
        name: Speaker(
            name,
            asn,
            ROUTER_ID_BASE + 1 + draw(st.integers(0, 3)),
            policy=Policy(
                rov=draw(st.sampled_from([RovMode.OFF, RovMode.DROP])) if rov else RovMode.OFF,
                otc=draw(st.booleans()) if otc is None else otc,
            ),
        )
        for name, asn in asns.items()
    }
    speakers["collector"] = Speaker("collector", 65551, ROUTER_ID_BASE + 99, collector=True)
    links = tuple(
        Link(a, b, kind, prepend={a: draw(st.sampled_from([0, 0, 1, 2]))} if prepending and a != "rs" else {})
        for (a, b), kind in kinds.items()
    )
    routers = [name for name in names if name != "rs"]
    origins = draw(
        st.lists(
            st.tuples(st.sampled_from(routers), st.sampled_from(PREFIXES)),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    roas = [(prefix, asns[name]) for name, prefix in origins if rov and draw(st.booleans())]
    vrps = tuple(Vrp(prefix, prefix.length, asn) for prefix, asn in roas)
    return Internet(Topology("random", "", speakers, links, "collector", vrps=vrps), tuple(origins))
