"""VPCs: their IPv4 blocks, who sees them, and deleting them."""

from __future__ import annotations

import pytest
from support.aws_client import Ec2
from support.aws_network import ec2_with_amazon, network
from support.aws_world import ACCOUNT, aws_with


def _create(ec2: Ec2, block: str = "10.0.0.0/16") -> dict:
    return ec2("CreateVpc", CidrBlock=block)["Vpc"]


def test_a_vpc_is_available_at_once_with_its_ipv4_block() -> None:
    ec2 = Ec2(aws_with())
    vpc = _create(ec2)
    assert vpc == ec2("DescribeVpcs")["Vpcs"][0]
    (association,) = vpc.pop("CidrBlockAssociationSet")
    assert association.pop("AssociationId").startswith("vpc-cidr-assoc-")
    assert association == {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}
    assert vpc.pop("VpcId").startswith("vpc-")
    assert vpc == {
        "OwnerId": ACCOUNT,
        "State": "available",
        "CidrBlock": "10.0.0.0/16",
        "InstanceTenancy": "default",
        "IsDefault": False,
        "Ipv6CidrBlockAssociationSet": [],
        "Tags": [],
    }


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        ("10.0.0.0/16", "10.0.0.0/16"),
        ("10.0.0.0/28", "10.0.0.0/28"),
        ("100.68.0.18/18", "100.68.0.0/18"),
        ("203.0.113.0/24", "203.0.113.0/24"),
    ],
)
def test_an_ipv4_block_is_a_16_to_a_28_in_its_canonical_form(asked: str, becomes: str) -> None:
    assert _create(Ec2(aws_with()), asked)["CidrBlock"] == becomes


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("10.0.0.0/15", "InvalidVpc.Range"),
        ("10.0.0.0/29", "InvalidVpc.Range"),
        ("::/28", "InvalidVpc.Range"),
        ("10.0.0.0", "InvalidParameterValue"),
        ("10.0.0.0/33", "InvalidParameterValue"),
        ("10.0.0/16", "InvalidParameterValue"),
        ("10.0.0.0/1 6", "InvalidParameterValue"),
        ("", "InvalidParameterValue"),
    ],
)
def test_another_ipv4_block_is_refused(block: str, code: str) -> None:
    error = Ec2(aws_with()).refused("CreateVpc", CidrBlock=block)
    assert error.code == code
    assert block in error.message


def test_a_vpc_needs_an_ipv4_block() -> None:
    assert Ec2(aws_with()).refused("CreateVpc").code == "MissingParameter"
    error = Ec2(aws_with()).refused("CreateVpc", Ipv4NetmaskLength=20)
    assert error.code == "InvalidParameterCombination"


def test_a_vpc_is_of_shared_or_of_dedicated_tenancy() -> None:
    ec2 = Ec2(aws_with())
    made = ec2("CreateVpc", CidrBlock="10.0.0.0/16", InstanceTenancy="dedicated")["Vpc"]
    assert made["InstanceTenancy"] == "dedicated"
    error = ec2.refused("CreateVpc", CidrBlock="10.0.0.0/16", InstanceTenancy="host")
    assert error.code == "InvalidParameterValue"


def test_nobody_else_sees_a_vpc() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _create(ec2)["VpcId"]
    for other in ec2.elsewhere():
        assert other("DescribeVpcs")["Vpcs"] == []
        for operation, asked in (
            ("DescribeVpcs", {"VpcIds": [vpc_id]}),
            ("DeleteVpc", {"VpcId": vpc_id}),
            ("AssociateVpcCidrBlock", {"VpcId": vpc_id, "CidrBlock": "10.1.0.0/16"}),
            ("CreateSubnet", {"VpcId": vpc_id, "CidrBlock": "10.0.0.0/24"}),
            ("CreateEgressOnlyInternetGateway", {"VpcId": vpc_id}),
        ):
            assert other.refused(operation, **asked).code == "InvalidVpcID.NotFound"
    assert len(ec2("DescribeVpcs", VpcIds=[vpc_id])["Vpcs"]) == 1


def test_a_vpc_gets_and_loses_more_ipv4_blocks() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _create(ec2)["VpcId"]
    answer = ec2("AssociateVpcCidrBlock", VpcId=vpc_id, CidrBlock="10.1.0.0/16")
    assert answer["VpcId"] == vpc_id
    association = answer["CidrBlockAssociation"]
    assert association["CidrBlockState"] == {"State": "associated"}
    answer = ec2("DisassociateVpcCidrBlock", AssociationId=association["AssociationId"])
    assert answer["CidrBlockAssociation"]["CidrBlockState"] == {"State": "disassociated"}
    (vpc,) = ec2("DescribeVpcs")["Vpcs"]
    assert [each["CidrBlock"] for each in vpc["CidrBlockAssociationSet"]] == ["10.0.0.0/16"]


def test_a_vpc_has_at_most_five_blocks_of_an_ip_version_and_none_twice() -> None:
    ec2 = ec2_with_amazon()
    vpc_id = _create(ec2)["VpcId"]
    error = ec2.refused("AssociateVpcCidrBlock", VpcId=vpc_id, CidrBlock="10.0.128.0/17")
    assert error.code == "InvalidParameterValue"
    assert "overlaps 10.0.0.0/16" in error.message
    for number in range(1, 5):
        ec2("AssociateVpcCidrBlock", VpcId=vpc_id, CidrBlock=f"10.{number}.0.0/16")
    error = ec2.refused("AssociateVpcCidrBlock", VpcId=vpc_id, CidrBlock="10.5.0.0/16")
    assert error.code == "CidrLimitExceeded"
    ec2("AssociateVpcCidrBlock", VpcId=vpc_id, AmazonProvidedIpv6CidrBlock=True)


def test_the_primary_block_stays() -> None:
    ec2 = Ec2(aws_with())
    (association,) = _create(ec2)["CidrBlockAssociationSet"]
    error = ec2.refused("DisassociateVpcCidrBlock", AssociationId=association["AssociationId"])
    assert error.code == "OperationNotPermitted"
    assert "primary IPv4 CIDR block" in error.message


def test_an_ipv4_and_an_ipv6_block_are_not_associated_at_once() -> None:
    ec2 = ec2_with_amazon()
    vpc_id = _create(ec2)["VpcId"]
    both = {"CidrBlock": "10.1.0.0/16", "AmazonProvidedIpv6CidrBlock": True}
    assert ec2.refused("AssociateVpcCidrBlock", VpcId=vpc_id, **both).code == "InvalidParameterCombination"
    assert ec2.refused("AssociateVpcCidrBlock", VpcId=vpc_id).code == "MissingParameter"


def test_a_vpc_is_deleted_when_nothing_is_left_in_it() -> None:
    net = network()
    gateway = net.internet_gateway()
    egress = net.egress_only_gateway()
    interface = net.interface()

    def violated(operation: str, **asked: str) -> None:
        assert net.ec2.refused(operation, **asked).code == "DependencyViolation"

    violated("DeleteVpc", VpcId=net.vpc_id)
    violated("DeleteSubnet", SubnetId=net.subnet_id)
    net.ec2("DeleteNetworkInterface", NetworkInterfaceId=interface)
    net.ec2("DeleteSubnet", SubnetId=net.subnet_id)
    violated("DeleteVpc", VpcId=net.vpc_id)
    violated("DeleteInternetGateway", InternetGatewayId=gateway)
    net.ec2("DetachInternetGateway", InternetGatewayId=gateway, VpcId=net.vpc_id)
    net.ec2("DeleteInternetGateway", InternetGatewayId=gateway)
    violated("DeleteVpc", VpcId=net.vpc_id)
    assert net.ec2("DeleteEgressOnlyInternetGateway", EgressOnlyInternetGatewayId=egress)["ReturnCode"]
    net.ec2("DeleteVpc", VpcId=net.vpc_id)
    assert net.ec2("DescribeVpcs")["Vpcs"] == []
    assert net.ec2("GetAssociatedIpv6PoolCidrs", PoolId=net.pool_id)["Ipv6CidrAssociations"] == []


@pytest.mark.parametrize(
    "name",
    [
        "cidr",
        "cidr-block-association.association-id",
        "cidr-block-association.cidr-block",
        "ipv6-cidr-block-association.association-id",
        "ipv6-cidr-block-association.ipv6-cidr-block",
        "ipv6-cidr-block-association.ipv6-pool",
        "owner-id",
        "state",
        "vpc-id",
        "tag:team",
    ],
)
def test_vpcs_are_found_by_each_filter(name: str) -> None:
    net = network()
    net.ec2("CreateTags", Resources=[net.vpc_id], Tags=[{"Key": "team", "Value": "net"}])
    (vpc,) = net.ec2("DescribeVpcs")["Vpcs"]
    (ipv4,), (ipv6,) = vpc["CidrBlockAssociationSet"], vpc["Ipv6CidrBlockAssociationSet"]
    values = {
        "cidr": vpc["CidrBlock"],
        "cidr-block-association.association-id": ipv4["AssociationId"],
        "cidr-block-association.cidr-block": ipv4["CidrBlock"],
        "ipv6-cidr-block-association.association-id": ipv6["AssociationId"],
        "ipv6-cidr-block-association.ipv6-cidr-block": ipv6["Ipv6CidrBlock"],
        "ipv6-cidr-block-association.ipv6-pool": net.pool_id,
        "owner-id": ACCOUNT,
        "state": "available",
        "vpc-id": net.vpc_id,
        "tag:team": "net",
    }
    for value, count in ((values[name], 1), ("other", 0)):
        assert len(net.ec2("DescribeVpcs", Filters=[{"Name": name, "Values": [value]}])["Vpcs"]) == count


def test_vpcs_come_in_pages() -> None:
    ec2 = Ec2(aws_with())
    ids = [_create(ec2)["VpcId"] for _ in range(7)]
    first = ec2("DescribeVpcs", MaxResults=5)
    rest = ec2("DescribeVpcs", MaxResults=5, NextToken=first["NextToken"])
    assert [vpc["VpcId"] for part in (first, rest) for vpc in part["Vpcs"]] == ids
    assert "NextToken" not in rest
