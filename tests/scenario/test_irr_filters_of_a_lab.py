"""A whole lab with a transit that filters by the IRR: what it takes, what it says, and what if."""

from __future__ import annotations

import pytest
from support.agreement import end_of
from support.small_lab import LINKS, REGISTRY, TEXT

from lab.bgp.prefix import Prefix
from lab.engines.sim.engine import SimEngine
from lab.scenario.lab import Lab, LabError
from lab.scenario.rpki_showing import what_if_step
from lab.scenario.running import run_scenario, run_step
from lab.scenario.showing import show
from lab.topology.loading import parse, parse_step, read_document

HELD = Prefix.parse("203.0.113.0/24")
EYEBALLS = Prefix.parse("198.51.100.0/24")
IRR = "irr:\n  - {prefix: 203.0.113.0/24, origin: 64496}\n"
FILE = TEXT.replace("rov: drop", "rov: drop, irr: true") + REGISTRY
FILTERING = (
    FILE.replace(LINKS, f"  top: {{asn: 64511}}\n{LINKS}  - transit -> top\n")
    + "  - {prefix: 198.51.100.0/24, rir: RIPE, holder: eyeball}\n"
    + IRR
)
DOCUMENT = read_document(FILTERING)


@pytest.fixture
def lab():
    with Lab(parse(FILTERING, "small.yaml"), SimEngine) as lab:
        yield lab


def do(lab, **step):
    run_step(lab, parse_step(step, DOCUMENT))


def test_only_what_the_irr_allows_goes_beyond_the_transit(lab):
    assert set(lab.view("top").best) == {HELD}
    rejected = lab.timeline.query(kind="RouteRejected")
    assert [(event.at, event.prefix, event.rejection.value) for event in rejected] == [
        ("transit", EYEBALLS, "irr-filtered")
    ]


def test_explain_and_the_rib_say_what_is_missing(lab):
    found = show(lab, "explain", {"speaker": "transit", "prefix": str(EYEBALLS)})
    (candidate,) = found["candidates"]
    assert (candidate["eligible"], candidate["reason"]) == (
        False, "IRR filter: no route object of 198.51.100.0/24 has an origin in AS64500, nor has any other",
    )  # fmt: skip
    (row,) = show(lab, "rib", {"speaker": "transit", "prefix": str(EYEBALLS)})
    assert row["rejected"] == "irr-filtered"


def test_an_edit_of_the_irr_is_in_the_routes_when_the_step_is_done(lab):
    key = {"prefix": str(EYEBALLS), "origin": 64500}
    do(lab, irr={"add": key})
    assert set(lab.view("top").best) == {HELD, EYEBALLS}
    do(lab, irr={"remove": {"prefix": str(HELD), "origin": 64496}})
    assert set(lab.view("top").best) == {EYEBALLS}


def test_a_hijack_by_a_customer_stops_at_who_filters_it(lab):
    lab.hijack("attacker", HELD)
    (held,) = (route for route in lab.view("transit").adj_in[HELD] if route.neighbor == "attacker")
    assert held.rejection.value == "irr-filtered"
    assert lab.view("top").best[HELD].attributes.as_path[-1] == 64496


def test_what_an_edit_would_change_is_tried_on_a_copy_that_has_the_irr_of_now(lab):
    add = {"irr": {"add": {"prefix": str(EYEBALLS), "origin": 64500}}}
    do(lab, irr={"add": {"prefix": "203.0.113.0/25", "origin": 64496}})
    before = end_of(lab)
    text = what_if_step(lab, parse_step(add, DOCUMENT))["text"]
    assert f"top: best route to {EYEBALLS}: none -> 64510 64500" in text
    assert "not certain" not in text
    lab.announce("customer", "203.0.113.0/25")
    assert "not certain" not in what_if_step(lab, parse_step(add, DOCUMENT))["text"]
    lab.withdraw("customer", "203.0.113.0/25")
    assert end_of(lab)["best"] == before["best"]


def test_what_a_dns_edit_would_change_cannot_be_tried(lab):
    step = parse_step({"dns": {"delegate": str(HELD), "to": ["elsewhere"]}}, DOCUMENT)
    with pytest.raises(LabError, match="cannot be tried on a copy"):
        what_if_step(lab, step)


def test_a_scenario_may_begin_without_the_route_object():
    steps = """\
scenario:
  - expect: {at: top, prefix: 198.51.100.0/24, unreachable: true}
  - irr: {add: {prefix: 198.51.100.0/24, origin: 64500}}
  - expect: {at: top, prefix: 198.51.100.0/24, origin: 64500}
"""
    with Lab(parse(FILTERING + steps, "small.yaml"), SimEngine) as fresh:
        report = run_scenario(fresh)
        assert [each.outcome.seen for each in report.failures] == []


@pytest.mark.seed(255)
@pytest.mark.parametrize(
    ("objects", "roas", "rejection"),
    [
        ([64500], [64500], None),
        ([64500], [], None),
        ([], [64500], "irr-filtered"),
        ([64496], [64500], "irr-filtered"),
        ([64500], [64496], "rov-invalid"),
    ],
)
def test_an_operator_takes_what_the_irr_lists_and_its_relying_party_does_not_find_invalid(
    lab, objects, roas, rejection
):
    for origin in objects:
        do(lab, irr={"add": {"prefix": str(EYEBALLS), "origin": origin}})
    for asn in roas:
        do(lab, roa={"add": {"prefix": str(EYEBALLS), "asn": asn}})
    (held,) = lab.view("transit").adj_in[EYEBALLS]
    assert (held.rejection and held.rejection.value) == rejection
    assert (EYEBALLS in lab.view("top").best) == (rejection is None)
