"""Subnets: CreateSubnet, DescribeSubnets, AssociateSubnetCidrBlock and their opposites."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.ids import arn
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.reading import canonical_cidr_in, chosen, cidr_in, refuse_unserved
from lab.clouds.aws.pagination import page
from lab.clouds.aws.tags import tags_from
from lab.clouds.aws.vpc.records import Subnet, SubnetIpv6
from lab.clouds.aws.vpc.zones import zone_named, zones_of


def subnet_members(aws: Aws, subnet: Subnet) -> Members:
    """A subnet as the API shows it (Subnet)."""
    ipv6 = [_ipv6_members(aws, subnet, subnet.ipv6, "associated")] if subnet.ipv6 else []
    return {
        "SubnetId": subnet.id,
        "SubnetArn": _arn(subnet),
        "VpcId": subnet.vpc_id,
        "OwnerId": subnet.owner,
        "State": "available",
        "CidrBlock": str(subnet.block),
        "Ipv6CidrBlockAssociationSet": ipv6,
        "AvailabilityZone": subnet.zone,
        "AvailabilityZoneId": zones_of(subnet.region)[subnet.zone],
        "AvailableIpAddressCount": aws.vpcs.interfaces.free_in(subnet),
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": False,
        "AssignIpv6AddressOnCreation": False,
        "Ipv6Native": False,
        "Tags": aws.tags.members(subnet.id),
    }


def _arn(subnet: Subnet) -> str:
    return arn("ec2", subnet.region, subnet.owner, f"subnet/{subnet.id}")


def _ipv6_members(aws: Aws, subnet: Subnet, ipv6: SubnetIpv6, state: str) -> Members:
    block = aws.vpcs.tables.vpcs[subnet.vpc_id].block_of(ipv6.prefix)
    return {
        "AssociationId": ipv6.id,
        "Ipv6CidrBlock": str(ipv6.prefix),
        "Ipv6CidrBlockState": {"State": state},
        "Ipv6AddressAttribute": "public" if block and block.public else "private",
        "IpSource": block.ip_source if block else None,
    }


@operation("ec2", "CreateSubnet")
def create_subnet(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A subnet with an IPv4 block of its VPC and, if asked for, an IPv6 block."""
    refuse_unserved(
        asked,
        "OutpostArn",
        "Ipv6Native",
        "Ipv4IpamPoolId",
        "Ipv4NetmaskLength",
        "Ipv6IpamPoolId",
        "Ipv6NetmaskLength",
    )
    block = canonical_cidr_in(asked, "CidrBlock")
    if block is None:
        raise AwsError("MissingParameter", "The request must contain the parameter cidrBlock")
    subnet = aws.vpcs.subnets.create(
        caller,
        asked["VpcId"],
        block,
        cidr_in(asked, "Ipv6CidrBlock"),
        zone=zone_named(caller.region, asked.get("AvailabilityZone"), asked.get("AvailabilityZoneId")),
        tags=tags_from(asked, "subnet"),
    )
    return {"Subnet": subnet_members(aws, subnet)}


@operation("ec2", "DescribeSubnets")
def describe_subnets(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's subnets."""
    subnets = chosen(caller, asked.get("SubnetIds"), aws.vpcs.subnets.find, aws.vpcs.subnets.all_of)
    found = matching(subnets, asked.get("Filters"), lambda subnet: _values(aws, subnet))
    some, token = page(found, asked, default=1000)
    return {"Subnets": [subnet_members(aws, subnet) for subnet in some], "NextToken": token}


def _values(aws: Aws, subnet: Subnet) -> Values:
    ipv6 = subnet.ipv6
    zone_id = zones_of(subnet.region)[subnet.zone]
    return {
        "availability-zone": subnet.zone,
        "availabilityZone": subnet.zone,
        "availability-zone-id": zone_id,
        "availabilityZoneId": zone_id,
        "available-ip-address-count": str(aws.vpcs.interfaces.free_in(subnet)),
        "cidr": str(subnet.block),
        "cidr-block": str(subnet.block),
        "cidrBlock": str(subnet.block),
        "default-for-az": "false",
        "defaultForAz": "false",
        "ipv6-cidr-block-association.association-id": ipv6.id if ipv6 else None,
        "ipv6-cidr-block-association.ipv6-cidr-block": str(ipv6.prefix) if ipv6 else None,
        "ipv6-cidr-block-association.state": "associated" if ipv6 else None,
        "ipv6-native": "false",
        "owner-id": subnet.owner,
        "state": "available",
        "subnet-arn": _arn(subnet),
        "subnet-id": subnet.id,
        "vpc-id": subnet.vpc_id,
        **tag_filters(aws.tags.of(subnet.id)),
    }


@operation("ec2", "DeleteSubnet")
def delete_subnet(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Delete an empty subnet."""
    aws.vpcs.subnets.delete(caller, asked["SubnetId"])
    return {}


@operation("ec2", "AssociateSubnetCidrBlock")
def associate_subnet_cidr_block(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Give a subnet its IPv6 block."""
    refuse_unserved(asked, "Ipv6IpamPoolId", "Ipv6NetmaskLength")
    prefix = cidr_in(asked, "Ipv6CidrBlock")
    if prefix is None:
        raise AwsError("MissingParameter", "The request must contain the parameter ipv6CidrBlock")
    ipv6 = aws.vpcs.subnets.associate(caller, asked["SubnetId"], prefix)
    return _association(aws, aws.vpcs.subnets.find(caller, asked["SubnetId"]), ipv6, "associated")


@operation("ec2", "DisassociateSubnetCidrBlock")
def disassociate_subnet_cidr_block(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take the IPv6 block from a subnet."""
    subnet, ipv6 = aws.vpcs.subnets.disassociate(caller, asked["AssociationId"])
    return _association(aws, subnet, ipv6, "disassociated")


def _association(aws: Aws, subnet: Subnet, ipv6: SubnetIpv6, state: str) -> Members:
    return {"SubnetId": subnet.id, "Ipv6CidrBlockAssociation": _ipv6_members(aws, subnet, ipv6, state)}
