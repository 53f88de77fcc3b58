"""Traffic that is watched in a running lab: looked at whenever something may have changed, and told."""

from __future__ import annotations

import pytest
from support.small_lab import small

from lab import Lab, LabError, make_engine
from lab.bgp.prefix import Address
from lab.cli.narration import Narrator
from lab.observe.events import FlowDown, FlowUp
from lab.scenario.flow_expectation import check_flow
from lab.scenario.flow_showing import flows
from lab.scenario.flow_steps import carry_out
from lab.scenario.flows import FlowError, Traffic
from lab.scenario.outcome_showing import report_data
from lab.scenario.running import run_scenario
from lab.topology.duration_bound import parse_duration_bound
from lab.topology.loading import parse
from lab.topology.steps import Expect
from lab.topology.traffic_steps import FlowStep

SOURCE, TARGET = Address.parse("198.51.100.7"), Address.parse("203.0.113.9")
TRAFFIC = Traffic("web", "eyeball", SOURCE, TARGET, "tcp/443")


@pytest.fixture
def lab():
    with Lab(small(), make_engine("sim")) as running:
        running.flows.watch(TRAFFIC)
        yield running


def kinds(lab: Lab) -> list[str]:
    return [type(event).__name__ for event in lab.timeline if isinstance(event, FlowDown | FlowUp)]


def test_a_lab_looks_whenever_the_routes_have_settled(lab: Lab) -> None:
    lab.withdraw("customer", "203.0.113.0/24")
    assert kinds(lab) == ["FlowDown"]
    lab.announce("customer", "203.0.113.0/24")
    assert kinds(lab) == ["FlowDown", "FlowUp"]
    lab.set_link("customer", "transit", up=False)
    lab.wait(600)
    lab.set_link("customer", "transit", up=True)
    assert kinds(lab) == ["FlowDown", "FlowUp"] * 2
    assert 600 <= lab.flows.lost("web") < 660


def test_watching_costs_nothing_where_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    with Lab(small(), make_engine("sim")) as idle:
        monkeypatch.setattr(idle, "_send", lambda traffic: pytest.fail("a packet was sent"))
        monkeypatch.setattr(idle, "views", lambda: pytest.fail("the RIBs were read"))
        idle.wait(10)


def test_an_expectation_of_traffic_holds_or_says_what_was_seen(lab: Lab) -> None:
    met = check_flow(lab, Expect(flow="web", state="up", lost=parse_duration_bound("0s")))
    assert (met.met, met.expected) == (
        True, "traffic web (eyeball -> 203.0.113.9): up, lost for 0s"
    )  # fmt: skip
    assert met.seen == "up, lost for 0s in all: customer originates 203.0.113.0/24"
    assert not check_flow(lab, Expect(flow="web", state="down")).met
    lab.withdraw("customer", "203.0.113.0/24")
    lab.wait(60)
    failed = check_flow(lab, Expect(flow="web", lost=parse_duration_bound("< 30s")))
    assert not failed.met
    assert failed.seen.startswith("down, lost for 1m")
    assert [type(event) for event in failed.evidence] == [FlowDown]
    with pytest.raises(FlowError, match="no traffic 'wep' is watched"):
        check_flow(lab, Expect(flow="wep", state="up"))


def test_watched_traffic_is_shown_as_data(lab: Lab) -> None:
    lab.withdraw("customer", "203.0.113.0/24")
    (row,) = flows(lab)
    assert (row["name"], row["from"], row["to"], row["state"]) == ("web", "eyeball", "203.0.113.9", "down")
    assert (row["reason"], row["at"], row["outages"]) == ("no-route", "eyeball", 1)
    lab.flows.stop("web")
    assert flows(lab)[0]["state"] == "stopped"


def test_a_flow_step_of_a_speaker_that_there_is_not_is_refused(lab: Lab) -> None:
    members = {"source": "198.51.100.7", "destination": "203.0.113.9"}
    with pytest.raises(LabError, match="no speaker 'eyebal'"):
        carry_out(lab, FlowStep.model_validate({"name": "x", "from": "eyebal", **members}))
    with pytest.raises(FlowError, match="goes on already"):
        carry_out(lab, FlowStep.model_validate({"name": "web", "from": "eyeball", **members}))
    carry_out(lab, FlowStep.model_validate({"name": "web", "stop": True}))
    assert lab.flows.get("web").stopped


def test_a_run_ends_with_a_sentence_on_each_traffic(capsys: pytest.CaptureFixture[str]) -> None:
    steps = (
        "flow: {name: web, from: eyeball, source: 198.51.100.7, destination: 203.0.113.9}",
        "flow: {name: back, from: customer, source: 203.0.113.9, destination: 198.51.100.7}",
        "withdraw: {from: customer, prefix: 203.0.113.0/24}",
        "wait: {for: 852s}",
        "announce: {from: customer, prefix: 203.0.113.0/24}",
    )
    with Lab(small(*steps), make_engine("sim")) as lab:
        report = run_scenario(lab)
    assert report.traffic == (
        "traffic eyeball -> 203.0.113.9 was lost for 14m12s in all, once",
        "traffic customer -> 198.51.100.7 was never lost",
    )
    assert report_data(report)["traffic"] == list(report.traffic)
    Narrator().end(report)
    assert set(report.traffic) <= set(capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("engine", ["sim", pytest.param("live", marks=pytest.mark.live)])
def test_a_speaker_that_is_killed_takes_the_traffic_with_it_until_it_is_back(engine: str) -> None:
    flow = "flow: {name: web, from: eyeball, source: 198.51.100.7, destination: 203.0.113.9}"
    with Lab(small(flow, "kill: {as: transit}"), make_engine(engine)) as lab:
        report = run_scenario(lab)
        (down,) = (event for event in lab.timeline if isinstance(event, FlowDown))
        (up,) = (event for event in lab.timeline if isinstance(event, FlowUp))
    assert (down.at, down.reason) == ("transit", "no-route")
    assert 0 < up.lost == pytest.approx(up.time - down.time, abs=0.5)
    assert report.traffic[0].endswith("in all, once")


def test_a_speaker_nobody_sends_through_loses_no_traffic_when_it_is_killed() -> None:
    flow = "flow: {name: web, from: transit, source: 198.51.100.7, destination: 203.0.113.9}"
    with Lab(small(flow, "kill: {as: eyeball}"), make_engine("sim")) as lab:
        assert run_scenario(lab).traffic == ("traffic transit -> 203.0.113.9 was never lost",)


def test_traffic_that_has_stopped_is_neither_up_nor_down() -> None:
    flow = "flow: {name: web, from: eyeball, source: 198.51.100.7, destination: 203.0.113.9}"
    stop = "flow: {name: web, stop: true}"
    expectations = ("expect: {flow: web, state: up}", "expect: {flow: web, lost: 0s}")
    with Lab(small(flow, stop, *expectations), make_engine("sim")) as lab:
        up, lost = run_scenario(lab).results[-2:]
    assert (up.met, lost.met) == (False, True)
    assert up.outcome is not None
    assert up.outcome.seen.startswith("stopped, lost for 0s")


TWO = """\
name: two
topology: cloudflare-byoip
clouds:
  cloudflare:
    accounts:
      example:
        id: 654c5f71c324478cc9f68d60065d4620
        entitlements: [byoip, magic-transit, cdn, spectrum]
        tunnel: {to: customer, endpoint: 192.0.2.193}
        onboarded: [{prefix: 203.0.113.0/24}, {prefix: "2001:db8:100::/48"}]
scenario:
  - irr: {add: {prefix: 203.0.113.0/24, origin: 13335}}
  - irr: {add: {prefix: "2001:db8:100::/48", origin: 13335}}
  - roa: {add: {prefix: 203.0.113.0/24, asn: 13335}}
  - roa: {add: {prefix: "2001:db8:100::/48", asn: 13335}}
  - withdraw: {from: customer, prefix: 203.0.113.0/24}
  - withdraw: {from: customer, prefix: "2001:db8:100::/48"}
  - flow: {name: four, from: eyeball, source: 198.51.100.7, destination: 203.0.113.9}
  - flow: {name: six, from: eyeball, source: "2001:db8:e::7", destination: "2001:db8:100::9"}
"""


def test_of_several_things_in_one_wait_each_is_seen_at_its_own_time() -> None:
    with Lab(parse(TWO, "two.yaml"), make_engine("sim")) as lab:
        run_scenario(lab)
        cloud = lab.clouds.cloudflare
        assert cloud is not None
        for record in cloud.prefixes.all():
            whole = cloud.bgp_prefixes.of_whole(record)
            cloud.perform(
                lambda whole=whole, record=record: cloud.bgp_prefixes.edit(record, whole, advertised=True)
            )
        lab.wait(3600)
        ups = {event.name: event.time for event in lab.timeline if isinstance(event, FlowUp)}
        assert ups.keys() == {"four", "six"}
        assert abs(ups["four"] - ups["six"]) > 1
        for name, prefix in (("four", "203.0.113.0/24"), ("six", "2001:db8:100::/48")):
            begun = [
                event.time
                for event in lab.timeline
                if type(event).__name__ == "CloudflareChanged"
                and str(event.prefix) == prefix
                and event.after == "advertised"
                and event.subject.startswith("advertisement")
            ]
            assert begun
            assert any(0 <= ups[name] - time < 30 for time in begun)
