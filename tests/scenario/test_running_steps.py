"""Steps become sentences, and a scenario a report."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.small_lab import small, step

from lab import Lab, make_engine
from lab.observe.events import AlertRaised, ObjectRejected, ScenarioStep
from lab.scenario.lab import LabError
from lab.scenario.outcome_showing import report_data
from lab.scenario.route_showing import explain
from lab.scenario.running import run_scenario, run_steps, step_text
from lab.topology.steps import STEP_KINDS

SENTENCES = {
    "note: The sun rises.": "The sun rises.",
    "announce: {from: customer, prefix: 192.0.2.0/24}": "customer announces 192.0.2.0/24",
    "announce: {from: customer, prefix: 192.0.2.0/24, prepend: 2, med: 50, communities: [no-export, 64496:7, "
    "64496:1:2], path: [64499, 64498]}": "customer announces 192.0.2.0/24 with the forged path 64499 64498 "
    "prepended 2x with MED 50 with no-export, 64496:7, 64496:1:2",
    "withdraw: {from: customer, prefix: 203.0.113.0/24}": "customer withdraws 203.0.113.0/24",
    "hijack: {by: attacker, prefix: 203.0.113.0/25}": "attacker hijacks 203.0.113.0/25",
    "hijack: {by: attacker, prefix: 203.0.113.0/24, forge_origin: true}": (
        "attacker hijacks 203.0.113.0/24 with a forged origin"
    ),
    "leak: {by: customer}": "customer leaks every route to everybody",
    "leak: {by: customer, prefix: 198.51.100.0/24, to: transit}": "customer leaks 198.51.100.0/24 to transit",
    "leak: {by: customer}\nleak: {by: customer, stop: true}": (
        "customer stops leaking every route to everybody"
    ),
    "link: {between: [customer, transit], state: down}": "the link between customer and transit goes down",
    "roa: {add: {prefix: 203.0.113.0/24, asn: 64505, max_length: 25}}": (
        "a ROA is published: 203.0.113.0/24 AS64505 maxLength 25"
    ),
    "roa: {remove: {prefix: 203.0.113.0/24, asn: 64496}}": "a ROA is removed: 203.0.113.0/24 AS64496",
    "aspa: {add: {customer: 64496, providers: [64511, 64510]}}": (
        "an ASPA is published: AS64496 buys from AS64511, AS64510"
    ),
    "aspa: {add: {customer: 64510, providers: [0]}}": "an ASPA is published: AS64510 buys from nobody",
    "aspa: {remove: {customer: 64496}}": "the ASPA of AS64496 is removed",
    "rpki: {break: expired-roa, ca: customer, file: 203-0-113-0-24-24-AS64496.roa}": (
        "broken at customer: expired-roa, file 203-0-113-0-24-24-AS64496.roa"
    ),
    "rpki: {break: unreachable-repository, server: arin}": "broken at arin: unreachable-repository",
    "rpki: {break: expired-crl, ca: customer}\nrpki: {mend: expired-crl, ca: customer}": (
        "mended at customer: expired-crl"
    ),
    "rpki: {roll: customer}": "the CA customer rolls its key",
    "rpki: {renew: customer}": "the CA customer signs everything anew",
    "rpki: {revoke: AS64496.asa, ca: customer}": "the CA customer revokes AS64496.asa",
    "rpki: {transfer: 203.0.113.0/24, to: transit}": "203.0.113.0/24 is transferred to transit",
    "registry: {prefix: 203.0.113.0/24, kind: individual}": (
        "the holder of 203.0.113.0/24 becomes an individual in the registry"
    ),
    "cloudflare: {patch: addressing/prefixes/0, with: {description: Shop}, as: lab}": (
        "cloudflare PATCH addressing/prefixes/0 by lab: description Shop"
    ),
    "irr: {add: {prefix: 203.0.113.0/24, origin: 13335, remarks: A lab}}": (
        "the route object 203.0.113.0/24 AS13335 is added to the IRR: remarks A lab"
    ),
    "irr: {as_set: {name: AS-LAB, members: [AS64496]}}": "the as-set AS-LAB becomes AS64496 in the IRR",
    "dns: {zone: example.com, add: {name: www, type: A, content: 192.0.2.1}}": (
        "the DNS record www.example.com A is added: 192.0.2.1"
    ),
    "dns: {delegate: 203.0.113.0/24, to: [elsewhere]}": (
        "the reverse zones of 203.0.113.0/24 are delegated to elsewhere"
    ),
    "flow: {name: web, from: customer, source: 203.0.113.1, destination: 198.51.100.7}": (
        "the traffic web begins, from customer's 203.0.113.1 to 198.51.100.7"
    ),
    "aws: {call: advertise-byoip-cidr, region: us-east-1, with: {Cidr: 203.0.113.0/24}}": (
        "ec2 AdvertiseByoipCidr in us-east-1: Cidr 203.0.113.0/24"
    ),
    "set: {as: transit, rov: prefer-valid, aspa: drop, otc: true, blackhole: false, graceful_shutdown: true, "
    "urpf: loose}": (
        "transit sets rov prefer-valid, otc on, blackhole off, graceful_shutdown on, urpf loose, aspa drop"
    ),
    "wait: {for: 90m}": "1h30m pass",
    "wait: {for: 1000d}": "1000d pass",
    "wait: {for: 250ms}": "250ms pass",
    "probe: {from: eyeball, source: 198.51.100.7, destination: 203.0.113.9}": (
        "eyeball sends a packet from 198.51.100.7 to 203.0.113.9"
    ),
    "kill: {as: transit}": "transit is killed",
    "expect: {no_alert: true}": "expect",
}


@pytest.mark.parametrize("text", SENTENCES)
def test_a_step_is_told_as_a_sentence(text):
    assert step_text(step(text)) == SENTENCES[text]


def test_there_is_a_sentence_for_every_kind_of_step():
    assert {text.splitlines()[-1].split(":")[0] for text in SENTENCES} == set(STEP_KINDS)


STORY = small(
    "note: A hijack.",
    "hijack: {by: attacker, prefix: 203.0.113.0/25}",
    "expect: {alert: subprefix-hijack}",
    "expect: {at: transit, prefix: 203.0.113.0/25, unreachable: false}",
)


def test_a_report_has_every_step_in_order_with_what_it_did_and_its_place():
    with Lab(STORY, make_engine("sim")) as lab:
        watched = []
        report = run_scenario(lab, watched.append)
    assert (report.name, report.expectations, len(report.results)) == ("small", 2, 4)
    assert list(report.results) == watched
    assert [result.met for result in report.results] == [True, True, True, False]
    assert report.failures == report.results[3:]
    hijack = report.results[1]
    assert (hijack.step.file, hijack.step.line) == ("small.yaml", STORY.steps[1].line)
    assert any(isinstance(event, AlertRaised) for event in hijack.events)
    assert not any(isinstance(event, AlertRaised) for event in report.results[2].events)


def test_a_failed_expectation_does_not_end_the_scenario():
    topology = small("expect: {alert: moas}", "hijack: {by: attacker, prefix: 203.0.113.0/25}")
    with Lab(topology, make_engine("sim")) as lab:
        report = run_scenario(lab)
        assert len(report.failures) == 1
        assert len(lab.alerts()) == 2


def test_steps_are_carried_out_one_at_a_time_as_they_are_asked_for():
    with Lab(STORY, make_engine("sim")) as lab:
        coming = run_steps(lab, lab.topology.steps)
        next(coming)
        assert lab.alerts() == []
        next(coming)
        assert len(lab.alerts()) == 2


def test_the_steps_are_on_the_timeline_but_for_expectations_which_have_a_verdict():
    with Lab(STORY, make_engine("sim")) as lab:
        run_scenario(lab)
        told = [(event.text, event.line) for event in lab.timeline if isinstance(event, ScenarioStep)]
    assert told == [
        ("A hijack.", STORY.steps[0].line),
        ("attacker hijacks 203.0.113.0/25", STORY.steps[1].line),
    ]


def test_a_report_is_plain_data_too():
    with Lab(STORY, make_engine("sim")) as lab:
        data = report_data(run_scenario(lab))
    assert {key: data[key] for key in ("name", "expectations", "failed")} == {
        "name": "small",
        "expectations": 2,
        "failed": 1,
    }
    failed = data["steps"][-1]["outcome"]
    assert failed["seen"] == "no route; rejected: attacker (path 64505): rov-invalid"
    assert failed["evidence"][-1]["type"] == "RouteRejected"
    assert failed["evidence"][-1]["text_line"].startswith("transit rejects 203.0.113.0/25 from attacker")


def test_the_same_seed_tells_the_same_story():
    reports = []
    for _ in range(2):
        with Lab(STORY, make_engine("sim", seed=7)) as lab:
            reports.append(report_data(run_scenario(lab)))
    assert reports[0] == reports[1]


def test_a_step_that_cannot_be_carried_out_is_named_with_its_line():
    story = small("note: A step.", "roa: {remove: {prefix: 203.0.113.0/24, asn: 64511}}")
    line = story.steps[1].line
    with Lab(story, make_engine("sim")) as lab, pytest.raises(LabError) as refused:
        run_scenario(lab)
    assert str(refused.value).startswith(f"small.yaml:{line}: the ROA 203.0.113.0/24 AS64511 is not there")


def test_a_rejection_is_told_once_although_its_text_tells_the_time():
    with Lab("byoip", make_engine("sim")) as lab:
        *_, break_it = run_steps(lab, [step("rpki: {break: expired-ca, ca: customer}")])
        assert [event.check for event in break_it.events if isinstance(event, ObjectRejected)]
        lab.wait(60)
        before = len(lab.timeline)
        lab.add_roa("192.0.2.0/24", 64511)
        assert not [event for event in list(lab.timeline)[before:] if isinstance(event, ObjectRejected)]


def test_a_speaker_with_a_cache_of_its_own_is_not_explained_by_the_labs_vrps():
    with Lab(small(), make_engine("sim")) as lab:
        ours = explain(lab, "transit", "203.0.113.0/24")["validation"]
        assert ours == [str(lab.vrps.explain(lab.topology.speakers["customer"].prefixes[0], 64496))]
        speakers = dict(lab.topology.speakers)
        speakers["transit"] = replace(speakers["transit"], rtr="127.0.0.1:8282")
        lab.topology = replace(lab.topology, speakers=speakers)
        (other,) = explain(lab, "transit", "203.0.113.0/24")["validation"]
        assert other.startswith("transit follows the cache at 127.0.0.1:8282")
