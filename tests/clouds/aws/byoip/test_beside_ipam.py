"""Ranges that IPAM holds, and those that are brought without it."""

from __future__ import annotations

import pytest
from support.aws_ipam import TOP, IpamLab
from support.aws_world import OTHER_ACCOUNT, OTHER_REGION, REGION

from lab.bgp.prefix import Prefix

PART = "2605:9cc0:1ff0::/48"


def test_what_is_in_an_ipam_pool_cannot_be_brought_without_ipam_and_what_has_left_it_can() -> None:
    lab = IpamLab()
    pool_id = lab.top()
    asked = {"Cidr": TOP, "CidrAuthorizationContext": lab.prepare(TOP)}
    for account in (lab.ipam["OwnerId"], OTHER_ACCOUNT):
        error = lab.refusal("ProvisionByoipCidr", account, **asked)
        assert error.code == "InvalidParameterValue"
        assert f"{TOP} is in an IPAM pool" in error.message
    lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool_id, Cidr=TOP)
    lab.settle(600)
    assert lab.ask("ProvisionByoipCidr", **asked)["ByoipCidr"]["State"] == "pending-provision"


@pytest.mark.seed(107, 108)
def test_a_cidr_of_a_regional_pool_is_advertised_in_its_region_as_the_document_shows() -> None:
    lab = IpamLab()
    pool_id = lab.regional(lab.top(), PART)
    (listed,) = lab.ask("DescribeByoipCidrs", MaxResults=5)["ByoipCidrs"]
    assert (listed["State"], listed["IpamPoolId"]) == ("provisioned", pool_id)
    assert lab.aws.originations() == frozenset()

    error = lab.refusal("AdvertiseByoipCidr", region=OTHER_REGION, Cidr=PART)
    assert f"is in {REGION}" in error.message
    answer = lab.ask("AdvertiseByoipCidr", Cidr=PART)["ByoipCidr"]
    assert (answer["Cidr"], answer["State"]) == (PART, "advertised")
    assert lab.aws.originations() == {(REGION, Prefix.parse(PART))}
