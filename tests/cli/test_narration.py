"""What people read of a scenario: short lines, and one for each packet that a packet has caused."""

from __future__ import annotations

import pytest
from support.small_lab import small

from lab import Lab, make_engine
from lab.cli.narration import Narrator, print_events
from lab.observe.events import PacketVerdict
from lab.scenario.outcome_showing import event_data
from lab.scenario.outcomes import StepResult

LEGS = ("edge to origin from 192.0.2.1: cf-ams > origin", "reply from 203.0.113.9: cf-ams > eyeball")
VERDICT = PacketVerdict(
    0.0, "cf-ams", "198.51.100.7", "203.0.113.9", ("eyeball", "cf-ams"), None, "the CDN proxies it", LEGS
)
LINES = [
    "    packet 198.51.100.7 -> 203.0.113.9 delivered at cf-ams after eyeball -> cf-ams: the CDN proxies it",
    *(f"        {leg}" for leg in LEGS),
]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_a_scenario_tells_each_leg_of_a_packet_on_a_line_of_its_own(capsys) -> None:
    step = "probe: {from: eyeball, source: 198.51.100.7, destination: 203.0.113.9}"
    (parsed,) = small(step).steps
    Narrator().result(StepResult(parsed, "a packet", (VERDICT,)))
    assert capsys.readouterr().out.splitlines() == ["* a packet", *LINES]


def test_a_command_tells_them_so_too(capsys) -> None:
    print_events("a packet", [event_data(VERDICT)])
    assert capsys.readouterr().out.splitlines() == ["a packet", *LINES]


def test_a_packet_that_causes_no_other_one_is_one_line(capsys) -> None:
    with Lab(small(), make_engine("sim")) as lab:
        lab.probe("eyeball", "198.51.100.7", "203.0.113.9")
        print_events("a packet", [event_data(list(lab.timeline)[-1])])
    assert len(capsys.readouterr().out.splitlines()) == 2
