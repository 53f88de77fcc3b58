"""Subnets and their zones."""

from __future__ import annotations

import pytest
from support.aws_client import Ec2
from support.aws_network import network
from support.aws_world import ACCOUNT, OTHER_REGION, aws_with

from lab.clouds.aws.vpc.zones import zones_of


def test_a_subnet_shows_its_blocks_and_what_is_free() -> None:
    net = network()
    (subnet,) = net.ec2("DescribeSubnets", SubnetIds=[net.subnet_id])["Subnets"]
    (ipv6,) = subnet.pop("Ipv6CidrBlockAssociationSet")
    assert ipv6.pop("AssociationId").startswith("subnet-cidr-assoc-")
    assert ipv6 == {
        "Ipv6CidrBlock": "2001:db8:42::/64",
        "Ipv6CidrBlockState": {"State": "associated"},
        "Ipv6AddressAttribute": "public",
        "IpSource": "byoip",
    }
    assert subnet == {
        "SubnetId": net.subnet_id,
        "SubnetArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:subnet/{net.subnet_id}",
        "VpcId": net.vpc_id,
        "OwnerId": ACCOUNT,
        "State": "available",
        "CidrBlock": "10.0.0.0/24",
        "AvailabilityZone": "us-east-1a",
        "AvailabilityZoneId": "use1-az1",
        "AvailableIpAddressCount": 251,
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": False,
        "AssignIpv6AddressOnCreation": False,
        "Ipv6Native": False,
        "Tags": [],
    }


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"CidrBlock": "10.1.0.0/24"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.0.0/15"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.1.0/29"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "2001:db8:42:1::/64"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.0.128/25"}, "InvalidSubnet.Conflict"),
        ({"CidrBlock": "10.0.0.0/20"}, "InvalidSubnet.Conflict"),
        ({"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": "2001:db8:42::/64"}, "InvalidSubnet.Conflict"),
        ({"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": "2001:db8:42:100::/64"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": "2001:db8:42:1::/63"}, "InvalidParameterValue"),
        ({"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": "2001:db8:42:2::/63"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": "10.0.1.0/24"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1d"}, "InvalidParameterValue"),
        (
            {"CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az2"},
            "InvalidParameterValue",
        ),
        ({"CidrBlock": "10.0.1.0/24", "Ipv6Native": True}, "UnsupportedOperation"),
        ({}, "MissingParameter"),
    ],
)
def test_a_subnet_that_cannot_be_is_refused(asked: dict, code: str) -> None:
    net = network()
    assert net.ec2.refused("CreateSubnet", VpcId=net.vpc_id, **asked).code == code
    assert len(net.ec2("DescribeSubnets")["Subnets"]) == 1


@pytest.mark.parametrize("asked", [{"AvailabilityZone": "us-east-1c"}, {"AvailabilityZoneId": "use1-az3"}])
def test_a_zone_is_named_or_its_id_is(asked: dict) -> None:
    net = network()
    subnet = net.ec2("CreateSubnet", VpcId=net.vpc_id, CidrBlock="10.0.1.7/24", **asked)["Subnet"]
    assert subnet["CidrBlock"] == "10.0.1.0/24"
    assert (subnet["AvailabilityZone"], subnet["AvailabilityZoneId"]) == ("us-east-1c", "use1-az3")


@pytest.mark.seed(78)
def test_a_subnet_gets_and_loses_a_byoip_block() -> None:
    net = network()
    ec2 = net.ec2
    subnet = ec2("CreateSubnet", VpcId=net.vpc_id, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    answer = ec2("AssociateSubnetCidrBlock", SubnetId=subnet, Ipv6CidrBlock="2001:db8:42:1::/64")
    association = answer["Ipv6CidrBlockAssociation"]["AssociationId"]
    error = ec2.refused("AssociateSubnetCidrBlock", SubnetId=subnet, Ipv6CidrBlock="2001:db8:42:2::/64")
    assert "2001:db8:42:1::/64 already" in error.message
    interface = ec2("CreateNetworkInterface", SubnetId=subnet, Ipv6AddressCount=1)["NetworkInterface"]
    error = ec2.refused("DisassociateSubnetCidrBlock", AssociationId=association)
    assert error.code == "InvalidCidrBlock.InUse"
    ec2("DeleteNetworkInterface", NetworkInterfaceId=interface["NetworkInterfaceId"])
    answer = ec2("DisassociateSubnetCidrBlock", AssociationId=association)
    assert answer["Ipv6CidrBlockAssociation"]["Ipv6CidrBlockState"] == {"State": "disassociated"}
    error = ec2.refused("DisassociateSubnetCidrBlock", AssociationId=association)
    assert error.code == "InvalidSubnetCidrAssociationID.NotFound"
    assert ec2.refused("AssociateSubnetCidrBlock", SubnetId=subnet).code == "MissingParameter"


def test_nobody_else_sees_a_subnet() -> None:
    net = network()
    for other in net.ec2.elsewhere():
        assert other("DescribeSubnets")["Subnets"] == []
        assert other.refused("DeleteSubnet", SubnetId=net.subnet_id).code == "InvalidSubnetID.NotFound"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("availability-zone", "us-east-1a"),
        ("availabilityZoneId", "use1-az1"),
        ("available-ip-address-count", "251"),
        ("cidr-block", "10.0.0.0/24"),
        ("ipv6-cidr-block-association.ipv6-cidr-block", "2001:db8:42::/64"),
        ("owner-id", ACCOUNT),
        ("state", "available"),
    ],
)
def test_subnets_are_found_by_filters(name: str, value: str) -> None:
    net = network()
    for wanted, count in ((value, 1), ("other", 0)):
        found = net.ec2("DescribeSubnets", Filters=[{"Name": name, "Values": [wanted]}])["Subnets"]
        assert len(found) == count


@pytest.mark.parametrize(
    ("region", "zone_id"),
    [
        ("us-east-1", "use1-az1"),
        ("eu-central-1", "euc1-az1"),
        ("ap-southeast-2", "apse2-az1"),
        ("us-gov-west-1", "usgw1-az1"),
        ("eu-west-3", "euw3-az1"),
    ],
)
def test_zone_ids_are_made_as_aws_makes_them(region: str, zone_id: str) -> None:
    assert zones_of(region)[f"{region}a"] == zone_id


def test_regions_and_zones_are_listed() -> None:
    ec2 = Ec2(aws_with(regions=("us-east-1", "eu-west-1", "us-gov-west-1")))
    found = ec2("DescribeRegions")["Regions"]
    assert [region["RegionName"] for region in found] == ["us-east-1", "eu-west-1"]
    assert found[1]["Endpoint"] == "ec2.eu-west-1.amazonaws.com"
    assert ec2.refused("DescribeRegions", RegionNames=["mars-1"]).code == "InvalidParameterValue"
    only = ec2("DescribeRegions", Filters=[{"Name": "region-name", "Values": ["eu-*"]}])["Regions"]
    assert [region["RegionName"] for region in only] == ["eu-west-1"]
    zones = ec2.elsewhere()[1]("DescribeAvailabilityZones")["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == [f"{OTHER_REGION}{letter}" for letter in "abc"]
    (zone,) = ec2("DescribeAvailabilityZones", ZoneIds=["use1-az2"])["AvailabilityZones"]
    assert zone["ZoneName"] == "us-east-1b"
    assert ec2.refused("DescribeAvailabilityZones", ZoneNames=["x"]).code == "InvalidParameterValue"
