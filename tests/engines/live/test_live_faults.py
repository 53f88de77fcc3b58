"""Speakers that die: told, restarted, fed again, with the same table in the end."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from support.live_lab import paths, prefix, table, topology_of

from lab.bgp.commands import Originate, SetPolicy, StopOriginating
from lab.bgp.router import CommandError
from lab.bgp.rov import RovMode, Vrp
from lab.engines.base import ConvergenceError, Engine, EngineError, SpeakerFault
from lab.engines.live import fleet
from lab.engines.live.engine import LiveEngine
from lab.engines.live.labelled_processes import labelled_processes
from lab.engines.live.process_driver import ProcessDriver
from lab.engines.sim.engine import SimEngine

pytestmark = pytest.mark.live

V4 = "192.0.2.0/24"


def process_of(lab: LiveEngine, speaker: str, program: str) -> int:
    """The process id of a speaker's `agent` or of its parent `exabgp`, or of the `nursery` of them all."""
    directory = os.fsencode(lab.run.speaker(speaker))
    (agent,) = (pid for pid, _ in labelled_processes(lab.run.run_id) if directory in command_line(pid))
    exabgp = parent(agent)
    return {"agent": agent, "exabgp": exabgp, "nursery": parent(exabgp)}[program]


def command_line(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def parent(pid: int) -> int:
    return int(re.search(r"PPid:\s(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def faults(lab: Engine) -> list[tuple[str, str]]:
    return [(event.at, event.what) for event in lab.events() if isinstance(event, SpeakerFault)]


def crash(lab: LiveEngine, speaker: str, program: str = "exabgp") -> list[tuple[str, str]]:
    """SIGKILL a program of a speaker behind the lab's back; the faults told until its death is."""
    os.kill(process_of(lab, speaker, program), signal.SIGKILL)
    found: list[tuple[str, str]] = []
    while (speaker, "died") not in found:
        lab.advance(0.01)
        found += faults(lab)
    return found


@pytest.mark.parametrize("program", ["exabgp", "agent"])
def test_a_speaker_that_is_killed_comes_back_with_all_it_had(chain, program):
    chain.apply("transit", SetPolicy(rov=RovMode.DROP))
    chain.validate_against([Vrp(prefix("198.51.100.0/24"), 24, 64511)])
    chain.apply("transit", Originate(prefix(V4)))
    chain.apply("customer", Originate(prefix("203.0.113.0/24")))
    chain.apply("customer", Originate(prefix("198.51.100.0/24")))
    chain.converge()
    before, session_count = table(chain), len(chain.sessions())
    assert "198.51.100.0/24" not in paths(chain, "tier1")
    crash(chain, "transit", program)
    chain.converge()
    assert table(chain) == before
    assert [state.established for state in chain.sessions()] == [True] * session_count
    assert faults(chain) == [("transit", "recovered")]


def test_a_lab_whose_nursery_is_killed_comes_back_with_all_it_had(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.converge()
    before, session_count = table(chain), len(chain.sessions())
    nursery = process_of(chain, "transit", "nursery")
    assert b"lab.engines.live.nursery" in command_line(nursery)
    os.kill(nursery, signal.SIGKILL)
    chain.kill("transit")
    chain.converge()
    assert table(chain) == before
    assert [state.established for state in chain.sessions()] == [True] * session_count
    found = faults(chain)
    assert {("transit", "died"), ("transit", "recovered")} <= set(found)
    assert Counter(name for name, what in found if what == "died") == Counter(
        name for name, what in found if what == "recovered"
    )


def test_a_fault_is_told_with_its_recovery(chain):
    chain.kill("tier1")
    chain.converge()
    assert faults(chain) == [("tier1", "died"), ("tier1", "recovered")]


def test_several_speakers_killed_at_once_come_back(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.converge()
    before = table(chain)
    for name in ("transit", "collector", "tier1"):
        chain.kill(name)
    chain.converge()
    assert table(chain) == before


def test_a_speaker_killed_while_it_restarts_comes_back(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.kill("transit")
    chain.kill("transit")
    chain.converge()
    assert paths(chain, "other")[V4] == (64498, 64497, 64496)


def test_a_session_of_a_dead_speaker_says_that_it_restarts(chain):
    chain.kill("customer")
    (state,) = [each for each in chain.sessions() if {each.a, each.b} == {"customer", "transit"}]
    assert not state.established
    assert state.detail == "customer restarting"


def test_a_command_for_a_dead_speaker_waits_for_its_return(chain):
    chain.kill("customer")
    chain.apply("customer", Originate(prefix(V4)))
    chain.converge()
    assert paths(chain, "transit")[V4] == (64496,)


def test_a_link_that_is_down_stays_down_over_a_restart_and_comes_up_after_it(chain):
    chain.apply("customer", Originate(prefix(V4)))
    chain.set_link("customer", "transit", up=False)
    chain.kill("transit")
    chain.converge()
    assert paths(chain, "transit") == {}
    chain.set_link("customer", "transit", up=True)
    chain.converge()
    assert paths(chain, "transit")[V4] == (64496,)


def test_every_speaker_in_turn_may_die_and_the_table_is_the_same_in_the_end(start):
    lab = start(topology_of("rs => one", "rs => two", "customer -> one"))
    lab.apply("customer", Originate(prefix(V4)))
    lab.apply("two", Originate(prefix("203.0.113.0/24")))
    lab.converge()
    before, seen_by_collector = table(lab), lab.view("collector").adj_in
    assert len(lab.topology.speakers) == 5
    assert paths(lab, "two")[V4] == (lab.topology.speakers["one"].asn, lab.topology.speakers["customer"].asn)
    assert seen_by_collector
    for name in lab.topology.speakers:
        assert crash(lab, name) == [(name, "died")]
        lab.converge()
        assert faults(lab) == [(name, "recovered")]
        assert table(lab) == before
        assert lab.view("collector").adj_in == seen_by_collector
        assert all(state.established for state in lab.sessions())


@pytest.mark.parametrize("engine", ["sim", "live"])
def test_killing_a_speaker_that_is_dead_does_nothing_on_any_engine(start, engine):
    topology = topology_of("one -> two")
    if engine == "live":
        lab = start(topology)
    else:
        lab = SimEngine(topology)
        lab.start()
    for _ in range(2):
        lab.kill("one")
        lab.kill("one")
        lab.converge()
    assert faults(lab) == [("one", "died"), ("one", "recovered")] * 2


def test_a_speaker_may_be_killed_as_often_as_one_likes(chain, monkeypatch):
    monkeypatch.setattr(fleet, "RESTARTS", 1)
    chain.apply("customer", Originate(prefix(V4)))
    for _ in range(3):
        chain.kill("transit")
        chain.converge()
    assert paths(chain, "other")[V4] == (64498, 64497, 64496)


def test_a_speaker_that_keeps_dying_is_given_up_once_and_the_others_go_on(chain, monkeypatch):
    monkeypatch.setattr(fleet, "RESTARTS", 1)
    chain.apply("customer", Originate(prefix(V4)))
    for _ in range(2):
        chain.converge()
        crash(chain, "transit")
    given_up = r"speaker transit died 2 times within 60 s and is given up"
    with pytest.raises(ConvergenceError, match=given_up):
        chain.converge()
    for each in chain.sessions():
        lost = "transit" in (each.a, each.b)
        assert (each.established, each.detail) == (not lost, "transit given up" if lost else "")
    assert table(chain)["transit"] == table(chain)["tier1"] == {}
    assert chain.explain("transit", prefix(V4)).best is None

    chain.apply("other", Originate(prefix("203.0.113.0/24")))
    with pytest.raises(CommandError):
        chain.apply("transit", StopOriginating(prefix(V4)))
    chain.apply("transit", Originate(prefix("198.51.100.0/24")))
    chain.kill("transit")
    chain.kill("other")
    chain.set_link("customer", "transit", up=False)
    with pytest.raises(ConvergenceError, match=given_up):
        chain.converge()
    assert paths(chain, "tier1") == {"203.0.113.0/24": (64499,)}
    assert faults(chain) == [("other", "died"), ("other", "recovered")]


def test_a_speaker_that_cannot_start_ends_the_start_with_what_it_printed(monkeypatch):
    original = fleet.exabgp_command

    def broken(place):
        return (
            [place.python, "-c", "raise SystemExit('out of luck')"]
            if "one" in place.directory
            else original(place)
        )

    monkeypatch.setattr(fleet, "exabgp_command", broken)
    lab = LiveEngine(topology_of("one -> two"), ProcessDriver())
    with pytest.raises(EngineError, match=r"(?s)speaker one died .* given up.*out of luck"):
        lab.start()
    assert not list(labelled_processes(lab.run.run_id))
    assert not lab.run.path.exists()
