"""Every member of an `expect` step, met and not met, with the texts people read and the evidence shown."""

from __future__ import annotations

import pytest
from support.small_lab import TEXT, small, step

from lab import Lab, make_engine
from lab.bgp.aspa import AspaMode
from lab.bgp.commands import StopOriginating
from lab.bgp.events import RouteRejected, Withdrawn
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovMode
from lab.observe.events import AlertRaised, ExpectationChecked, PacketVerdict
from lab.scenario.expectations import EVIDENCE, check
from lab.scenario.running import run_step
from lab.topology.loading import parse
from lab.topology.steps import Expect

HELD = "203.0.113.0/24"
PART = "203.0.113.0/25"


@pytest.fixture
def quiet():
    """Nothing has happened but that it came up."""
    with Lab(small(), make_engine("sim")) as lab:
        yield lab


@pytest.fixture
def hijacked():
    """The attacker announces half of the customer's prefix, which the transit drops as invalid."""
    with Lab(small(), make_engine("sim")) as lab:
        lab.hijack("attacker", PART)
        yield lab


def outcome(lab, expect):
    """The outcome of an `expect` step written as in a file; a probe may stand on a line before it."""
    return check(lab, step(expect).body)


NO_ROUTE = "no route, and none was received"
CUSTOMERS = "path 64510 64496, via transit, origin AS64496, rov valid"
ROUTES = {
    "path: [64510, 64496]": (True, "path 64510 64496", CUSTOMERS),
    "path: [64510, 64499]": (False, "path 64510 64499", CUSTOMERS),
    "via: transit": (True, "via transit", CUSTOMERS),
    "origin: 64496": (True, "origin AS64496", CUSTOMERS),
    "origin: 64499": (False, "origin AS64499", CUSTOMERS),
    "unreachable: false": (True, "a route", CUSTOMERS),
    "unreachable: true": (False, "no route", CUSTOMERS),
    "rov: valid": (True, "rov valid", CUSTOMERS),
    "rov: invalid": (False, "rov invalid", CUSTOMERS),
    "aspa: valid": (True, "aspa valid", f"{CUSTOMERS}, aspa valid"),
    "aspa: unknown": (False, "aspa unknown", f"{CUSTOMERS}, aspa valid"),
    "path: [64510, 64496], via: transit, origin: 64496, rov: valid": (
        True,
        "path 64510 64496, via transit, origin AS64496, rov valid",
        CUSTOMERS,
    ),
    "path: [64510, 64496], via: transit, origin: 64499": (
        False,
        "path 64510 64496, via transit, origin AS64499",
        CUSTOMERS,
    ),
}


@pytest.mark.parametrize("members", ROUTES)
def test_a_route_is_held_against_every_member(quiet, members):
    met, expected, seen = ROUTES[members]
    found = outcome(quiet, f"expect: {{at: eyeball, prefix: {HELD}, {members}}}")
    assert (found.met, found.expected, found.seen) == (met, f"at eyeball, {HELD}: {expected}", seen)
    assert bool(found.evidence) is not met


def test_a_route_via_another_neighbour_is_not_what_was_expected(quiet):
    found = outcome(quiet, f"expect: {{at: transit, prefix: {HELD}, via: eyeball}}")
    assert (found.met, found.expected) == (False, f"at transit, {HELD}: via eyeball")
    assert found.seen == "path 64496, via customer, origin AS64496, rov valid"


def test_no_route_where_one_was_expected(quiet):
    found = outcome(quiet, "expect: {at: eyeball, prefix: 192.0.2.0/24, unreachable: false}")
    assert (found.met, found.seen) == (False, NO_ROUTE)
    assert outcome(quiet, "expect: {at: eyeball, prefix: 192.0.2.0/24, unreachable: true}").met


def test_an_own_route_has_an_empty_path_and_the_own_origin(quiet):
    expect = f"expect: {{at: customer, prefix: {HELD}, path: [], origin: 64496, rov: valid}}"
    found = outcome(quiet, expect)
    assert (found.met, found.seen) == (True, "its own route, rov valid")
    assert found.expected == f"at customer, {HELD}: path (empty), origin AS64496, rov valid"


def test_a_rejected_route_is_seen_with_its_reason_and_the_evidence_is_the_rejection(hijacked):
    found = outcome(hijacked, f"expect: {{at: transit, prefix: {PART}, via: attacker}}")
    assert (found.met, found.expected) == (False, f"at transit, {PART}: via attacker")
    assert found.seen == "no route; rejected: attacker (path 64505): rov-invalid"
    rejection = found.evidence[-1]
    assert isinstance(rejection, RouteRejected)
    assert (rejection.at, rejection.neighbor, str(rejection.prefix)) == ("transit", "attacker", PART)
    assert {event.at for event in found.evidence} == {"transit"}


def test_the_validation_state_of_a_rejected_route_can_be_expected(hijacked):
    assert outcome(hijacked, f"expect: {{at: transit, prefix: {PART}, rov: invalid}}").met


def test_the_state_of_a_path_that_was_rejected_can_be_expected(quiet):
    quiet.add_aspa(64496, [64510])
    quiet.set_policy("transit", aspa=AspaMode.DROP)
    quiet.announce("attacker", "192.0.2.0/24", path=(64496,))
    found = outcome(quiet, "expect: {at: transit, prefix: 192.0.2.0/24, aspa: invalid}")
    assert found.met
    assert found.seen == "no route; rejected: attacker (path 64505 64496): aspa-invalid, aspa invalid"
    missed = outcome(quiet, "expect: {at: transit, prefix: 192.0.2.0/24, aspa: valid}")
    assert not missed.met
    assert isinstance(missed.evidence[-1], RouteRejected)


@pytest.mark.parametrize("state", ["valid", "invalid", "unknown"])
def test_the_path_of_an_own_route_is_not_judged(quiet, state):
    found = outcome(quiet, f"expect: {{at: customer, prefix: {HELD}, aspa: {state}}}")
    assert (found.met, found.seen) == (False, "its own route, rov valid, aspa not judged")


def test_where_nothing_happened_the_evidence_is_what_happened_elsewhere(hijacked):
    found = outcome(hijacked, f"expect: {{at: eyeball, prefix: {PART}, via: transit}}")
    assert found.seen == NO_ROUTE
    assert any(isinstance(event, RouteRejected) and event.at == "transit" for event in found.evidence)


def test_evidence_is_limited_to_the_newest_events(quiet):
    for _ in range(5):
        quiet.withdraw("customer", HELD)
        quiet.announce("customer", HELD)
    quiet.withdraw("customer", HELD)
    found = outcome(quiet, f"expect: {{at: customer, prefix: {HELD}, unreachable: false}}")
    assert len(found.evidence) == EVIDENCE
    assert any(isinstance(event, Withdrawn) for event in found.evidence[-3:])


SHARES = {
    'customer: "100%"': (True, "customer = 100%", "customer 100%, nowhere 0%"),
    'customer: "< 100%"': (False, "customer < 100%", "customer 100%, nowhere 0%"),
    'customer: ">= 75%", eyeball: "0%"': (
        True,
        "customer >= 75%, eyeball = 0%",
        "customer 100%, eyeball 0%, nowhere 0%",
    ),
}


@pytest.mark.parametrize("bounds", SHARES)
def test_a_share_of_the_ases_ends_at_a_speaker(quiet, bounds):
    met, expected, seen = SHARES[bounds]
    found = outcome(quiet, f"expect: {{prefix: {HELD}, share: {{{bounds}}}}}")
    assert (found.met, found.expected) == (met, f"{HELD}: {expected}")
    assert found.seen == f"of the ASes, packets end at: {seen}"


def test_ases_without_a_route_are_nowhere(quiet):
    quiet.set_link("eyeball", "transit", up=False)
    found = outcome(quiet, f'expect: {{prefix: {HELD}, share: {{customer: "100%"}}}}')
    assert (found.met, found.seen) == (False, "of the ASes, packets end at: customer 75%, nowhere 25%")


ALERTS = {
    "alert: subprefix-hijack": (True, "an alert subprefix-hijack"),
    f"alert: subprefix-hijack, prefix: {PART}, by: attacker": (
        True,
        f"an alert subprefix-hijack for {PART} by attacker",
    ),
    f"alert: subprefix-hijack, prefix: {HELD}": (False, f"an alert subprefix-hijack for {HELD}"),
    "alert: subprefix-hijack, by: transit": (False, "an alert subprefix-hijack by transit"),
    "alert: route-leak": (False, "an alert route-leak"),
    "no_alert: route-leak": (True, "no alert route-leak"),
    f"no_alert: subprefix-hijack, prefix: {HELD}": (True, f"no alert subprefix-hijack for {HELD}"),
    "no_alert: true": (False, "no alert"),
    "no_alert: subprefix-hijack": (False, "no alert subprefix-hijack"),
    f"no_alert: true, prefix: {PART}": (False, f"no alert for {PART}"),
}


@pytest.mark.parametrize("members", ALERTS)
def test_an_alert_stands_or_does_not(hijacked, members):
    met, expected = ALERTS[members]
    found = outcome(hijacked, f"expect: {{{members}}}")
    assert (found.met, found.expected) == (met, expected)
    if members.startswith("no_alert") and met:
        assert found.seen == "no alert"
    else:
        assert found.seen.startswith(f"subprefix-hijack {PART}: attacker (AS64505) originates {PART}")


def test_an_alert_about_a_shared_asn_can_be_expected_by_any_of_its_speakers():
    text = TEXT.replace("links:", "  attacker-2: {asn: 64505}\nlinks:\n  - attacker-2 -> transit")
    with Lab(parse(text, "shared.yaml"), make_engine("sim")) as lab:
        lab.hijack("attacker", PART)
        assert {alert.by for alert in lab.alerts()} == {""}
        for by, met in {"attacker": True, "attacker-2": True, "transit": False}.items():
            assert check(lab, Expect(alert="subprefix-hijack", by=by)).met == met


def test_without_an_alert_none_is_seen(quiet):
    assert outcome(quiet, "expect: {no_alert: true}").met
    found = outcome(quiet, "expect: {alert: moas}")
    assert (found.met, found.seen) == (False, "no alert")


def test_the_evidence_of_an_unwanted_alert_is_the_alert(hijacked):
    evidence = outcome(hijacked, "expect: {no_alert: true}").evidence
    assert any(isinstance(event, AlertRaised) for event in evidence)


PACKETS = {
    "probe: delivered": (True, "the packet delivered"),
    "probe: delivered, at: customer": (True, "the packet delivered at customer"),
    "probe: delivered, at: transit": (False, "the packet delivered at transit"),
    "probe: dropped": (False, "the packet dropped"),
    "probe: dropped, at: transit, reason: no-route": (
        False,
        "the packet dropped at transit, reason no-route",
    ),
}
PROBE = "probe: {from: eyeball, source: 198.51.100.7, destination: 203.0.113.9}"


@pytest.mark.parametrize("members", PACKETS)
def test_a_packet_is_delivered_or_dropped_somewhere(quiet, members):
    met, expected = PACKETS[members]
    quiet.probe("eyeball", "198.51.100.7", "203.0.113.9")
    found = outcome(quiet, f"{PROBE}\nexpect: {{{members}}}")
    assert (found.met, found.expected) == (met, expected)
    assert found.seen == "eyeball > transit > customer: customer originates 203.0.113.0/24"
    if not met:
        assert isinstance(found.evidence[-1], PacketVerdict)


def test_a_dropped_packet_is_expected_with_its_reason(quiet):
    quiet.probe("eyeball", "198.51.100.7", "192.0.2.1")
    assert outcome(quiet, f"{PROBE}\nexpect: {{probe: dropped, at: eyeball, reason: no-route}}").met
    found = outcome(quiet, f"{PROBE}\nexpect: {{probe: dropped, reason: urpf-strict}}")
    assert (found.met, found.expected) == (False, "the packet dropped, reason urpf-strict")


def test_the_evidence_about_a_packet_is_the_routes_on_its_way(hijacked):
    hijacked.set_policy("transit", rov=RovMode.OFF)
    hijacked.probe("eyeball", "198.51.100.7", "203.0.113.9")
    found = outcome(hijacked, f"{PROBE}\nexpect: {{probe: delivered, at: customer}}")
    assert found.seen == (
        "eyeball > transit > attacker: attacker originates 203.0.113.0/25, which customer holds"
    )
    assert {event.at for event in found.evidence} <= {"eyeball", "transit", "attacker"}
    assert any(getattr(event, "prefix", None) == Prefix.parse(PART) for event in found.evidence)


def test_within_a_time_the_expectation_is_looked_at_until_it_holds(quiet):
    """The customer withdraws, unsettled, so the transit still has the route now and not within a second."""
    quiet.engine.apply("customer", StopOriginating(Prefix.parse(HELD)))
    now = f"expect: {{at: transit, prefix: {HELD}, unreachable: true}}"
    assert not outcome(quiet, now).met
    began = quiet.engine.now()
    assert outcome(quiet, now.replace("true}", "true, within: 1s}")).met
    assert 0 < quiet.engine.now() - began < 1


def test_within_a_time_that_passes_in_vain_the_expectation_is_not_met(quiet):
    began = quiet.engine.now()
    found = outcome(quiet, f"expect: {{at: transit, prefix: {HELD}, unreachable: true, within: 2s}}")
    assert (found.met, found.expected) == (False, f"at transit, {HELD}: no route, within 2s")
    assert quiet.engine.now() - began == pytest.approx(2)


def test_every_expectation_is_on_the_timeline_with_its_verdict_and_line():
    topology = small(f"expect: {{at: eyeball, prefix: {HELD}, via: transit}}", "expect: {alert: moas}")
    with Lab(topology, make_engine("sim")) as lab:
        for each in topology.steps:
            run_step(lab, each)
        checked = [event for event in lab.timeline if isinstance(event, ExpectationChecked)]
    assert [(event.met, event.line - checked[0].line, event.detail) for event in checked] == [
        (True, 0, CUSTOMERS),
        (False, 1, "no alert"),
    ]
    assert checked[0].line == topology.steps[0].line > 0
