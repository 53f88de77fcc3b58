"""The simulator and live speakers end alike: the same best route at every AS for every prefix.

Containers are tests/engines/docker/test_containers_agree.py.
"""

from __future__ import annotations

from functools import cache

import pytest
from support.agreement import failures, run_to_the_end, skipping_waits
from support.random_topologies import FEWEST, MOST, labs_with_one_outcome

from lab.bgp.aspa import AspaMode, AspaState
from lab.bgp.events import Rejection
from lab.bgp.rov import RovMode
from lab.scenario.engines import make_engine
from lab.topology.loading import load, shipped
from lab.topology.model import Topology
from lab.topology.steps import Hijack, Leak

RANDOM_LABS = 20


@cache
def random_labs() -> list[Topology]:
    return labs_with_one_outcome(RANDOM_LABS)


@pytest.mark.live
@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_scenario_holds_on_live_speakers_and_ends_as_in_the_simulator(name):
    topology = load(name)
    _, simulated = run_to_the_end(topology, make_engine("sim"))
    report, live = run_to_the_end(topology, skipping_waits(make_engine("live", "process")))
    assert failures(report) == []
    assert live == simulated


@pytest.mark.live
@pytest.mark.parametrize("number", range(RANDOM_LABS))
def test_a_random_lab_ends_on_live_speakers_as_in_the_simulator(number):
    topology = random_labs()[number]
    _, simulated = run_to_the_end(topology, make_engine("sim"))
    _, live = run_to_the_end(topology, skipping_waits(make_engine("live", "process")))
    assert live == simulated


@pytest.mark.slow
def test_the_random_labs_are_as_varied_as_they_should_be():
    labs = random_labs()
    sizes = [sum(1 for _ in lab.routers()) for lab in labs]
    assert min(sizes) >= FEWEST
    assert max(sizes) <= MOST
    assert len({frozenset(map(str, lab.links)) for lab in labs}) == RANDOM_LABS
    assert {policy.value for lab in labs for policy in (s.policy.rov for s in lab.routers())} == {
        "off",
        "prefer-valid",
        "drop",
    }
    assert any(lab.names_of(speaker.asn)[1:] for lab in labs for speaker in lab.routers()), "anycast"
    assert any(s.policy.aspa is AspaMode.DROP for lab in labs for s in lab.routers())
    assert {s.policy.rov for lab in labs for s in lab.routers() if s.irr} == set(RovMode)
    assert any("rs" in lab.speakers for lab in labs), "a route server"
    assert any(isinstance(step.body, Leak) for lab in labs for step in lab.steps)
    assert any(isinstance(step.body, Hijack) and step.body.forge_origin for lab in labs for step in lab.steps)


@pytest.mark.slow
def test_the_random_labs_leave_something_to_agree_about():
    """Hijacks win somewhere, leaks are taken, and invalid routes are in use in many of them."""
    ends = [run_to_the_end(lab, make_engine("sim"))[1] for lab in random_labs()]
    kinds = [kind.value for end in ends for kind in {kind for kind, _, _ in end["alerts"]}]
    assert kinds.count("route-leak") >= 3
    assert kinds.count("rpki-invalid") >= 3
    assert kinds.count("origin-hijack") + kinds.count("subprefix-hijack") + kinds.count("forged-origin") >= 5
    states = {
        state for end in ends for each in end["aspa"].values() for found in each.values() for state in found
    }
    assert states >= set(AspaState)
    filtered = [end for end in ends if Rejection.IRR_FILTERED in end["rejected"].values()]
    assert len(filtered) >= 5
    assert all(len(end["table"]) >= 5 for end in ends)
