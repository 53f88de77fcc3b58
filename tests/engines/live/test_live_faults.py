"""Speakers that die: told, restarted, fed again, with the same table in the end."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from support.live_lab import paths, prefix, table, topology_of

from lab.bgp.commands import Originate, SetPolicy, SetVrps
from lab.bgp.rov import RovMode, Vrp
from lab.engines.base import EngineError, SpeakerFault
from lab.engines.live import fleet
from lab.engines.live.engine import LiveEngine
from lab.engines.live.labelled_processes import labelled_processes
from lab.engines.live.process_driver import ProcessDriver

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


def faults(lab: LiveEngine) -> list[tuple[str, str]]:
    return [(event.at, event.what) for event in lab.events() if isinstance(event, SpeakerFault)]


@pytest.mark.parametrize("program", ["exabgp", "agent"])
def test_a_speaker_that_is_killed_comes_back_with_all_it_had(chain, program):
    chain.apply("transit", SetPolicy(rov=RovMode.DROP))
    chain.apply("transit", SetVrps((Vrp(prefix("198.51.100.0/24"), 24, 64511),)))
    chain.apply("transit", Originate(prefix(V4)))
    chain.apply("customer", Originate(prefix("203.0.113.0/24")))
    chain.apply("customer", Originate(prefix("198.51.100.0/24")))
    chain.converge()
    before, session_count = table(chain), len(chain.sessions())
    assert "198.51.100.0/24" not in paths(chain, "tier1")
    os.kill(process_of(chain, "transit", program), signal.SIGKILL)
    while ("transit", "died") not in faults(chain):
        chain.advance(0.01)
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


def test_a_speaker_that_dies_again_and_again_is_given_up_with_its_last_words(chain):
    for _ in range(fleet.RESTARTS):
        chain.kill("transit")
    with pytest.raises(EngineError, match=r"speaker transit died \d+ times .* is given up"):
        chain.kill("transit")


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
    with pytest.raises(EngineError, match=r"(?s)speaker one died .*out of luck"):
        lab.start()
    assert not list(labelled_processes(lab.run.run_id))
    assert not lab.run.path.exists()
