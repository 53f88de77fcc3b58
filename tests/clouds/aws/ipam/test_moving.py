"""Ranges that were brought without IPAM, and are moved there."""

from __future__ import annotations

from typing import Any

import pytest
from support.aws_ipam import IpamLab
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION

from lab.bgp.prefix import Prefix

RANGE = "203.0.113.0/24"


def _advertised() -> IpamLab:
    lab = IpamLab()
    lab.ask("ProvisionByoipCidr", Cidr=RANGE, CidrAuthorizationContext=lab.prepare(RANGE))
    lab.settle(3600)
    lab.ask("AdvertiseByoipCidr", Cidr=RANGE)
    lab.settle(30)
    return lab


def _move(pool: str, **asked: Any) -> dict[str, Any]:
    return {"Cidr": RANGE, "IpamPoolId": pool, "IpamPoolOwner": ACCOUNT, **asked}


@pytest.mark.seed(114)
def test_an_advertised_range_is_moved_without_downtime() -> None:
    lab = _advertised()
    announced = lab.aws.originations()
    assert announced == {(REGION, Prefix.parse(RANGE))}
    (byoip,) = lab.ask("DescribePublicIpv4Pools")["PublicIpv4Pools"]
    address = lab.ask("AllocateAddress", PublicIpv4Pool=byoip["PoolId"])
    pool = lab.pool(lab.public, Locale=REGION, AwsService="ec2")
    moved = lab.ask("MoveByoipCidrToIpam", **_move(pool))["ByoipCidr"]
    assert (moved["State"], moved["IpamPoolId"]) == ("advertised", pool)
    assert lab.states(pool) == {RANGE: "pending-import"}
    assert lab.aws.originations() == announced
    lab.settle()
    assert lab.states(pool) == {RANGE: "provisioned"}
    (allocation,) = lab.allocations(pool)
    assert (allocation["ResourceType"], allocation["ResourceId"]) == (
        "ec2-public-ipv4-pool",
        byoip["PoolId"],
    )
    assert lab.aws.originations() == announced
    addresses = lab.ask("DescribeAddresses")["Addresses"]
    assert [each["PublicIp"] for each in addresses] == [address["PublicIp"]]
    assert lab.refusal("DeprovisionByoipCidr", Cidr=RANGE).code == "IncorrectState"
    assert lab.refusal("MoveByoipCidrToIpam", **_move(pool)).code == "IncorrectState"


@pytest.mark.seed(114)
def test_an_ipv6_range_is_not_moved_but_brought_again() -> None:
    lab = IpamLab()
    pool = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True, Locale=REGION)
    error = lab.refusal("MoveByoipCidrToIpam", **_move(pool, Cidr="2001:db8::/48"))
    assert error.code == "InvalidParameterValue"
    assert error.message.startswith("You cannot move an IPv6 CIDR to IPAM")


def test_a_moved_range_leaves_by_way_of_ipam() -> None:
    lab = _advertised()
    pool = lab.pool(lab.public, Locale=REGION, AwsService="ec2")
    lab.ask("MoveByoipCidrToIpam", **_move(pool))
    lab.settle()
    (byoip,) = lab.ask("DescribePublicIpv4Pools")["PublicIpv4Pools"]
    lab.ask("WithdrawByoipCidr", Cidr=RANGE)
    lab.settle(40)
    lab.ask("DeprovisionPublicIpv4PoolCidr", PoolId=byoip["PoolId"], Cidr=RANGE)
    lab.ask("DeletePublicIpv4Pool", PoolId=byoip["PoolId"])
    lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool, Cidr=RANGE)
    lab.settle(600)
    assert lab.states(pool) == {RANGE: "deprovisioned"}
    assert lab.aws.ranges.overlapping(Prefix.parse(RANGE)) == []


def test_a_range_that_comes_back_to_a_pool_is_there_once() -> None:
    lab = IpamLab()
    pool = lab.pool(lab.public, Locale=REGION, AwsService="ec2")
    lab.bring(pool, RANGE)
    lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool, Cidr=RANGE)
    lab.settle(600)
    lab.ask("ProvisionByoipCidr", Cidr=RANGE, CidrAuthorizationContext=lab.prepare(RANGE))
    lab.settle(3600)
    lab.ask("MoveByoipCidrToIpam", **_move(pool))
    assert [(each["Cidr"], each["State"]) for each in lab.cidrs(pool)] == [(RANGE, "pending-import")]


def test_a_range_is_moved_to_a_fitting_pool_of_the_named_owner() -> None:
    lab = _advertised()
    fitting = lab.pool(lab.public, Locale=REGION, AwsService="ec2")
    for pool, asked, code, text in (
        (fitting, {"IpamPoolOwner": OTHER_ACCOUNT}, "InvalidParameterValue", f"The owner of {fitting}"),
        (fitting, {"Cidr": "198.51.100.0/24"}, "InvalidParameterValue", "has not provisioned"),
        (fitting, {"Cidr": "203.0.113.0/25"}, "InvalidParameterValue", "has not provisioned"),
        (lab.pool(lab.public), {}, "InvalidParameterValue", "locale"),
        (lab.pool(lab.public, Locale=OTHER_REGION), {}, "InvalidParameterValue", "not in the current region"),
        (lab.pool(Locale=REGION), {}, "InvalidParameterValue", "public scope"),
        ("ipam-pool-0", {}, "InvalidIpamPoolId.NotFound", "does not exist"),
    ):
        error = lab.refusal("MoveByoipCidrToIpam", **_move(pool, **asked))
        assert error.code == code
        assert text in error.message
