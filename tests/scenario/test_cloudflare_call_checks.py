"""Calls in a file are held against the operations that Cloudflare serves before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.scenario.cloudflare_call_checks import call_problems
from lab.topology.loading import load, open_document, parse, parse_step, shipped

PREFIX = {"cidr": "203.0.113.0/24", "asn": 13335}
DOCUMENTS = Path(__file__).parents[1] / "data" / "cloudflare" / "documents.yaml"


def problems(**call: object) -> list[str]:
    step = parse_step({"cloudflare": call}, open_document("cloudflare-byoip"))
    return [problem.message for problem in call_problems([step])]


@pytest.mark.parametrize("name", [*(name for name in shipped() if name.startswith("cloudflare-")), DOCUMENTS])
def test_the_calls_of_shipped_scenarios_are_as_cloudflare_has_them(name: str | Path) -> None:
    assert call_problems(load(name).steps) == []


def test_a_misspelt_path_is_named_with_the_nearest() -> None:
    (found,) = problems(post="addressing/prefixs", **{"with": PREFIX})
    assert found.startswith("POST addressing/prefixs: No route for that URI: the nearest is ")
    assert found.endswith("/accounts/{account_id}/addressing/prefixes")


def test_a_path_below_the_account_that_is_not_there_is_named() -> None:
    assert problems(get="/zones") == []
    (found,) = problems(get="zones")
    assert found.startswith("GET zones: No route for that URI")


def test_what_steps_have_saved_has_its_place_in_paths() -> None:
    assert problems(get="addressing/prefixes/$prefix/bgp/prefixes/$bgp") == []
    (found,) = problems(get="addressing/prefixes/mine")
    assert "prefix_id must be 32 hexadecimal digits, got 'mine'" in found


def test_a_method_that_the_path_does_not_have_is_named_with_those_it_has() -> None:
    (found,) = problems(put="addressing/prefixes", **{"with": PREFIX})
    assert found.endswith("Method PUT not available for that URI; it has GET, POST")


def test_misspelt_and_missing_members_are_named_at_any_depth() -> None:
    assert problems(post="addressing/prefixes", **{"with": {"cidr": "203.0.113.0/24", "ans": 13335}}) == [
        "POST addressing/prefixes: the member asn is missing",
        "POST addressing/prefixes: there is no member ans; did you mean 'asn'?",
    ]
    (found,) = problems(
        patch="addressing/prefixes/$p/bgp/prefixes/$b", **{"with": {"on_demand": {"advertise": True}}}
    )
    assert "there is no member on_demand.advertise; did you mean 'advertised'?" in found


def test_values_are_checked_unless_they_are_saved_before() -> None:
    (found,) = problems(post="addressing/prefixes", **{"with": {**PREFIX, "asn": "AS13335"}})
    assert found.startswith("POST addressing/prefixes: asn: ")
    assert problems(post="addressing/prefixes", **{"with": {**PREFIX, "asn": "$asn"}}) == []


def test_a_body_must_be_there_just_where_one_is_taken() -> None:
    (found,) = problems(post="addressing/prefixes")
    assert "the body is empty; expected a JSON object with cidr, asn" in found
    (found,) = problems(post="addressing/prefixes/$p/validate", **{"with": PREFIX})
    assert found.endswith("this endpoint takes no body")
    assert problems(post="addressing/prefixes/$p/validate", **{"with": {}}) == []


def test_a_file_cannot_be_sent_by_a_step() -> None:
    (found,) = problems(post="addressing/loa_documents")
    assert "it takes a form with the file" in found


def test_a_parameter_that_the_endpoint_does_not_have_is_named() -> None:
    assert problems(get="/zones?per_page=50&page=2") == []
    (found,) = problems(get="/zones?per_pag=50")
    assert "there is no parameter 'per_pag' here; did you mean 'per_page'?" in found


def test_a_refusal_that_is_expected_is_no_mistake() -> None:
    wrong = {"cidr": "203.0.113.0/24"}
    assert problems(post="addressing/prefixes", error=10001, **{"with": wrong}) == []
    assert problems(post="addressing/prefixes", error=10000, **{"with": wrong}) == []
    assert problems(post="addressing/nothing", error=7003) == []
    assert problems(post="addressing/prefixes", error=1107, **{"with": wrong}) != []


def test_the_place_in_the_file_is_told() -> None:
    text = "name: calls\ntopology: cloudflare-byoip\nscenario:\n  - cloudflare: {get: zonez}\n"
    (problem,) = call_problems(parse(text, "calls.yaml").steps)
    assert str(problem).startswith("calls.yaml:4: GET zonez: ")
