"""Forms: names, lists and structures in the dialects of EC2 and STS, and what is wrong with them."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from lab.clouds.aws.wire.models import operation_model
from lab.clouds.aws.wire.protocols import PROTOCOLS
from lab.clouds.aws.wire.refusals import Reason, RefusedError
from lab.http.messages import HttpRequest


def _read(service: str, action: str, fields: dict[str, str] | list[tuple[str, str]] | str) -> dict:
    version = {"ec2": "2016-11-15", "sts": "2011-06-15"}[service]
    text = fields if isinstance(fields, str) else urlencode(fields)
    body = f"Action={action}&Version={version}&{text}".encode()
    model = operation_model(service, action)
    assert model is not None
    return PROTOCOLS[service].members(model, HttpRequest("POST", "/", {}, body))


def _refusal(service: str, action: str, fields: dict[str, str] | list[tuple[str, str]] | str) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        _read(service, action, fields)
    return refused.value


def test_ec2_names_the_items_of_a_list_by_number() -> None:
    fields = {
        "Filter.1.Name": "tag:x",
        "Filter.1.Value.1": "a",
        "Filter.1.Value.2": "b",
        "Filter.2.Name": "state",
        "MaxResults": "5",
    }
    assert _read("ec2", "DescribeVpcs", fields) == {
        "Filters": [{"Name": "tag:x", "Values": ["a", "b"]}, {"Name": "state"}],
        "MaxResults": 5,
    }


def test_a_list_of_more_than_nine_items_keeps_its_order() -> None:
    fields = {f"VpcId.{number}": f"vpc-{number}" for number in range(12, 0, -1)}
    assert _read("ec2", "DescribeVpcs", fields)["VpcIds"] == [f"vpc-{number}" for number in range(1, 13)]


def test_sts_has_member_between_a_list_and_its_items_and_may_send_it_empty() -> None:
    asked = {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "name"}
    fields = {**asked, "Tags.member.1.Key": "k", "Tags.member.1.Value": "v", "PolicyArns": ""}
    assert _read("sts", "AssumeRole", fields) == {
        **asked,
        "Tags": [{"Key": "k", "Value": "v"}],
        "PolicyArns": [],
    }
    assert _refusal("sts", "AssumeRole", {**asked, "Tags.1.Key": "k"}).reason is Reason.UNKNOWN_PARAMETER


@pytest.mark.parametrize(
    ("fields", "reason", "says"),
    [
        ({"VpcId.2": "a"}, Reason.MALFORMED, "expected VpcId.1, not VpcId.2"),
        ({"VpcId.0": "a"}, Reason.MALFORMED, "expected VpcId.1"),
        ({"VpcId.01": "a"}, Reason.MALFORMED, "expected VpcId.1"),
        ({"VpcId.x": "a"}, Reason.MALFORMED, "not VpcId.x"),
        ({"VpcId.1": "a", "VpcId.3": "a"}, Reason.MALFORMED, "expected VpcId.2, not VpcId.3"),
        ([("VpcId.1", "a"), ("VpcId.1", "a")], Reason.MALFORMED, "VpcId.1 is there twice"),
        ({"VpcId": "a"}, Reason.UNKNOWN_PARAMETER, "VpcId"),
        ({"VpcIds.1": "a"}, Reason.UNKNOWN_PARAMETER, "the nearest is 'VpcId'"),
        ({"VpcId.1.x": "a"}, Reason.UNKNOWN_PARAMETER, "VpcId.1 is one value"),
        ({"Filter.1": "a"}, Reason.UNKNOWN_PARAMETER, "Filter.1"),
        ({"Filter.1.Name": "a", "Filter.1": "b"}, Reason.MALFORMED, "below"),
        ({"Filter.1.name": "a"}, Reason.UNKNOWN_PARAMETER, "Filter.1.name"),
        ({"a" + ".1" * 30: "a"}, Reason.MALFORMED, "24 parts"),
        ({"": "a"}, Reason.UNKNOWN_PARAMETER, "The parameter  is"),
        ("VpcId.1=%ff", Reason.MALFORMED, "UTF-8"),
        ("VpcId.1=\xe9", Reason.MALFORMED, "UTF-8"),
        ("&".join(f"a{number}=1" for number in range(2100)), Reason.MALFORMED, "more than 2000"),
    ],
)
def test_what_is_no_proper_form_is_refused_by_name(fields: object, reason: Reason, says: str) -> None:
    refusal = _refusal("ec2", "DescribeVpcs", fields)
    assert refusal.reason is reason
    assert says in refusal.message


def test_a_required_member_of_a_structure_is_missed_by_its_place() -> None:
    fields = {"Message": "m"}
    refusal = _refusal(
        "ec2",
        "ProvisionByoipCidr",
        {"Cidr": "203.0.113.0/24", **{f"CidrAuthorizationContext.{name}": fields[name] for name in fields}},
    )
    assert refusal.reason is Reason.MISSING_PARAMETER
    assert refusal.message == "The request must contain the parameter CidrAuthorizationContext.Signature"


def test_a_value_that_is_none_of_an_enum_is_shown_the_nearest() -> None:
    refusal = _refusal("ec2", "CreateIpamPool", {"IpamScopeId": "ipam-scope-1", "AddressFamily": "ipv5"})
    assert refusal.message == (
        "Value (ipv5) for parameter AddressFamily is invalid. Expected one of ipv4, ipv6; "
        "the nearest is 'ipv6'."
    )


def test_a_value_that_is_a_secret_is_not_shown() -> None:
    fields = {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "name"}
    refusal = _refusal("sts", "AssumeRoleWithWebIdentity", {**fields, "WebIdentityToken": "abc"})
    assert refusal.message == (
        "Value (not shown) for parameter WebIdentityToken is invalid. Expected 4 to 20000 characters."
    )
