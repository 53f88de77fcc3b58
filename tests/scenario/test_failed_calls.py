"""A call of a cloud that ends otherwise than its step says fails the scenario, which ends there."""

from __future__ import annotations

import pytest

from lab import Lab, LabError, make_engine
from lab.observe.events import ScenarioStep
from lab.scenario.outcome_showing import report_data
from lab.scenario.running import run_scenario, run_step, try_scenario
from lab.topology.loading import parse

AFTER = "wait: {for: 5s}"
ADD = "cloudflare: {post: addressing/prefixes, with: {cidr: 203.0.113.0/24, asn: 13335}"
UNSUPPORTED = "cloudflare: {post: addressing/prefixes, with: {cidr: 203.0.113.0/24, asn: 64500}"
PROVISION = "aws: {call: provision-byoip-cidr, with: {Cidr: 203.0.113.0/24}"


def lab_with(*steps, of="cloudflare-byoip"):
    """A simulated lab whose scenario is these steps, the first of them on line 4."""
    lines = ["name: calls", f"topology: {of}", "scenario:", *(f"  - {step}" for step in steps)]
    return Lab(parse("\n".join(lines), "calls.yaml"), make_engine("sim"))


FAILED = {
    UNSUPPORTED + "}": ("POST addressing/prefixes succeeds", "1101: AS64500 cannot be used"),
    UNSUPPORTED + ", error: 1100}": ("POST addressing/prefixes is refused with 1100", "1101: AS64500"),
    ADD + ", error: 1101}": ("POST addressing/prefixes is refused with 1101", "it succeeded"),
}
FAILED_AT_AWS = {
    PROVISION + "}": ("ProvisionByoipCidr succeeds", "InvalidParameterCombination: "),
    PROVISION + ", error: IncorrectState}": (
        "ProvisionByoipCidr is refused with IncorrectState", "InvalidParameterCombination: ",
    ),
    "aws: {call: describe-byoip-cidrs, with: {MaxResults: 5}, error: IncorrectState}": (
        "DescribeByoipCidrs is refused with IncorrectState", "it succeeded",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("of", "call"),
    [*(("cloudflare-byoip", call) for call in FAILED), *(("aws-byoip", call) for call in FAILED_AT_AWS)],
)
def test_a_call_that_fails_is_a_failed_outcome_and_ends_the_scenario(of, call) -> None:
    expected, seen = {**FAILED, **FAILED_AT_AWS}[call]
    with lab_with("note: A call.", call, AFTER, AFTER, of=of) as lab:
        report = run_scenario(lab)
    assert [result.met for result in report.results] == [True, False]
    assert (report.left, report.error) == (2, None)
    outcome = report.failures[0].outcome
    assert (outcome.met, outcome.expected) == (False, expected)
    assert outcome.seen.startswith(seen)
    data = report_data(report)
    assert (data["failed"], data["not_carried_out"], data["error"]) == (1, 2, None)
    assert data["steps"][1]["outcome"]["seen"] == outcome.seen


def test_a_scenario_that_is_carried_out_to_its_end_leaves_nothing() -> None:
    with lab_with(ADD + "}", UNSUPPORTED + ", error: 1101}", AFTER) as lab:
        report = run_scenario(lab)
    assert (report.failures, report.left, report.error) == ((), 0, None)


def test_a_failed_call_shows_what_had_become_of_prefixes() -> None:
    with lab_with(ADD + "}", ADD + "}") as lab:
        (failure,) = run_scenario(lab).failures
    assert [event.subject for event in failure.outcome.evidence] == ["prefix"]


def test_a_step_on_its_own_raises_what_its_call_was_refused_with() -> None:
    with lab_with(UNSUPPORTED + ", error: 1100}") as lab, pytest.raises(LabError) as refused:
        run_step(lab, lab.topology.steps[0])
    text = str(refused.value)
    assert text.startswith("calls.yaml:4: POST addressing/prefixes: 1101: AS64500 cannot be used")
    assert text.endswith("; expected 1100")


def test_what_ran_before_a_step_that_makes_no_sense_is_reported_with_its_error() -> None:
    steps = ("expect: {no_alert: true}", "roa: {remove: {prefix: 203.0.113.0/24, asn: 64511}}", AFTER)
    told = []
    with lab_with(*steps) as lab:
        report = try_scenario(lab, told.append)
    assert list(report.results) == told
    assert (len(told), report.left, report.failures) == (1, 2, ())
    assert str(report.error).startswith("calls.yaml:5: the ROA 203.0.113.0/24 AS64511 is not there")
    assert report_data(report)["error"] == str(report.error)
    with lab_with(*steps) as lab, pytest.raises(LabError, match="is not there"):
        run_scenario(lab)


@pytest.mark.parametrize(
    ("of", "call"),
    [
        (
            "cloudflare-byoip",
            "cloudflare: {get: addressing/services, save: {cdn: name=CDN.id, no: name=X.id}}",
        ),
        ("aws-byoip", "aws: {call: CreateIpam, save: {id: Ipam.IpamId, no: Ipam.Nothing}}"),
    ],
)
def test_a_step_that_cannot_save_all_saves_nothing(of, call) -> None:
    with lab_with(call, of=of) as lab:
        assert "has no" in str(try_scenario(lab).error)
        assert lab.clouds.saved == {}


def test_steps_are_told_with_what_was_sent() -> None:
    with lab_with(
        "cloudflare: {get: addressing/services, save: {cdn: name=CDN.id}}",
        "cloudflare: {post: addressing/prefixes, with: {cidr: 203.0.113.0/24, asn: 13335, description: $$5},"
        " save: {prefix: id, token: ownership_validation_token}}",
        "irr: {add: {prefix: 203.0.113.0/24, origin: 13335, descr: $$$$5, remarks: 'cf-validation: $token'}}",
        "dns: {zone: 113.0.203.in-addr.arpa, add: {name: cf-validation, type: TXT, content: $token}}",
        "cloudflare: {patch: addressing/prefixes/$prefix, with: {description: $cdn}}",
    ) as lab:
        report = run_scenario(lab)
        kept = lab.clouds.saved
        timeline = [event.text for event in lab.timeline if isinstance(event, ScenarioStep)]
        found = lab.clouds.irr.exact(lab.topology.steps[2].body.add.prefix)
    assert (report.failures, report.left) == ((), 0)
    told = [result.text for result in report.results]
    assert told == timeline
    assert told[1:] == [
        "cloudflare POST addressing/prefixes: cidr 203.0.113.0/24, asn 13335, description $5",
        "the route object 203.0.113.0/24 AS13335 is added to the IRR: descr $$5, "
        f"remarks cf-validation: {kept['token']}",
        f"the DNS record cf-validation.113.0.203.in-addr.arpa TXT is added: {kept['token']}",
        f"cloudflare PATCH addressing/prefixes/{kept['prefix']}: description {kept['cdn']}",
    ]
    assert ("$$5",) in [each.descr for each in found], "filled in once"


def test_a_step_that_names_what_is_not_saved_is_told_as_it_is_written() -> None:
    with lab_with(AFTER) as lab:
        (step,) = parse(
            "name: x\ntopology: cloudflare-byoip\nscenario:\n"
            "  - cloudflare: {get: addressing/prefixes, save: {prefix: 0.id}}\n"
            "  - cloudflare: {get: addressing/prefixes/$prefix}\n",
            "x.yaml",
        ).steps[1:]
        with pytest.raises(LabError, match=r"x\.yaml:5: nothing is saved as 'prefix'"):
            run_step(lab, step)
        *_, told = [event for event in lab.timeline if isinstance(event, ScenarioStep)]
    assert told.text == "cloudflare GET addressing/prefixes/$prefix"
