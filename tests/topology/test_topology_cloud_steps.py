"""The steps that act on registries and AWS: what they hold, how they read, what is refused."""

from __future__ import annotations

import datetime
from typing import Any

import botocore.session
import jsonschema
import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.topology.cloud_steps import Authorize, AwsStep, Certificate, RegistryStep
from lab.topology.loading import parse, parse_step, read_document
from lab.topology.problems import TopologyError
from lab.topology.schema import json_schema

SMALL = read_document("""\
name: small
ases:
  customer: {asn: 64496}
  aws: {asn: 16509, cloud: aws}
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, holder: customer}
""")
HELD = Prefix.parse("203.0.113.0/24")
NOT_AS_THE_CLI_SPELLS_THEM = {"EnableVolumeIO", "AssumeRoleWithSAML"}


def step(**data: Any) -> Any:
    """The body of a step as it would be typed at a small lab."""
    return parse_step(data, SMALL).body


def refusal(**data: Any) -> str:
    with pytest.raises(TopologyError) as caught:
        step(**data)
    return str(caught.value)


@pytest.mark.parametrize("service", ["ec2", "ram", "sts"])
def test_every_operation_can_be_called_by_its_name_and_by_the_name_the_cli_has_for_it(service: str) -> None:
    for operation in botocore.session.Session().get_service_model(service).operation_names:
        assert AwsStep(call=operation).operation == operation
        if operation not in NOT_AS_THE_CLI_SPELLS_THEM:
            assert AwsStep(call=xform_name(operation, "-")).operation == operation


def test_authorize_true_is_a_right_one_and_a_mapping_says_what_is_different() -> None:
    call = {"call": "provision-byoip-cidr", "with": {"Cidr": "203.0.113.0/24"}}
    assert step(aws=call).authorize is None
    assert step(aws={**call, "authorize": True}).authorize == Authorize()
    different = step(aws={**call, "authorize": {"key": "other", "expires": "2027-01-31", "mistake": "sha1"}})
    assert different.authorize == Authorize(key="other", expires=datetime.date(2027, 1, 31), mistake="sha1")


def test_the_schema_lets_authorize_be_true_or_a_mapping() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())

    def valid(authorize: Any) -> bool:
        aws = {"call": "provision-byoip-cidr", "authorize": authorize}
        return bool(validator.is_valid({"topology": "byoip", "scenario": [{"aws": aws}]}))

    assert valid(True)
    assert valid({"key": "other", "expires": "2027-01-31"})
    assert not valid(False)
    assert not valid({"expires": "31.01.2027"})


def test_what_is_saved_by_a_step_may_be_used_by_every_later_one() -> None:
    pool = "aws: {call: create-ipam-pool, with: {IpamScopeId: $scope}}"
    ipam = "aws: {call: create-ipam, save: {scope: Ipam.PublicDefaultScopeId}}"

    def read(*steps: str) -> None:
        parse("topology: byoip\nscenario:\n" + "".join(f"  - {each}\n" for each in steps))

    read(ipam, pool, "wait: {for: 5s}", pool)
    with pytest.raises(TopologyError, match="nothing was saved as 'scope' before this step"):
        read(pool, ipam)


def test_a_typed_step_may_use_what_the_running_lab_has_saved() -> None:
    typed = step(aws={"call": "create-ipam-pool", "with": {"IpamScopeId": "$scope"}})
    assert typed.members == {"IpamScopeId": "$scope"}


def test_a_typed_step_may_edit_what_was_registered_meanwhile() -> None:
    assert step(registry={"prefix": "203.0.113.0/25", "status": "Reassigned"}).status == "Reassigned"
    assert "is not a status at ARIN" in refusal(registry={"prefix": "203.0.113.0/25", "status": "LEGACY"})


def outcome(**data: Any) -> Any:
    """The body of a step, or the TopologyError that refuses it; anything else escapes and fails the test."""
    try:
        return step(**data)
    except TopologyError as error:
        return error


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
KEYS = st.sampled_from(["call", "with", "save", "authorize", "prefix", "add", "certificate", "status", "key"])
SHAPES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(VALUES)
def test_whatever_stands_in_a_request_is_kept_as_it_is_or_explained(value: Any) -> None:
    found = outcome(aws={"call": "describe-vpcs", "with": {"Filters": value}})
    if isinstance(found, TopologyError):
        assert all(problem.path[:4] == ("scenario", 0, "aws", "with") for problem in found.problems)
        assert all(character.isprintable() or character == "\n" for character in str(found))
    else:
        assert found.members == {"Filters": value}
        assert found.text


@given(st.sampled_from(["aws", "registry"]), SHAPES)
def test_a_step_of_any_shape_is_read_or_refused_with_its_problems(kind: str, value: Any) -> None:
    found = outcome(**{kind: value})
    assert found.problems if isinstance(found, TopologyError) else found.text


def test_an_answer_without_a_range_cannot_be_authorized_unless_the_step_says_what_for() -> None:
    assert "no range to authorize" in refusal(aws={"call": "provision-byoip-cidr", "authorize": True})
    for how in ({"prefix": "203.0.113.0/24"}, {"message": "1|aws|"}):
        assert step(aws={"call": "provision-byoip-cidr", "authorize": how}).authorize is not None


TEXTS = [
    (
        AwsStep(call="provision-byoip-cidr", members={"Cidr": "203.0.113.0/24"}, authorize=Authorize()),
        "ec2 ProvisionByoipCidr: Cidr 203.0.113.0/24",
    ),
    (
        AwsStep(call="CreateIpam", account="networking", region="us-east-1", error="IncorrectState"),
        "ec2 CreateIpam by networking in us-east-1, to be refused with IncorrectState",
    ),
    (
        AwsStep(call="CreateResourceShare", service="ram", members={"principals": ["1"], "name": "a\nb"}),
        'ram CreateResourceShare: principals ["1"], name a b',
    ),
    (RegistryStep(prefix=HELD, add="hello"), "a comment is added to 203.0.113.0/24 in the registry: hello"),
    (
        RegistryStep(prefix=HELD, certificate=Certificate(key="other"), on="holder", helpdesk=True),
        "a certificate of the key other is added to the holder of 203.0.113.0/24 in the registry"
        " by the helpdesk",
    ),
    (
        RegistryStep(prefix=HELD, remove_comments=True),
        "the comments on 203.0.113.0/24 are removed from the registry",
    ),
    (RegistryStep(prefix=HELD, status="Reassigned"), "203.0.113.0/24 becomes Reassigned in the registry"),
    (
        RegistryStep(prefix=HELD, kind="individual"),
        "the holder of 203.0.113.0/24 becomes an individual in the registry",
    ),
]


@pytest.mark.parametrize(("body", "text"), TEXTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_step_is_told_as_a_sentence(body: AwsStep | RegistryStep, text: str) -> None:
    assert body.text == text


def test_a_long_comment_is_told_in_short() -> None:
    assert len(RegistryStep(prefix=HELD, add="x" * 2000).text) < 150
