"""Public IPv4 pools that are filled from IPAM."""

from __future__ import annotations

import re

from support.aws_ipam import IpamLab
from support.aws_world import OTHER_REGION, REGION

RANGE = "203.0.113.0/24"


def _lab() -> tuple[IpamLab, str, str]:
    lab = IpamLab()
    top = lab.pool(lab.public)
    lab.bring(top, RANGE)
    regional = lab.regional(top, RANGE, AddressFamily="ipv4")
    return lab, regional, lab.ask("CreatePublicIpv4Pool")["PoolId"]


def test_a_range_goes_through_an_ipam_pool_to_an_elastic_ip_and_back() -> None:
    lab, ipam_pool, pool = _lab()
    assert re.fullmatch(r"ipv4pool-ec2-[0-9a-f]{17}", pool)
    made = lab.ask("ProvisionPublicIpv4PoolCidr", IpamPoolId=ipam_pool, PoolId=pool, NetmaskLength=29)
    assert made["PoolAddressRange"] == {
        "FirstAddress": "203.0.113.0",
        "LastAddress": "203.0.113.7",
        "AddressCount": 8,
        "AvailableAddressCount": 8,
    }
    (allocated,) = lab.allocations(ipam_pool)
    assert (allocated["Cidr"], allocated["ResourceType"]) == ("203.0.113.0/29", "ec2-public-ipv4-pool")
    assert allocated["ResourceId"] == pool
    address = lab.ask("AllocateAddress", PublicIpv4Pool=pool)
    assert address["PublicIp"] == "203.0.113.0"
    known = {"PoolId": pool, "Cidr": "203.0.113.0/29"}
    assert lab.refusal("DeprovisionPublicIpv4PoolCidr", **known).code == "DependencyViolation"
    lab.ask("ReleaseAddress", AllocationId=address["AllocationId"])
    assert lab.refusal("DeletePublicIpv4Pool", PoolId=pool).code == "DependencyViolation"
    assert "203.0.113.0/29" in lab.refusal("DeprovisionPublicIpv4PoolCidr", PoolId=pool, Cidr=RANGE).message
    ended = lab.ask("DeprovisionPublicIpv4PoolCidr", **known)
    assert ended["DeprovisionedAddresses"] == [f"203.0.113.{last}" for last in range(8)]
    assert lab.allocations(ipam_pool) == []
    assert lab.ask("DeletePublicIpv4Pool", PoolId=pool) == {"ReturnValue": True}
    assert lab.refusal("DeletePublicIpv4Pool", PoolId=pool).code == "InvalidPublicIpv4PoolID.NotFound"


def test_a_public_ipv4_pool_takes_public_ipv4_space_of_its_region() -> None:
    lab, ipam_pool, pool = _lab()
    private = lab.pool(Locale=REGION)
    lab.provision(private, Cidr="10.0.0.0/16")
    for source, netmask, region, text in (
        (ipam_pool, 23, REGION, "expected 24 to 32"),
        (ipam_pool, 33, REGION, "expected 24 to 32"),
        (private, 24, REGION, "private scope"),
    ):
        asked = {"IpamPoolId": source, "PoolId": pool, "NetmaskLength": netmask}
        error = lab.refusal("ProvisionPublicIpv4PoolCidr", region=region, **asked)
        assert error.code == "InvalidParameterValue"
        assert text in error.message
    assert lab.allocations(private) == []
    there = lab.ask("CreatePublicIpv4Pool", region=OTHER_REGION)["PoolId"]
    asked = {"IpamPoolId": ipam_pool, "PoolId": there, "NetmaskLength": 24}
    code = lab.refusal("ProvisionPublicIpv4PoolCidr", region=OTHER_REGION, **asked).code
    assert code == "InvalidParameterValue"


def test_the_pool_of_a_range_brought_without_ipam_takes_no_more() -> None:
    lab, ipam_pool, _ = _lab()
    context = lab.prepare("198.51.100.0/24")
    lab.ask("ProvisionByoipCidr", Cidr="198.51.100.0/24", CidrAuthorizationContext=context)
    lab.settle(3600)
    pools = lab.ask("DescribePublicIpv4Pools")["PublicIpv4Pools"]
    (byoip,) = [each["PoolId"] for each in pools if each["PoolAddressRanges"]]
    asked = {"IpamPoolId": ipam_pool, "PoolId": byoip, "NetmaskLength": 28}
    assert "without IPAM" in lab.refusal("ProvisionPublicIpv4PoolCidr", **asked).message


def test_ipv4_space_may_be_cut_small_once_it_is_in_its_region() -> None:
    lab = IpamLab()
    top = lab.pool(lab.public)
    lab.bring(top, RANGE)
    regional = lab.pool(lab.public, SourceIpamPoolId=top, Locale=REGION)
    error = lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=regional, NetmaskLength=25)
    assert "/24 or larger" in error.message
    lab.provision(regional, Cidr=RANGE)
    team = lab.pool(lab.public, SourceIpamPoolId=regional, AwsService="ec2")
    assert lab.provision(team, NetmaskLength=28)["Cidr"] == "203.0.113.0/28"
    (listed,) = lab.ask("DescribeByoipCidrs", MaxResults=5)["ByoipCidrs"]
    assert listed["Cidr"] == RANGE, "what is announced is what the region got"
