"""A registration in words and as JSON."""

from __future__ import annotations

import pytest
from support.registry_lab import APNIC_RANGE, ARIN_RANGE, RIPE_RANGE, RegistryLab

from lab.bgp.prefix import Prefix
from lab.registry.narrating import as_json, describe


def test_comments_on_the_holder_are_told_apart_from_those_on_the_range() -> None:
    lab = RegistryLab()
    lab.editor.add_comment(ARIN_RANGE, ["on the range", "x" * 100])
    lab.editor.add_holder_comment(ARIN_RANGE, "on the organization")
    registration = lab.registration(ARIN_RANGE)
    holder = lab.holder(registration.holder)
    assert describe(registration, holder).splitlines() == [
        "203.0.113.0/24  CUSTOMER",
        "  registry: ARIN, network type Direct Allocation",
        "  holder: customer, an organization",
        "  comments and ROAs: ARIN Online (ROA Requests)",
        "  Public Comments:",
        "    on the range",
        f"    {'x' * 80}... (100 characters)",
        "  Public Comments of customer, not of the range:",
        "    on the organization",
    ]
    found = as_json(registration, holder)
    assert found["remarks"][0]["lines"] == ["on the range", "x" * 100]
    assert found["holder_remarks"][0]["lines"] == ["on the organization"]
    assert (found["kind"], found["status"], found["rir"]) == ("organization", "Direct Allocation", "ARIN")


@pytest.mark.seed(23)
@pytest.mark.parametrize(
    ("prefix", "portal"),
    [(ARIN_RANGE, "ROA Requests"), (RIPE_RANGE, "Managing ROAs"), (APNIC_RANGE, "Route Management")],
)
def test_a_registration_names_what_its_registry_calls_making_roas(prefix: Prefix, portal: str) -> None:
    assert f"({portal})" in describe(RegistryLab().registration(prefix), None)
