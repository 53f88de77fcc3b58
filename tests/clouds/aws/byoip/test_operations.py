"""The operations as a client calls them: botocore's shapes in, botocore's shapes out."""

from __future__ import annotations

import pytest
from support.aws_client import Ec2
from support.aws_world import aws_with, pass_time
from support.byoip_customer import RANGE, RANGE6, ready_world, signed

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.errors import AwsError


def ec2(*prefixes: Prefix) -> Ec2:
    """The five operations, with nothing missing for these ranges."""
    return Ec2(aws_with(ready_world(*prefixes)))


def context(authorization: Authorization | None = None) -> dict[str, str]:
    given = authorization or signed()
    return {"Message": given.message, "Signature": given.signature}


def listed(call: Ec2) -> dict[str, str]:
    """The one range that there is."""
    (found,) = call("DescribeByoipCidrs", MaxResults=5)["ByoipCidrs"]
    return found


@pytest.mark.seed(40, 41, 43, 53, 55, 73)
def test_a_range_goes_all_the_way_with_the_documents_calls() -> None:
    call = ec2(RANGE)
    answer = call(
        "ProvisionByoipCidr", Cidr="198.51.100.0/24", CidrAuthorizationContext=context(), Description="ours"
    )
    assert answer["ByoipCidr"] == {
        "Cidr": "198.51.100.0/24",
        "Description": "ours",
        "State": "pending-provision",
    }
    pass_time(call.aws, 3600)
    found = listed(call)
    assert found["State"] == "provisioned"
    assert found["StatusMessage"] == found["PoolId"]
    assert call("AdvertiseByoipCidr", Cidr="198.51.100.0/24")["ByoipCidr"]["State"] == "provisioned"
    pass_time(call.aws, 30)
    assert call("WithdrawByoipCidr", Cidr="198.51.100.0/24")["ByoipCidr"]["State"] == "advertised"
    pass_time(call.aws, 40)
    answer = call("DeprovisionByoipCidr", Cidr="198.51.100.0/24")
    assert answer["ByoipCidr"]["State"] == "pending-deprovision"
    pass_time(call.aws, 600)
    found = listed(call)
    assert found == {"Cidr": "198.51.100.0/24", "Description": "ours", "State": "deprovisioned"}


@pytest.mark.seed(43)
def test_ranges_are_listed_in_pages() -> None:
    call = ec2(RANGE, RANGE6)
    for prefix in (RANGE, RANGE6):
        given = context(signed(prefix))
        call("ProvisionByoipCidr", Cidr=str(prefix), CidrAuthorizationContext=given)
    first = call("DescribeByoipCidrs", MaxResults=1)
    second = call("DescribeByoipCidrs", MaxResults=1, NextToken=first["NextToken"])
    assert [each["Cidr"] for each in first["ByoipCidrs"] + second["ByoipCidrs"]] == [str(RANGE), str(RANGE6)]
    assert "NextToken" not in second


@pytest.mark.seed(45)
def test_advertisable_is_the_default_and_can_be_turned_off() -> None:
    call = ec2(RANGE6)
    call.aws.basics.world.payloads.clear()
    asked = {"Cidr": str(RANGE6), "CidrAuthorizationContext": context(signed(RANGE6))}
    call("ProvisionByoipCidr", **asked)
    pass_time(call.aws, 3600)
    assert listed(call)["State"] == "failed-provision"
    call("ProvisionByoipCidr", **asked, PubliclyAdvertisable=False)
    pass_time(call.aws, 3600)
    assert listed(call)["State"] == "provisioned-not-publicly-advertisable"


def test_tags_are_for_the_pool_of_the_right_kind() -> None:
    call = ec2(RANGE)
    tags = [{"Key": "Team", "Value": "network"}]
    asked = {"Cidr": str(RANGE), "CidrAuthorizationContext": context()}
    with pytest.raises(AwsError, match="ipv4pool-ec2"):
        call(
            "ProvisionByoipCidr",
            **asked,
            PoolTagSpecifications=[{"ResourceType": "ipv6pool-ec2", "Tags": tags}],
        )
    call(
        "ProvisionByoipCidr", **asked, PoolTagSpecifications=[{"ResourceType": "ipv4pool-ec2", "Tags": tags}]
    )
    pass_time(call.aws, 3600)
    assert call.aws.tags.members(listed(call)["PoolId"]) == tags


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"MultiRegion": True}, "UnsupportedOperation", "one Region at a time"),
        ({"NetworkBorderGroup": "us-east-1-bos-1"}, "InvalidParameterValue", "us-east-1-bos-1"),
        ({"Cidr": "198.51.100.7/24"}, "InvalidParameterValue", "198.51.100.0/24"),
        ({"CidrAuthorizationContext": None}, "InvalidParameterCombination", "authorization context"),
    ],
)
def test_what_cannot_be_asked_for_is_named(members: dict[str, object], code: str, text: str) -> None:
    call = ec2(RANGE)
    asked = {"Cidr": str(RANGE), "CidrAuthorizationContext": context(), "NetworkBorderGroup": "us-east-1"}
    both = {**asked, **members}
    with pytest.raises(AwsError, match=text) as caught:
        call("ProvisionByoipCidr", **{name: value for name, value in both.items() if value is not None})
    assert caught.value.code == code
    assert call("DescribeByoipCidrs", MaxResults=5)["ByoipCidrs"] == []
    call("ProvisionByoipCidr", **asked)
