"""Unsafe graphs (Griffin et al., 2002): no stable state (BAD GADGET), or two of them (DISAGREE)."""

from __future__ import annotations

import pytest

from lab.bgp.commands import Originate
from lab.bgp.config import Policy
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovMode, Vrp
from lab.engines.base import ConvergenceError
from lab.engines.sim.engine import SimEngine
from lab.topology.model import ROUTER_ID_BASE, Link, LinkKind, Speaker, Topology

PREFIX = Prefix.parse("203.0.113.0/24")


def lab(*links: Link, **policies: Policy) -> Topology:
    names = sorted({end for link in links for end in (link.a, link.b)})
    speakers = {
        name: Speaker(name, 64496 + index, ROUTER_ID_BASE + index, policy=policies.get(name, Policy()))
        for index, name in enumerate(names)
    }
    return Topology("gadget", "", speakers, links, collector="")


def started(topology: Topology, seed: int) -> SimEngine:
    engine = SimEngine(topology, seed=seed)
    engine.start()
    engine.converge()
    return engine


def ring(*members: str, delay: float | None = None) -> Topology:
    """Peers in a ring above one customer: each prefers the next member's customer route to its own."""
    links = [Link("origin", member, LinkKind.TRANSIT) for member in members]
    pairs = list(zip(members, (*members[1:], members[0]), strict=True))
    for member, following in pairs if len(members) > 2 else []:
        links.append(Link(member, following, LinkKind.PEERING, delay=delay, local_pref={member: 300}))
    if len(members) == 2:
        both = dict.fromkeys(members, 300)
        links.append(Link(*members, LinkKind.PEERING, delay=delay, local_pref=both))
    return lab(*links)


@pytest.mark.parametrize("seed", range(3))
def test_a_bad_gadget_never_settles_and_the_error_names_who_is_busy(seed: int) -> None:
    engine = started(ring("a", "b", "c"), seed)
    engine.apply("origin", Originate(PREFIX))
    with pytest.raises(ConvergenceError, match="did not settle within 30 s") as failure:
        engine.converge(30.0)
    named = str(failure.value).split("still busy: ")[1].split(", ")
    assert set(named) <= {"a", "b", "c", "origin"}
    assert set(named) & {"a", "b", "c"}
    assert engine.now() <= 30.0 + 0.1


def test_without_the_overrides_the_same_ring_settles() -> None:
    topology = ring("a", "b", "c")
    links = tuple(Link(link.a, link.b, link.kind) for link in topology.links)
    engine = started(lab(*links), 0)
    engine.apply("origin", Originate(PREFIX))
    engine.converge()
    assert {engine.view(name).best[PREFIX].neighbor for name in "abc"} == {"origin"}


def test_disagree_has_two_stable_states_and_the_seed_decides_which() -> None:
    reached = set()
    for seed in range(12):
        engine = started(ring("a", "b", delay=0.0001), seed)
        engine.apply("origin", Originate(PREFIX))
        engine.converge()
        reached.add(tuple(engine.view(name).best[PREFIX].neighbor for name in "ab"))
    assert reached == {("b", "origin"), ("origin", "a")}


def test_disagree_moves_to_the_other_state_by_a_flap_and_stays_there() -> None:
    engine = started(ring("a", "b", delay=0.0001), 0)
    engine.apply("origin", Originate(PREFIX))
    engine.converge()
    direct = next(name for name in "ab" if engine.view(name).best[PREFIX].neighbor == "origin")
    engine.set_link("origin", direct, False)
    engine.converge()
    engine.set_link("origin", direct, True)
    engine.converge()
    assert engine.view(direct).best[PREFIX].neighbor != "origin"


@pytest.mark.parametrize(
    ("first", "then", "origin"), [("holder", "hijacker", "holder"), ("hijacker", "holder", "hijacker")]
)
def test_where_only_some_prefer_valid_routes_the_first_to_announce_keeps_the_traffic(
    first: str, then: str, origin: str
) -> None:
    topology = lab(
        Link("hijacker", "access", LinkKind.TRANSIT),
        Link("access", "transit", LinkKind.TRANSIT),
        Link("holder", "tier1", LinkKind.TRANSIT),
        Link("tier1", "transit", LinkKind.PEERING),
        access=Policy(rov=RovMode.PREFER_VALID),
    )
    engine = started(topology, 0)
    engine.validate_against([Vrp(PREFIX, 24, topology.speakers["holder"].asn)])
    for name in (first, then):
        engine.apply(name, Originate(PREFIX))
        engine.converge()
    assert engine.view("access").best[PREFIX].attributes.as_path[-1] == topology.speakers[origin].asn
