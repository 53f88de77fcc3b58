"""Who waits for time to pass keeps nobody from being served, and is told what happened meanwhile."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from pathlib import Path

import pytest
from support.small_lab import TEXT, small

from lab import Lab, make_engine
from lab.scenario.asking import SOCKET_NAME, ServiceError, ask
from lab.scenario.service import Service
from lab.scenario.waiting import Waiting
from lab.topology.loading import parse_step, read_document

HOUR = 3600.0


class Client:
    """One that has asked to wait: the lab's end of its connection, and its own."""

    def __init__(self):
        self.theirs, self.ours = socket.socketpair()

    def answer(self):
        """What it was answered; None while it waits."""
        self.ours.setblocking(False)
        try:
            return json.loads(self.ours.recv(1 << 20))
        except BlockingIOError:
            return None


@pytest.fixture
def lab():
    with Lab(small(), make_engine("sim")) as lab:
        yield lab


@pytest.fixture
def waiting(lab):
    waiting = Waiting(lab, lambda client, answer: client.sendall(json.dumps(answer).encode()))
    lab.timeline.subscribe(waiting.keep)
    yield waiting
    waiting.refuse({"error": "over"})


def wait(waiting, duration, *events):
    client = Client()
    waiting.add(client.theirs, parse_step({"wait": {"for": duration}}, read_document(TEXT)), events)
    return client


def test_a_turn_is_a_part_of_a_long_wait_and_the_whole_of_it_is_what_was_asked_for(lab, waiting):
    began = lab.engine.calendar()
    client = wait(waiting, "1h")
    waiting.turn()
    assert client.answer() is None, "others may be served now"
    assert began < lab.engine.calendar() < began + HOUR
    while waiting:
        waiting.turn()
    assert client.answer()["ok"]["text"] == "1h pass"
    assert lab.engine.calendar() == pytest.approx(began + HOUR, abs=1e-3)


def test_everybody_who_waits_is_answered_at_the_end_of_the_own_wait(lab, waiting):
    began = lab.engine.calendar()
    long, short = wait(waiting, "2h"), wait(waiting, "1h")
    while short.answer() is None:
        waiting.turn()
    assert (round(lab.engine.calendar() - began), long.answer()) == (HOUR, None)
    while waiting:
        waiting.turn()
    assert lab.engine.calendar() == pytest.approx(began + 2 * HOUR, abs=1e-3)


def test_who_has_gone_is_not_waited_for(lab, waiting):
    client = wait(waiting, "1h")
    waiting.turn()
    client.ours.close()
    reached = lab.engine.calendar()
    waiting.turn()
    assert not waiting
    assert lab.engine.calendar() == reached


def test_who_waits_is_told_what_happened_before_and_meanwhile(lab, waiting):
    lab.note("before")
    first = wait(waiting, "1h", *list(lab.timeline)[-1:])
    lab.note("meanwhile")
    second = wait(waiting, "1h")
    while waiting:
        waiting.turn()
    told = [[event["text_line"] for event in each.answer()["ok"]["events"]] for each in (first, second)]
    assert told[0][0] == "before"
    assert "meanwhile" in told[0]
    assert "before" not in told[1]


def test_a_lab_that_ends_answers_who_waits(waiting):
    client = wait(waiting, "1h")
    waiting.refuse({"error": "the lab is ending"})
    assert client.answer() == {"error": "the lab is ending"}
    assert not waiting


@pytest.fixture
def directory():
    with (
        tempfile.TemporaryDirectory(prefix="lab") as path,
        Lab(small(), make_engine("sim")) as lab,
        Service(lab, read_document(TEXT), Path(path)) as service,
    ):
        thread = threading.Thread(target=service.serve)
        thread.start()
        yield Path(path)
        ask(Path(path), {"stop": True})
        thread.join()


def test_a_lab_answers_others_while_somebody_waits_for_ever(directory):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(directory / SOCKET_NAME))
        client.sendall(json.dumps({"do": {"wait": {"for": "3650d"}}}).encode() + b"\n")
        while not any("3650d" in event["text_line"] for event in ask(directory, {"show": "timeline"})):
            pass
        assert ask(directory, {"show": "status"})["name"] == "small"
        assert ask(directory, {"do": {"wait": {"for": "1s"}}})["kind"] == "wait"


def test_who_waits_for_nonsense_is_told_so(directory):
    with pytest.raises(ServiceError, match="expected for example 20ms"):
        ask(directory, {"do": {"wait": {"for": "soon"}}})


def test_time_that_passed_between_two_commands_is_told_to_who_waits_next(directory):
    ask(directory, {"do": {"note": "A call of somebody's."}})
    ask(directory, {"do": {"announce": {"from": "customer", "prefix": "192.0.2.0/24"}}})
    assert ask(directory, {"do": {"wait": {"for": "1s"}}})["events"] == []
