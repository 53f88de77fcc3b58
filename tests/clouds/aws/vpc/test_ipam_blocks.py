"""Blocks of VPCs that IPAM manages, and back again."""

from __future__ import annotations

import pytest
from support.aws_client import Ec2
from support.aws_monitoring import MonitoringLab
from support.aws_network import RANGE6
from support.aws_world import REGION, aws_with, pass_time
from support.byoip_customer import ready_world, signed


def _ipam_pool(ec2: Ec2, cidr: str, **asked: object) -> str:
    ipam = ec2("CreateIpam", OperatingRegions=[{"RegionName": "us-east-1"}])["Ipam"]
    pass_time(ec2.aws, 60)
    pool_id = ec2("CreateIpamPool", IpamScopeId=ipam["PrivateDefaultScopeId"], Locale="us-east-1", **asked)[
        "IpamPool"
    ]["IpamPoolId"]
    pass_time(ec2.aws, 60)
    ec2("ProvisionIpamPoolCidr", IpamPoolId=pool_id, Cidr=cidr)
    pass_time(ec2.aws, 60)
    return pool_id


def test_a_vpc_gets_its_ipv4_block_from_ipam_and_gives_it_back() -> None:
    ec2 = Ec2(aws_with())
    pool_id = _ipam_pool(ec2, "10.0.0.0/15", AddressFamily="ipv4", AllocationDefaultNetmaskLength=16)
    first = ec2("CreateVpc", Ipv4IpamPoolId=pool_id)["Vpc"]
    second = ec2("CreateVpc", Ipv4IpamPoolId=pool_id, Ipv4NetmaskLength=17)["Vpc"]
    assert (first["CidrBlock"], second["CidrBlock"]) == ("10.0.0.0/16", "10.1.0.0/17")
    used = ec2("GetIpamPoolAllocations", IpamPoolId=pool_id)["IpamPoolAllocations"]
    assert {(each["Cidr"], each["ResourceId"]) for each in used} == {
        ("10.0.0.0/16", first["VpcId"]),
        ("10.1.0.0/17", second["VpcId"]),
    }
    ec2("DeleteVpc", VpcId=first["VpcId"])
    assert ec2("CreateVpc", Ipv4IpamPoolId=pool_id)["Vpc"]["CidrBlock"] == "10.0.0.0/16"


def test_a_block_of_ipam_that_is_no_vpcs_size_is_not_taken() -> None:
    ec2 = Ec2(aws_with())
    pool_id = _ipam_pool(ec2, "10.0.0.0/15", AddressFamily="ipv4")
    error = ec2.refused("CreateVpc", Ipv4IpamPoolId=pool_id, Ipv4NetmaskLength=29)
    assert error.code == "InvalidVpc.Range"
    assert ec2("GetIpamPoolAllocations", IpamPoolId=pool_id)["IpamPoolAllocations"] == []
    both = {"Ipv4IpamPoolId": pool_id, "Ipv4NetmaskLength": 16, "CidrBlock": "10.0.0.0/16"}
    assert ec2.refused("CreateVpc", **both).code == "InvalidParameterCombination"
    error = ec2.refused("CreateVpc", Ipv4IpamPoolId="ipam-pool-0", Ipv4NetmaskLength=16)
    assert error.code == "InvalidIpamPoolId.NotFound"


@pytest.mark.seed(75)
def test_public_ipv4_space_goes_to_elastic_ips_and_to_no_vpc() -> None:
    lab = MonitoringLab()
    pool_id = lab.pool(lab.public, Locale=REGION, AwsService="ec2")
    lab.bring(pool_id, "203.0.113.0/24")
    ec2 = lab.ec2()
    vpc_id = lab.vpc("10.0.0.0/16")
    asked = {"Ipv4IpamPoolId": pool_id, "Ipv4NetmaskLength": 28}
    for error in (
        ec2.refused("CreateVpc", **asked),
        ec2.refused("AssociateVpcCidrBlock", VpcId=vpc_id, **asked),
    ):
        assert error.code == "InvalidParameterValue"
        assert error.message.startswith(f"{pool_id} is a pool of the public scope")
    assert lab.allocations(pool_id) == []
    byoip = ec2("CreatePublicIpv4Pool")["PoolId"]
    ec2("ProvisionPublicIpv4PoolCidr", IpamPoolId=pool_id, PoolId=byoip, NetmaskLength=28)
    assert ec2("AllocateAddress", PublicIpv4Pool=byoip)["PublicIp"] == "203.0.113.0"


def _byoip_pool(ec2: Ec2, *, advertisable: bool) -> str:
    scope_id = ec2("CreateIpam", OperatingRegions=[{"RegionName": "us-east-1"}])["Ipam"][
        "PublicDefaultScopeId"
    ]
    pass_time(ec2.aws, 60)
    pool_id = ec2(
        "CreateIpamPool",
        IpamScopeId=scope_id,
        Locale="us-east-1",
        AddressFamily="ipv6",
        PubliclyAdvertisable=advertisable,
        AwsService="ec2",
        PublicIpSource="byoip",
    )["IpamPool"]["IpamPoolId"]
    pass_time(ec2.aws, 60)
    paper = signed(RANGE6)
    context = {"Message": paper.message, "Signature": paper.signature}
    ec2("ProvisionIpamPoolCidr", IpamPoolId=pool_id, Cidr=str(RANGE6), CidrAuthorizationContext=context)
    pass_time(ec2.aws, 7200)
    return pool_id


@pytest.mark.parametrize(("advertisable", "attribute"), [(True, "public"), (False, "private")])
def test_a_block_of_a_range_that_was_brought_to_ipam_is_managed_by_ipam(
    advertisable: bool, attribute: str
) -> None:
    ec2 = Ec2(aws_with(ready_world(RANGE6)))
    pool_id = _byoip_pool(ec2, advertisable=advertisable)
    vpc = ec2("CreateVpc", CidrBlock="10.0.0.0/16", Ipv6IpamPoolId=pool_id, Ipv6NetmaskLength=56)["Vpc"]
    (association,) = vpc["Ipv6CidrBlockAssociationSet"]
    assert association["Ipv6CidrBlock"] == "2001:db8:42::/56"
    assert association["Ipv6Pool"] == "IPAM Managed"
    assert association["IpSource"] == "byoip"
    assert association["Ipv6AddressAttribute"] == attribute
    ec2("DisassociateVpcCidrBlock", AssociationId=association["AssociationId"])
    assert ec2("GetIpamPoolAllocations", IpamPoolId=pool_id)["IpamPoolAllocations"] == []
