"""The live engine on real ExaBGP speakers: routes, policies, links."""

from __future__ import annotations

import itertools

import pytest
from support.live_lab import paths, prefix, topology_of

from lab.bgp.attributes import NO_EXPORT, parse_community
from lab.bgp.commands import Leak, Originate, SetNeighbor, SetPolicy, StopOriginating
from lab.bgp.events import BestPathChanged, MaxPrefixReached, SessionDown, SessionUp
from lab.bgp.router import CommandError
from lab.bgp.rov import RovMode, Vrp
from lab.engines.base import ConvergenceError, EngineError
from lab.engines.live.clock import Clock
from lab.engines.live.convergence import SessionCount, SpeakerCount
from lab.engines.sim.engine import SimEngine

pytestmark = pytest.mark.live

V4, V6 = "192.0.2.0/24", "2001:db8::/32"


def test_routes_of_both_families_cross_a_chain(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.apply("customer", Originate(prefix(V6)))
    chain.converge()
    for text in (V4, V6):
        assert paths(chain, "transit")[text] == (64496,)
        assert paths(chain, "tier1")[text] == (64497, 64496)
        assert paths(chain, "other")[text] == (64498, 64497, 64496)


def test_the_collector_holds_a_route_of_every_speaker(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.converge()
    seen = {route.neighbor: route.attributes.as_path for route in chain.view("collector").adj_in[prefix(V4)]}
    assert seen == {
        "customer": (64496,),
        "transit": (64497, 64496),
        "tier1": (64498, 64497, 64496),
        "other": (64499, 64498, 64497, 64496),
    }


def test_a_withdrawn_route_is_gone_everywhere(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.converge()
    chain.apply("customer", StopOriginating(prefix(V4)))
    chain.converge()
    assert all(not chain.view(name).adj_in for name in chain.topology.speakers)


def test_attributes_arrive_as_they_were_sent(chain):
    communities = tuple(sorted(parse_community(text) for text in ("64496:7", "64496:1")))
    chain.apply(
        "customer",
        Originate(
            prefix(V4),
            path=(64500,),
            prepend=2,
            communities=communities,
            large_communities=((1, 2, 3),),
            med=9,
        ),
    )
    chain.converge()
    route = chain.view("transit").best[prefix(V4)]
    assert route.attributes.as_path == (64496, 64496, 64496, 64500)
    assert route.attributes.communities == communities
    assert route.attributes.large_communities == ((1, 2, 3),)
    assert route.attributes.med == 9


def test_a_no_export_route_stays_with_the_first_neighbour(chain):
    chain.apply("customer", Originate(prefix(V4), communities=(NO_EXPORT,)))
    chain.converge()
    assert V4 in paths(chain, "transit")
    assert V4 not in paths(chain, "tier1")


def test_otc_travels_on_the_wire_and_stops_a_leak(start):
    lab = start(topology_of("leaker -> one", "leaker -> two", "source -> one"))
    for name in lab.topology.speakers:
        if name != "collector":
            lab.apply(name, SetPolicy(otc=True))
    lab.apply("source", Originate(prefix(V4)))
    lab.converge()
    assert lab.view("leaker").best[prefix(V4)].attributes.otc == lab.topology.speakers["one"].asn
    lab.apply("leaker", SetPolicy(otc=False))
    lab.apply("leaker", Leak())
    lab.converge()
    (route,) = lab.view("two").adj_in[prefix(V4)]
    assert route.rejection is not None
    assert route.rejection.value == "otc-leak"


def test_a_route_server_passes_the_path_on_untouched(start):
    lab = start(topology_of("rs => one", "rs => two"))
    lab.apply("one", Originate(prefix(V4)))
    lab.converge()
    assert paths(lab, "two")[V4] == (lab.topology.speakers["one"].asn,)


def test_an_invalid_route_is_dropped_once_the_vrps_say_so(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.apply("tier1", SetPolicy(rov=RovMode.DROP))
    chain.validate_against([Vrp(prefix(V4), 24, 64511)])
    chain.converge()
    assert paths(chain, "tier1") == {}
    assert "AS64511" in chain.explain("tier1", prefix(V4)).candidates[0][1]


def test_a_command_that_makes_no_sense_is_refused_and_changes_nothing(chain):
    with pytest.raises(CommandError, match="does not announce"):
        chain.apply("customer", StopOriginating(prefix(V4)))
    with pytest.raises(CommandError, match="no neighbour 'nobody'"):
        chain.apply("customer", SetNeighbor("nobody", prepend=1))


def test_a_link_that_goes_down_takes_its_routes_with_it_and_brings_them_back(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.converge()
    chain.events()
    for _ in range(3):
        chain.set_link("customer", "transit", up=False)
        chain.converge()
        assert paths(chain, "other") == {}
        (state,) = [each for each in chain.sessions() if {each.a, each.b} == {"customer", "transit"}]
        assert not state.established
        assert state.detail == "administrative shutdown"
        chain.set_link("transit", "customer", up=True)
        chain.converge()
        assert paths(chain, "other")[V4] == (64498, 64497, 64496)
    assert all(state.established for state in chain.sessions())
    ends = {(event.at, event.neighbor) for event in chain.events() if isinstance(event, SessionDown)}
    assert ends == {("customer", "transit"), ("transit", "customer")}


def test_changes_made_while_a_link_goes_down_are_not_lost(start):
    lab = start(topology_of("customer -> one", "customer -> two", "one -> top", "two -> top"))
    prefixes = [prefix(f"198.51.100.{n}/32") for n in range(40)]
    for each in prefixes:
        lab.apply("customer", Originate(each))
    lab.set_link("customer", "one", up=False)
    for each in prefixes[::2]:
        lab.apply("customer", Originate(each, prepend=2))
    lab.set_link("customer", "one", up=True)
    for each in prefixes[::4]:
        lab.apply("customer", StopOriginating(each))
    lab.converge()
    expected = {
        str(each): (64496, 64496, 64496) if n % 2 == 0 else (64496,)
        for n, each in enumerate(prefixes)
        if n % 4
    }
    assert paths(lab, "one") == expected
    assert paths(lab, "two") == expected


def test_taking_down_a_link_that_is_down_changes_nothing(chain):
    for up in (False, False, True, True):
        chain.set_link("customer", "transit", up=up)
    chain.converge()
    assert all(state.established for state in chain.sessions())


def test_a_neighbour_above_max_prefix_is_cut_off_until_its_link_is_set_up(chain):
    chain.apply("transit", SetNeighbor("customer", max_prefix=1))
    chain.apply("customer", Originate(prefix(V4)))
    chain.apply("customer", Originate(prefix(V6)))
    chain.converge()
    assert paths(chain, "transit") == {}
    assert [event.limit for event in chain.events() if isinstance(event, MaxPrefixReached)] == [1]
    (state,) = [each for each in chain.sessions() if {each.a, each.b} == {"customer", "transit"}]
    assert not state.established
    assert "more than 1 prefixes" in state.detail
    chain.apply("customer", StopOriginating(prefix(V6)))
    chain.set_link("customer", "transit", up=True)
    chain.converge()
    assert paths(chain, "transit") == {V4: (64496,)}


def test_events_are_in_order_of_time_and_told_once(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.converge()
    events = chain.events()
    assert [event.time for event in events] == sorted(event.time for event in events)
    assert {(e.at, e.neighbor) for e in events if isinstance(e, SessionUp)} >= {("transit", "customer")}
    assert [e.at for e in events if isinstance(e, BestPathChanged)] == [
        "customer",
        "transit",
        "tier1",
        "other",
    ]
    assert chain.events() == []


def test_a_lab_that_cannot_settle_in_time_says_who_is_busy(chain):
    for number in range(200):
        chain.apply("customer", Originate(prefix(f"198.51.100.{number}/32")))
    with pytest.raises(ConvergenceError, match=r"busy|sent \d+"):
        chain.converge(timeout=0)
    chain.converge()


def test_a_lab_whose_counts_never_come_to_rest_is_given_the_time_allowed_and_no_more(chain, monkeypatch):
    rounds = itertools.count()

    def count():
        number = next(rounds)
        assert number < 1000, "it counts without a pause"
        return {"tier1": SpeakerCount(False, {"other": SessionCount(True, 1, number, number)})}, []

    monkeypatch.setattr(chain, "_count", count)
    with pytest.raises(ConvergenceError, match=r"within 0\.2 s: tier1 still exchanges routes"):
        chain.converge(timeout=0.2)


def test_a_wall_clock_that_is_set_forth_and_back_neither_ends_nor_prolongs_any_waiting(start):
    hours = itertools.count()
    lab = start(topology_of("one -> two"), clock=Clock(now=lambda: 1e9 + 3600 * (-2) ** (next(hours) % 60)))
    lab.apply("one", Originate(prefix(V4)))
    lab.converge()
    lab.advance(0.01)
    lab.set_link("one", "two", up=False)
    lab.kill("one")
    lab.set_link("one", "two", up=True)
    lab.converge()
    assert paths(lab, "two")[V4] == (64496,)


def test_a_closed_lab_cannot_be_used_and_closing_twice_is_harmless(chain):
    chain.close()
    chain.close()
    with pytest.raises(EngineError, match="not running"):
        chain.converge()


def test_waiting_is_divided_by_the_speed_of_the_lab(start):
    lab = start(topology_of("one -> two"), speed=3600)
    before = lab.now()
    lab.advance(360)
    assert 0.1 <= lab.now() - before < 360


def test_live_and_sim_end_with_the_same_routes(start):
    topology = topology_of(
        "a -> t1", "a -> t2", "b -> t1", "c -> t2", "c -> t3", "b -- c", "t1 -- t2", "t2 -- t3", "t1 -- t3"
    )
    live, sim = start(topology), SimEngine(topology)
    sim.start()
    for engine in (live, sim):
        engine.apply("a", Originate(prefix(V4)))
        engine.apply("b", Originate(prefix(V6)))
        engine.apply("c", Originate(prefix(V4)))
        engine.set_link("t1", "t2", up=False)
        engine.apply("a", Leak())
        engine.converge()
    for name in topology.speakers:
        assert live.view(name) == sim.view(name)
