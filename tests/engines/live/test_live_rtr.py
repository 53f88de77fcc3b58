"""VRPs and ASPAs reach live speakers over RTR, from the lab's cache or from one of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from support.live_lab import paths, prefix, topology_of
from support.own_cache import OwnCache
from support.rtr_routers import StayRtr

from lab.bgp.aspa import Aspa
from lab.bgp.commands import Originate, SetPolicy
from lab.bgp.events import BestPathChanged, CacheFailed, PayloadsReceived
from lab.bgp.rov import RovMode, RovState, Vrp
from lab.engines.base import EngineError, MachineError
from lab.engines.live.engine import LiveEngine
from lab.engines.live.process_driver import ProcessDriver
from lab.engines.sim.engine import SimEngine
from lab.rtr.address import TcpAddress
from lab.rtr.client import fetch
from lab.topology.model import Policy, Topology

pytestmark = pytest.mark.live

V4, V6 = prefix("192.0.2.0/24"), prefix("2001:db8::/32")
HOLDER, OTHER = 64496, 64511
WRONG, RIGHT = Vrp(V4, 24, OTHER), Vrp(V4, 24, HOLDER)
ASPA = Aspa(HOLDER, (64497,))
CHAIN = topology_of("customer -> transit", "transit -> tier1", "other -> tier1")


def with_cache(topology: Topology, speaker: str, address: object) -> Topology:
    """The topology with a cache of its own for `speaker`, which drops what is invalid."""
    changed = dataclasses.replace(
        topology.speakers[speaker], rtr=str(address), policy=Policy(rov=RovMode.DROP)
    )
    return dataclasses.replace(topology, speakers={**topology.speakers, speaker: changed})


def states(lab: LiveEngine, speaker: str) -> set[RovState]:
    return {route.rov for routes in lab.view(speaker).adj_in.values() for route in routes}


def await_event(lab: LiveEngine, kind: type, speaker: str):
    """The next event of a kind at a speaker, however long it takes (the test's time limit apart)."""
    while True:
        for event in lab.events():
            if isinstance(event, kind) and event.at == speaker:
                return event
        lab.advance(0.01)


@pytest.fixture
def own_cache() -> Iterator[OwnCache]:
    cache = OwnCache()
    yield cache
    cache.stop()


def test_vrps_reach_every_speaker_and_an_invalid_route_goes_until_its_roa_is_mended(chain):
    chain.apply("customer", Originate(V4))
    chain.apply("tier1", SetPolicy(rov=RovMode.DROP))
    chain.validate_against([WRONG])
    chain.converge()
    assert all(states(chain, name) <= {RovState.INVALID} for name in CHAIN.speakers)
    assert (paths(chain, "tier1"), paths(chain, "other")) == ({}, {})
    told = [event for event in chain.events() if isinstance(event, PayloadsReceived)]
    assert {(each.at, each.cache, each.serial, each.vrps) for each in told} >= {
        (name, "", 1, 1) for name in CHAIN.speakers
    }
    chain.validate_against([WRONG, RIGHT])
    chain.converge()
    assert all(states(chain, name) <= {RovState.VALID} for name in CHAIN.speakers)
    assert str(V4) in paths(chain, "other")


def test_live_and_sim_tell_the_same_of_what_speakers_receive(chain):
    told = []
    sim = SimEngine(CHAIN)
    sim.start()
    for engine in (chain, sim):
        engine.converge()
        for vrps, aspas in (([WRONG], [ASPA]), ([WRONG, RIGHT], [ASPA]), ([], [])):
            engine.validate_against(vrps, aspas)
            engine.converge()
        engine.kill("tier1")
        engine.converge()
        events = [event for event in engine.events() if isinstance(event, PayloadsReceived)]
        told.append(
            {
                name: [(each.cache, each.serial, each.vrps, each.aspas) for each in events if each.at == name]
                for name in CHAIN.speakers
            }
        )
    assert told[0] == told[1]
    assert told[0]["tier1"] == [("", 0, 0, 0), ("", 1, 1, 1), ("", 2, 2, 1), ("", 3, 0, 0), ("", 3, 0, 0)]


def test_nothing_is_settled_until_the_latest_of_many_changes_is_in_use_everywhere(chain):
    chain.apply("customer", Originate(V4))
    for number in range(50):
        chain.validate_against([WRONG if number % 2 else RIGHT])
    chain.validate_against([RIGHT, Vrp(V6, 48, OTHER)])
    chain.converge()
    assert all(states(chain, name) <= {RovState.VALID} for name in CHAIN.speakers)


def test_speakers_begin_with_the_vrps_given_before_the_start():
    lab = LiveEngine(CHAIN, ProcessDriver())
    lab.validate_against([WRONG])
    with lab:
        lab.converge()
        told = [event for event in lab.events() if isinstance(event, PayloadsReceived)]
        assert sorted((each.at, each.vrps) for each in told) == sorted((name, 1) for name in CHAIN.speakers)


def test_a_killed_speaker_has_its_vrps_again_before_it_uses_a_route(chain):
    chain.apply("tier1", SetPolicy(rov=RovMode.DROP))
    chain.validate_against([WRONG])
    chain.apply("customer", Originate(V4))
    chain.converge()
    chain.events()
    chain.kill("tier1")
    chain.converge()
    events = [event for event in chain.events() if event.at in ("tier1", "other")]
    assert [(each.serial, each.vrps) for each in events if isinstance(each, PayloadsReceived)] == [(1, 1)]
    assert [each for each in events if isinstance(each, BestPathChanged)] == []
    assert states(chain, "tier1") == {RovState.INVALID}


def test_vrps_that_change_while_a_speaker_is_dead_are_there_when_it_is_back(chain):
    chain.apply("tier1", SetPolicy(rov=RovMode.DROP))
    chain.apply("customer", Originate(V4))
    chain.validate_against([WRONG])
    chain.converge()
    chain.kill("tier1")
    chain.validate_against([RIGHT])
    chain.converge()
    assert str(V4) in paths(chain, "other")


def test_others_are_served_what_the_speakers_validate_against(start):
    lab = start(CHAIN, rtr_address=TcpAddress("127.0.0.1", 0))
    lab.validate_against([RIGHT])
    lab.converge()
    assert lab.rtr_address is not None
    assert fetch(lab.rtr_address, timeout=10).vrps == {RIGHT}


def test_others_are_served_on_loopback_only():
    lab = LiveEngine(CHAIN, ProcessDriver(), rtr_address=TcpAddress("192.0.2.1", 3323))
    with pytest.raises(MachineError, match="only loopback"):
        lab.start()
    assert lab.run is not None
    assert not lab.run.path.exists()


def test_an_as_with_a_cache_of_its_own_follows_that_only_and_through_a_restart(start, own_cache):
    own_cache.start(WRONG)
    lab = start(with_cache(CHAIN, "tier1", own_cache.address))
    lab.validate_against([RIGHT])
    lab.apply("customer", Originate(V4))
    lab.converge()
    assert (states(lab, "transit"), states(lab, "tier1")) == ({RovState.VALID}, {RovState.INVALID})
    received = await_event(lab, PayloadsReceived, "tier1")
    assert (received.cache, received.vrps) == (str(own_cache.address), 1)
    own_cache.update(RIGHT, Vrp(V6, 48, OTHER))
    assert await_event(lab, PayloadsReceived, "tier1").vrps == 2
    lab.converge()
    assert str(V4) in paths(lab, "other")
    own_cache.stop()
    failed = await_event(lab, CacheFailed, "tier1")
    assert (failed.cache, failed.vrps) == (str(own_cache.address), 2), "it keeps them until they expire"
    own_cache.start(WRONG)  # another session, in which the old serial means nothing
    assert await_event(lab, PayloadsReceived, "tier1").vrps == 1
    lab.converge()
    assert states(lab, "tier1") == {RovState.INVALID}
    assert paths(lab, "other") == {}


def test_an_as_whose_cache_is_not_there_goes_on_without_vrps_and_tries_again(start, own_cache):
    lab = start(with_cache(CHAIN, "tier1", own_cache.address))
    lab.validate_against([WRONG])
    lab.apply("customer", Originate(V4))
    lab.converge()
    assert (states(lab, "transit"), states(lab, "tier1")) == ({RovState.INVALID}, {RovState.NOT_FOUND})
    failed = await_event(lab, CacheFailed, "tier1")
    assert (failed.vrps, failed.cache) == (0, str(own_cache.address))
    assert "Connection refused" in failed.reason
    own_cache.start(WRONG)
    assert await_event(lab, PayloadsReceived, "tier1").vrps == 1
    lab.converge()
    assert paths(lab, "other") == {}


def test_a_cache_off_this_machine_is_refused():
    lab = LiveEngine(with_cache(CHAIN, "tier1", "192.0.2.1:3323"), ProcessDriver())
    with pytest.raises(EngineError, match=r"the RTR cache of tier1 is at 192\.0\.2\.1:3323.*loopback only"):
        lab.start()


@pytest.mark.rtr
def test_an_as_follows_a_stayrtr_of_the_user_and_what_changes_there(start, tmp_path):
    with StayRtr(tmp_path, [WRONG]) as stayrtr:
        lab = start(with_cache(CHAIN, "tier1", TcpAddress("127.0.0.1", stayrtr.port)))
        lab.apply("customer", Originate(V4))
        assert await_event(lab, PayloadsReceived, "tier1").vrps == 1
        lab.converge()
        assert (states(lab, "tier1"), paths(lab, "other")) == ({RovState.INVALID}, {})
        stayrtr.serve([RIGHT, Vrp(V6, 48, OTHER)])
        assert await_event(lab, PayloadsReceived, "tier1").vrps == 2
        lab.converge()
        assert str(V4) in paths(lab, "other")
