"""Pools of one account, used by others: centrally managed, with a VPC of each account's own."""

from __future__ import annotations

import pytest
from support.aws_ipam import IpamLab
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION

from lab.clouds.aws.caller import Caller

OWNER = Caller(ACCOUNT, REGION)
CIDR = "2605:9cc0:1ff0::/48"
IMPORT = "arn:aws:ram::aws:permission/AWSRAMPermissionIpamPoolByoipCidrImport"
NETMASKS = {f"Allocation{which}NetmaskLength": 56 for which in ("Min", "Default", "Max")}
TAGGED = {"AllocationResourceTags": [{"Key": "Region", "Value": "us-east-1"}]}


def _share(lab: IpamLab, pool: str, permission: str | None = None) -> None:
    arn = f"arn:aws:ec2::{ACCOUNT}:ipam-pool/{pool}"
    permissions = [permission] if permission else []
    lab.aws.perform(
        lambda: lab.aws.sharing.create(
            OWNER, "pools", resources=[arn], principals=[OTHER_ACCOUNT], permission_arns=permissions
        )
    )


def _tags(value: str) -> list[dict[str, object]]:
    return [{"ResourceType": "vpc", "Tags": [{"Key": "Region", "Value": value}]}]


@pytest.mark.seed(82, 101, 112, 113)
def test_an_account_makes_a_vpc_of_both_families_from_pools_shared_with_it() -> None:
    lab = IpamLab()
    ipv6 = lab.regional(lab.top(), CIDR, **NETMASKS, **TAGGED)
    ipv4 = lab.pool(Locale=REGION, AllocationDefaultNetmaskLength=16, **TAGGED)
    lab.provision(ipv4, Cidr="10.0.0.0/8")
    asked = {"Ipv4IpamPoolId": ipv4, "Ipv6IpamPoolId": ipv6}
    as_tagged = {**asked, "TagSpecifications": _tags("us-east-1")}
    assert lab.refusal("CreateVpc", OTHER_ACCOUNT, **as_tagged).code == "InvalidIpamPoolId.NotFound"
    for pool in (ipv4, ipv6):
        _share(lab, pool)
    for wrong in (asked, {**asked, "TagSpecifications": _tags("eu-west-1")}):
        error = lab.refusal("CreateVpc", OTHER_ACCOUNT, **wrong)
        assert error.code == "InvalidParameterValue"
        assert "Region=us-east-1" in error.message
    assert lab.allocations(ipv4) == [], "a refusal takes nothing"
    vpc = lab.ask("CreateVpc", OTHER_ACCOUNT, **as_tagged)["Vpc"]["VpcId"]
    for pool, cidr in ((ipv4, "10.0.0.0/16"), (ipv6, "2605:9cc0:1ff0::/56")):
        (shown,) = lab.allocations(pool)
        assert (shown["Cidr"], shown["ResourceType"], shown["ResourceId"]) == (cidr, "vpc", vpc)
        assert (shown["ResourceOwner"], shown["ResourceRegion"]) == (OTHER_ACCOUNT, REGION)
    lab.ask("DeleteVpc", OTHER_ACCOUNT, VpcId=vpc)
    assert lab.allocations(ipv4) == lab.allocations(ipv6) == []


@pytest.mark.seed(82)
def test_those_a_pool_is_shared_with_use_it_and_do_not_manage_it() -> None:
    lab = IpamLab()
    pool = lab.pool(Locale=REGION)
    lab.provision(pool, Cidr="10.0.0.0/8")
    mine = lab.ask("AllocateIpamPoolCidr", IpamPoolId=pool, NetmaskLength=24)["IpamPoolAllocation"]
    assert lab.ask("DescribeIpamPools", OTHER_ACCOUNT)["IpamPools"] == []
    _share(lab, pool)
    (seen,) = lab.ask("DescribeIpamPools", OTHER_ACCOUNT)["IpamPools"]
    assert (seen["IpamPoolId"], seen["OwnerId"]) == (pool, ACCOUNT)
    assert lab.ask("DescribeIpamPools", OTHER_ACCOUNT, OTHER_REGION)["IpamPools"] == []
    assert lab.ask("GetIpamPoolCidrs", OTHER_ACCOUNT, IpamPoolId=pool)["IpamPoolCidrs"]
    theirs = lab.ask("AllocateIpamPoolCidr", OTHER_ACCOUNT, IpamPoolId=pool, NetmaskLength=24)
    allocation = theirs["IpamPoolAllocation"]
    assert (allocation["Cidr"], allocation["ResourceOwner"]) == ("10.0.1.0/24", OTHER_ACCOUNT)
    listed = lab.ask("GetIpamPoolAllocations", OTHER_ACCOUNT, IpamPoolId=pool)["IpamPoolAllocations"]
    assert len(listed) == 2
    own = lab.ask("DescribeIpamPoolAllocations", OTHER_ACCOUNT)["IpamPoolAllocations"]
    assert own == [allocation]
    for operation, asked in (
        ("ModifyIpamPool", {"Description": "x"}),
        ("DeleteIpamPool", {}),
        ("ProvisionIpamPoolCidr", {"Cidr": "10.0.0.0/8"}),
        ("DeprovisionIpamPoolCidr", {"Cidr": "10.0.0.0/8"}),
    ):
        error = lab.refusal(operation, OTHER_ACCOUNT, IpamPoolId=pool, **asked)
        assert error.code == "UnauthorizedOperation"
        assert ACCOUNT in error.message
    release = {"IpamPoolId": pool, "IpamPoolAllocationId": mine["IpamPoolAllocationId"], "Cidr": mine["Cidr"]}
    error = lab.refusal("ReleaseIpamPoolAllocation", OTHER_ACCOUNT, **release)
    assert error.code == "InvalidIpamPoolAllocationId.NotFound"
    own_id = {"IpamPoolAllocationId": allocation["IpamPoolAllocationId"], "Cidr": allocation["Cidr"]}
    assert lab.ask("ReleaseIpamPoolAllocation", OTHER_ACCOUNT, **{**release, **own_id})["Success"]


def test_a_share_for_importing_ranges_is_not_one_for_allocating() -> None:
    lab = IpamLab()
    pool = lab.pool(Locale=REGION)
    lab.provision(pool, Cidr="10.0.0.0/8")
    _share(lab, pool, IMPORT)
    assert lab.ask("DescribeIpamPools", OTHER_ACCOUNT)["IpamPools"]
    error = lab.refusal("AllocateIpamPoolCidr", OTHER_ACCOUNT, IpamPoolId=pool, NetmaskLength=24)
    assert error.code == "UnauthorizedOperation"
    assert "ec2:AllocateIpamPoolCidr" in error.message
