"""Calls in a file are held against AWS's own models before anything runs."""

from __future__ import annotations

import pytest

from lab.scenario.aws_call_checks import call_problems
from lab.topology.loading import load, open_document, parse_step, shipped


def problems(**call: object) -> list[tuple[str, str]]:
    step = parse_step({"aws": call}, open_document("aws-byoip"))
    return [(problem.message, problem.hint) for problem in call_problems([step])]


@pytest.mark.parametrize("name", [name for name in shipped() if name.startswith("aws-")])
def test_the_calls_of_shipped_scenarios_are_as_aws_has_them(name: str) -> None:
    assert call_problems(load(name).steps) == []


def test_a_misspelt_operation_is_named_with_the_nearest() -> None:
    ((message, hint),) = problems(call="provision-byiop-cidr", **{"with": {"Cidr": "203.0.113.0/24"}})
    assert message == "ec2 has no operation ProvisionByiopCidr"
    assert "ProvisionByoipCidr" in hint


def test_an_operation_that_the_lab_does_not_serve_is_named() -> None:
    ((message, _),) = problems(call="RunInstances", **{"with": {"MinCount": 1, "MaxCount": 1}})
    assert message == "the lab does not serve RunInstances of ec2"


def test_misspelt_members_are_named_at_any_depth() -> None:
    found = problems(
        call="create-vpc",
        **{"with": {"CidrBlok": "10.0.0.0/16", "TagSpecifications": [{"Tags": [{"Kye": "a"}]}]}},
    )
    assert [message for message, _ in found] == [
        "CreateVpc has no member CidrBlok",
        "CreateVpc.TagSpecifications.Tags has no member Kye",
    ]
    assert "CidrBlock" in found[0][1]


def test_what_an_answer_does_not_have_cannot_be_saved() -> None:
    ((message, hint),) = problems(call="create-vpc", save={"x": "Vpc.Vpcid"})
    assert message == "the answer to CreateVpc has no Vpc.Vpcid, which is to be saved as x"
    assert "VpcId" in hint
    assert problems(call="describe-vpcs", save={"x": "Vpcs.0.VpcId"}) == []
