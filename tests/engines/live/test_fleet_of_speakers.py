"""The fleet, with a driver and agents that the test plays: who is started again and who is given up."""

from __future__ import annotations

import json
import socket
import sys

import pytest
from support.live_lab import topology_of

from lab.engines.base import EngineError
from lab.engines.live import fleet
from lab.engines.live.clock import Clock
from lab.engines.live.driver import Place
from lab.engines.live.fleet import RESTART_WINDOW, RESTARTS, Fleet, SpeakerLostError
from lab.engines.live.run_directory import RunDirectory
from lab.speaker.setup import CONTROL_SOCKET

TOPOLOGY = topology_of("one -> two", collector=False)


class PlayedDriver:
    """Every speaker is a socket of this process; `starts` has the names in order."""

    shares_loopback = True

    def __init__(self) -> None:
        self.starts: list[str] = []
        self.sockets: dict[str, list[socket.socket]] = {}

    def prepare(self, topology, run, external=()):
        self.run = run
        return {
            name: Place("127.0.0.1", str(run.speaker(name)), sys.executable, "/agent.py")
            for name in topology.speakers
        }

    def start(self, commands, environment):
        for name in commands:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self.run.speaker(name) / CONTROL_SOCKET))
            listener.listen()
            self.sockets[name] = [listener]
            self.starts.append(name)

    def say(self, name: str, **message) -> None:
        """Let the agent that was connected to say something."""
        sockets = self.sockets[name]
        if len(sockets) == 1:
            sockets.append(sockets[0].accept()[0])
        sockets[1].sendall(json.dumps(message).encode() + b"\n")

    def kill(self, name):
        for each in self.sockets.pop(name, []):
            each.close()

    def alive(self, name):
        return name in self.sockets

    def log(self, name):
        return f"last words of {name}"

    def stop(self):
        for name in list(self.sockets):
            self.kill(name)


class Time:
    """Two clocks that stand still until they are set."""

    def __init__(self) -> None:
        self.wall = self.passed = 1000.0
        self.clock = Clock(now=lambda: self.wall, monotonic=lambda: self.passed)


class Played:
    """A fleet of two speakers that are up, and the collector without a session."""

    def __init__(self, run: RunDirectory) -> None:
        self.driver, self.time, self.messages = PlayedDriver(), Time(), []
        self.fleet = Fleet(
            TOPOLOGY,
            self.driver,
            run,
            (),
            self.time.clock,
            lambda name, message: self.messages.append(message),
        )
        self.fleet.start()
        self.come_up()

    def come_up(self) -> None:
        """Let every speaker that runs be connected to and have its session."""
        self.fleet.pump(0)
        for name in self.driver.sockets:
            for link in TOPOLOGY.links_of[name]:
                self.driver.say(name, event={"type": "SessionUp", "neighbor": link.other(name)})
                self.fleet.pump(0)

    def crash(self, name: str) -> None:
        """Let a speaker die by itself, and come back if it is started again."""
        self.driver.kill(name)
        self.fleet.pump(0)
        self.come_up()

    def told(self) -> list[tuple[str, str]]:
        told = [(fault.at, fault.what) for fault in self.fleet.faults]
        self.fleet.faults.clear()
        return told


@pytest.fixture
def played(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(fleet, "_CONNECT_INTERVAL", 0)
    played = Played(RunDirectory.create())
    yield played
    played.fleet.close()


def test_a_speaker_is_killed_again_after_its_first_death_is_long_past(played):
    for _ in range(3):
        played.fleet.kill("one")
        played.come_up()
        played.time.passed += RESTART_WINDOW + 1
    assert played.told() == [("one", "died"), ("one", "recovered")] * 3


def test_being_killed_any_number_of_times_is_no_reason_to_give_a_speaker_up(played):
    for _ in range(2 * RESTARTS):
        played.fleet.kill("one")
        played.come_up()
    assert played.fleet.given_up == []
    assert played.driver.starts.count("one") == 1 + 2 * RESTARTS


def test_a_speaker_that_is_dead_cannot_be_killed_and_its_death_is_told_once(played):
    played.fleet.kill("one")
    played.fleet.kill("one")
    played.come_up()
    played.fleet.kill("two")
    assert played.told() == [("one", "died"), ("one", "recovered"), ("two", "died")]


def test_a_speaker_that_keeps_dying_by_itself_is_given_up_and_told_of_once(played):
    for _ in range(RESTARTS):
        played.crash("one")
        assert played.fleet.given_up == []
    played.told()
    played.crash("one")
    starts = list(played.driver.starts)
    for _ in range(3):
        played.fleet.pump(0)
    assert played.fleet.given_up == ["one"]
    assert played.fleet.disconnected == []
    assert played.driver.starts == starts
    assert played.told() == [("one", "died"), ("one", "given up")]
    with pytest.raises(
        EngineError, match=r"(?s)one died 6 times within 60 s and is given up.*last words of one"
    ):
        played.fleet.ask("one", do="view")


def test_beside_a_speaker_that_is_given_up_the_others_recover(played):
    for _ in range(RESTARTS + 1):
        played.crash("one")
    played.told()
    played.fleet.kill("two")
    played.come_up()
    assert played.told() == [("two", "died"), ("two", "recovered")]
    played.driver.say("two", id=1, view="a view")
    assert played.fleet.ask("two", do="view")["view"] == "a view"


def test_deaths_far_apart_are_no_reason_to_give_a_speaker_up_whatever_the_wall_clock_says(played):
    for _ in range(2 * RESTARTS):
        played.crash("one")
        played.time.passed += RESTART_WINDOW / RESTARTS + 1
        played.time.wall -= 3600
    assert played.fleet.given_up == []


def test_deaths_in_a_row_are_one_whatever_the_wall_clock_says(played):
    for _ in range(RESTARTS + 1):
        played.crash("one")
        played.time.wall += 3600
    assert played.fleet.given_up == ["one"]


def test_a_fault_is_stamped_with_the_wall_clock(played):
    played.time.wall = 5.0
    played.fleet.kill("one")
    assert [fault.time for fault in played.fleet.faults] == [5.0]


def test_a_speaker_that_says_it_cannot_go_on_is_started_again_and_what_waits_for_it_is_told(played):
    starts = played.driver.starts.count("one")
    played.driver.say("one", fault="ExaBGP refused: announce")
    with pytest.raises(SpeakerLostError):
        played.fleet.ask("one", do="view")
    assert [(fault.what, fault.detail) for fault in played.fleet.faults] == [
        ("died", "ExaBGP refused: announce")
    ]
    assert played.driver.starts.count("one") == starts + 1
    assert played.messages == [{"event": {"type": "SessionUp", "neighbor": n}} for n in ("two", "one")]


def test_a_speaker_that_does_not_answer_is_an_error_by_the_clock_that_only_goes_on(played):
    asked = iter(range(1000))
    played.fleet._clock = Clock(now=lambda: 0.0, monotonic=lambda: 40.0 * next(asked))
    with pytest.raises(EngineError, match=r"(?s)speaker one does not answer.*last words of one"):
        played.fleet.ask("one", do="view")
