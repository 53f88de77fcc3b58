"""The agent without its I/O, between a lab and an ExaBGP that are both played by the test."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest

from lab.bgp.commands import Originate, SetNeighbor, SetPolicy, StopOriginating
from lab.bgp.config import NeighborConfig, RouterConfig
from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovMode, Vrp
from lab.rtr.client_events import Flushed, Synchronised
from lab.speaker import links
from lab.speaker.core import SpeakerCore
from lab.speaker.setup import CacheAddress, NeighborAddress, SpeakerSetup

NOW = 1.0
FIRST, SECOND, THIRD = (Prefix.parse(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))
UP, DOWN = "127.8.0.2", "127.8.0.3"
SETUP = SpeakerSetup(
    router=RouterConfig(
        "middle",
        64500,
        0xC6120001,
        (
            NeighborConfig("provider", 64501, 0xC6120002, Relationship.PROVIDER),
            NeighborConfig("customer", 64502, 0xC6120003, Relationship.CUSTOMER),
        ),
    ),
    address="127.8.0.1",
    port=1790,
    neighbors={"provider": NeighborAddress(UP, True), "customer": NeighborAddress(DOWN, False)},
    links_down=(),
    commands=(Originate(FIRST),),
    python="/usr/bin/python3",
    agent="/lab/agent.py",
    directory="/run/speaker",
    rtr=CacheAddress("unix:/run/speaker/rtr.sock"),
)


class Played:
    """A core with its surroundings: `said` is what it told ExaBGP, `written` the configurations it wrote."""

    def __init__(self, setup: SpeakerSetup = SETUP) -> None:
        self.written: list[frozenset[str]] = []
        self.core = SpeakerCore(setup, self.written.append, NOW)
        self.requests = 0
        self.now = NOW

    def flush(self) -> list[str]:
        self.core.flush(self.now)
        said = list(self.core.to_exabgp)
        self.core.to_exabgp.clear()
        return said

    def exabgp(self, *lines: str) -> list[str]:
        for line in lines:
            self.core.exabgp_said(line, NOW)
        return self.flush()

    def session(self, peer: str, state: str, reason: str = "") -> list[str]:
        neighbor = {"address": {"peer": peer}, "state": state, "reason": reason}
        return self.exabgp(json.dumps({"type": "state", "neighbor": neighbor}))

    def update(
        self, peer: str, direction: str, prefixes: Iterable[Prefix], path: tuple[int, ...]
    ) -> list[str]:
        update = {
            "attribute": {"origin": "igp", "as-path": {"0": {"element": "as-sequence", "value": list(path)}}},
            "announce": {"ipv4 unicast": {"198.18.0.2": [str(prefix) for prefix in prefixes]}},
        }
        neighbor = {"address": {"peer": peer}, "direction": direction, "message": {"update": update}}
        return self.exabgp(json.dumps({"type": "update", "neighbor": neighbor}))

    def ask(self, **request) -> list[str]:
        self.requests += 1
        self.core.lab_said(json.dumps({"id": self.requests, **to_json(request)}).encode(), NOW)
        return self.flush()

    def told(self) -> list[dict]:
        told = [json.loads(line) for line in self.core.to_lab]
        self.core.to_lab.clear()
        return told

    def answer(self) -> dict | None:
        """The answer to the latest request, if it was given."""
        return next((each for each in self.told() if each.get("id") == self.requests), None)


@pytest.fixture
def played() -> Played:
    """Both sessions are up, and both neighbours have the own route."""
    played = Played()
    for peer in (UP, DOWN):
        (command,) = played.session(peer, "up")
        assert command.startswith(f"neighbor {peer} announce attributes")
        played.exabgp("done")
        assert played.update(peer, "send", [FIRST], (64500,)) == []
    played.told()
    return played


def counters(played: Played) -> dict:
    played.ask(do="counters")
    return played.answer()["counters"]


def test_what_was_commanded_before_the_start_is_sent_when_a_session_comes_up(played):
    assert counters(played) == {
        "busy": False,
        "payloads": None,
        "sessions": {"provider": [True, 1, 1, 0], "customer": [True, 1, 1, 0]},
    }


def test_a_speaker_is_busy_until_exabgp_has_written_and_acknowledged_a_change(played):
    (command,) = played.ask(do="apply", command=Originate(SECOND))
    assert command.count("neighbor ") == 2
    assert counters(played)["busy"]
    for peer in (UP, DOWN):
        played.update(peer, "send", [SECOND], (64500,))
    assert counters(played)["busy"]
    played.exabgp("done")
    assert not counters(played)["busy"]


def test_a_route_received_is_counted_and_passed_on(played):
    (command,) = played.update(DOWN, "receive", [SECOND], (64502, 64511))
    assert f"neighbor {UP} announce" in command
    assert "as-path [ 64500 64502 64511 ]" in command
    assert counters(played)["sessions"]["customer"] == [True, 1, 1, 1]


def test_a_session_that_comes_up_again_counts_from_zero(played):
    played.session(UP, "down", "closing connection")
    assert counters(played)["sessions"]["provider"][:2] == [False, 1]
    (command,) = played.session(UP, "up")
    assert str(FIRST) in command
    assert counters(played)["sessions"]["provider"] == [True, 2, 0, 0]


def faults(played: Played) -> list[str]:
    return [each["fault"] for each in played.told() if "fault" in each]


def test_a_refused_command_is_a_fault_that_names_the_command_and_is_told_once(played):
    (command,) = played.ask(do="apply", command=Originate(SECOND))
    played.exabgp("error")
    assert faults(played) == [f"ExaBGP refused: {command[:200]}"]
    played.ask(do="apply", command=StopOriginating(SECOND))
    played.exabgp("error")
    assert faults(played) == []


def test_of_several_commands_the_refused_one_is_named(played):
    played.ask(do="apply", command=Originate(SECOND))
    (second,) = played.ask(do="apply", command=Originate(THIRD))
    played.exabgp("done", "error")
    assert faults(played) == [f"ExaBGP refused: {second[:200]}"]


def test_an_acknowledgement_of_nothing_changes_nothing(played):
    before = counters(played)
    played.exabgp("done", "error")
    assert faults(played) == []
    assert counters(played) == before
    played.ask(do="apply", command=Originate(SECOND))
    assert counters(played)["busy"]


def synchronised(serial: int, *vrps: Vrp) -> Synchronised:
    return Synchronised(2, 77, serial, frozenset(vrps), frozenset())


def test_what_the_rtr_cache_says_is_what_routes_are_judged_by(played):
    played.ask(do="apply", command=SetPolicy(rov=RovMode.DROP))
    played.update(DOWN, "receive", [SECOND], (64502, 64511))
    played.update(UP, "send", [SECOND], (64500, 64502, 64511))
    played.exabgp("done")
    played.core.cache_said([synchronised(5, Vrp(SECOND, 24, 64510))], NOW)
    (command,) = played.flush()
    assert command.startswith(f"neighbor {UP} withdraw")
    assert counters(played)["payloads"] == [77, 5]
    played.update(UP, "send", [], ())
    played.core.cache_said([synchronised(6, Vrp(SECOND, 24, 64511))], NOW)
    assert counters(played)["payloads"] == [77, 6]
    played.core.cache_said([Flushed("the data expired")], NOW)
    assert counters(played)["payloads"] is None


def test_a_speaker_is_busy_while_its_cache_is_about_to_answer(played):
    played.core.awaits_cache = True
    assert counters(played)["busy"]
    played.core.awaits_cache = False
    assert not counters(played)["busy"]


def test_a_link_goes_down_by_cease_then_configuration_then_reload_then_check(played):
    assert played.ask(do="link", neighbor="customer", up=False) == [f"neighbor {DOWN} teardown 2"]
    assert played.exabgp("done") == []
    assert played.written == []
    assert played.session(DOWN, "down", "notification sent (6,2)") == ["reload"]
    assert played.written == [frozenset({"customer"})]
    assert played.exabgp("reload in progress", "done") == [f"show neighbor {DOWN} summary"]
    assert played.answer() is None
    assert played.exabgp("Peer   AS  up/down", "done") == []
    assert played.answer() == {"id": played.requests}
    assert not counters(played)["busy"]


def test_a_link_comes_up_by_configuration_and_reload():
    played = Played(replace(SETUP, links_down=("customer",)))
    assert played.ask(do="link", neighbor="customer", up=True) == ["reload"]
    assert played.written == [frozenset()]
    assert played.exabgp("reload in progress", "done") == [f"show neighbor {DOWN} summary"]
    assert played.exabgp(f"{DOWN}  64502  never  idle  0  0", "done") == []
    assert played.answer() == {"id": 1}
    assert str(FIRST) in played.session(DOWN, "up")[0]


def test_a_reload_waits_for_changes_in_flight_and_holds_back_new_ones(played):
    played.ask(do="apply", command=Originate(SECOND))
    assert played.ask(do="link", neighbor="customer", up=False) == []
    assert played.ask(do="apply", command=StopOriginating(FIRST)) == []
    assert played.exabgp("done") == []
    assert played.update(UP, "send", [SECOND], (64500,)) == []
    assert played.update(DOWN, "send", [SECOND], (64500,)) == [f"neighbor {DOWN} teardown 2"]
    assert played.exabgp("done") == []
    assert played.session(DOWN, "down") == ["reload"]
    assert played.exabgp("done") == [f"show neighbor {DOWN} summary"]
    (command,) = played.exabgp("done")
    assert command.startswith(f"neighbor {UP} withdraw")
    assert str(FIRST) in command


def test_a_reload_that_exabgp_forgot_is_repeated(played):
    played.ask(do="link", neighbor="customer", up=False)
    played.exabgp("done")
    played.session(DOWN, "down")
    assert played.exabgp("done") == [f"show neighbor {DOWN} summary"]
    assert played.exabgp(f"{DOWN}  64502  0:00:01  active  3  4", "done") == ["reload"]
    assert played.exabgp("done") == [f"show neighbor {DOWN} summary"]
    assert played.exabgp("done") == []
    assert not counters(played)["busy"]


def test_a_reload_that_never_takes_effect_is_a_fault_and_the_speaker_stays_busy(played):
    played.ask(do="link", neighbor="customer", up=False)
    played.exabgp("done")
    played.session(DOWN, "down")
    still_there = f"{DOWN}  64502  0:00:01  active  3  4"
    played.exabgp("done")
    assert played.exabgp(still_there, "done") == ["reload"]
    played.now += links.RELOAD_PATIENCE
    played.exabgp("done")
    assert played.exabgp(still_there, "done") == []
    assert faults(played) == ["ExaBGP does not reload its configuration"]
    assert counters(played)["busy"]


def test_a_session_that_flickers_up_before_the_reload_is_ignored(played):
    played.ask(do="link", neighbor="customer", up=False)
    played.exabgp("done")
    played.session(DOWN, "down")
    played.told()
    assert played.session(DOWN, "up") == []
    assert played.update(DOWN, "receive", [SECOND], (64502,)) == []
    assert played.told() == []


def test_a_neighbour_above_its_maximum_is_cut_off_with_cease_1_and_the_lab_is_told(played):
    played.ask(do="apply", command=SetNeighbor("customer", max_prefix=1))
    played.told()
    assert played.update(DOWN, "receive", [SECOND, FIRST], (64502,)) == [f"neighbor {DOWN} teardown 1"]
    closed = [each for each in played.told() if "closed" in each]
    assert closed == [{"closed": "customer", "reason": "more than 1 prefixes (Cease/1, RFC 4486)"}]


@pytest.mark.parametrize(
    ("request_line", "error"),
    [
        (b"{", "Expecting"),
        (b"[]", "list"),
        (b'{"id": 1}', "do"),
        (b'{"id": 1, "do": "dance"}', "unknown request 'dance'"),
        (b'{"id": 1, "do": "apply", "command": {"type": "Explode"}}', "unknown type 'Explode'"),
        (b'{"id": 1, "do": "link", "neighbor": "nobody", "up": true}', "no neighbour 'nobody'"),
        (b'{"id": 1, "do": "explain", "prefix": "192.0.2.1/24"}', "host bits"),
        (b"[" * 100_000, ""),
    ],
)
def test_a_request_that_makes_no_sense_is_answered_with_an_error(played, request_line, error):
    played.core.lab_said(request_line, NOW)
    (answer,) = played.told()
    assert error in answer["error"]


def test_lines_that_mean_nothing_change_nothing(played):
    before = counters(played)
    unknown = json.dumps({"type": "state", "neighbor": {"address": {"peer": "127.8.9.9"}, "state": "up"}})
    assert played.exabgp("", "{", "{}", "advice", unknown, "127.8.9.9  1  never", "\x00") == []
    assert counters(played) == before


def test_a_setup_survives_its_file():
    assert SpeakerSetup.from_text(SETUP.to_text()) == SETUP


def test_ipv4_and_ipv6_next_hops_carry_the_same_identifier_and_are_never_loopback():
    assert SETUP.next_hops == {4: "198.18.0.1", 6: "2001:2::c612:1"}
