"""VPCs and their blocks: CreateVpc, DescribeVpcs, AssociateVpcCidrBlock and their opposites."""

from __future__ import annotations

from typing import Final

from lab.clouds.aws.byoip.admission import check_border_group
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.reading import (
    canonical_cidr_in,
    chosen,
    cidr_in,
    refuse_unserved,
)
from lab.clouds.aws.pagination import page
from lab.clouds.aws.tags import tags_from
from lab.clouds.aws.vpc.blocks import Ipv4Wish, Ipv6Wish
from lab.clouds.aws.vpc.records import CidrAssociation, Source, Vpc

_IPV4_WISHES: Final = ("CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength")
_IPV6_WISHES: Final = (
    "AmazonProvidedIpv6CidrBlock",
    "Ipv6Pool",
    "Ipv6IpamPoolId",
    "Ipv6CidrBlock",
    "Ipv6NetmaskLength",
)


def block_members(block: CidrAssociation, region: str, state: str) -> Members:
    """A block of a VPC as the API shows it (Vpc[Ipv6]CidrBlockAssociation)."""
    if block.prefix.version == 4:
        return {
            "AssociationId": block.id,
            "CidrBlock": str(block.prefix),
            "CidrBlockState": {"State": state},
        }
    return {
        "AssociationId": block.id,
        "Ipv6CidrBlock": str(block.prefix),
        "Ipv6CidrBlockState": {"State": state},
        "NetworkBorderGroup": region,
        "Ipv6Pool": _pool_name(block),
        "Ipv6AddressAttribute": "public" if block.public else "private",
        "IpSource": block.ip_source,
    }


def _pool_name(block: CidrAssociation) -> str:
    return {Source.AMAZON: "Amazon", Source.IPAM: "IPAM Managed"}.get(block.source, block.pool_id)


def vpc_members(aws: Aws, vpc: Vpc) -> Members:
    """A VPC as the API shows it (Vpc)."""
    return {
        "VpcId": vpc.id,
        "OwnerId": vpc.owner,
        "State": "available",
        "CidrBlock": str(vpc.primary.prefix),
        "InstanceTenancy": vpc.tenancy,
        "IsDefault": False,
        "CidrBlockAssociationSet": _blocks_members(vpc, 4),
        "Ipv6CidrBlockAssociationSet": _blocks_members(vpc, 6),
        "Tags": aws.tags.members(vpc.id),
    }


def _blocks_members(vpc: Vpc, version: int) -> list[Members]:
    return [block_members(block, vpc.region, "associated") for block in vpc.blocks(version)]


@operation("ec2", "CreateVpc")
def create_vpc(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A VPC with an IPv4 block and, if asked for, an IPv6 block."""
    refuse_unserved(asked, "VpcEncryptionControl")
    if asked.get("InstanceTenancy") == "host":
        raise AwsError(
            "InvalidParameterValue", "A VPC cannot have the tenancy 'host'; expected 'default' or 'dedicated'"
        )
    check_border_group(caller, asked.get("Ipv6CidrBlockNetworkBorderGroup"))
    vpc = aws.vpcs.create(
        caller,
        _ipv4_wish(asked),
        _ipv6_wish(asked),
        tags=tags_from(asked, "vpc"),
        tenancy=asked.get("InstanceTenancy", "default"),
    )
    return {"Vpc": vpc_members(aws, vpc)}


@operation("ec2", "DescribeVpcs")
def describe_vpcs(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's VPCs."""
    vpcs = chosen(caller, asked.get("VpcIds"), aws.vpcs.find, aws.vpcs.all_of)
    found = matching(vpcs, asked.get("Filters"), lambda vpc: _values(aws, vpc))
    some, token = page(found, asked, default=1000)
    return {"Vpcs": [vpc_members(aws, vpc) for vpc in some], "NextToken": token}


def _values(aws: Aws, vpc: Vpc) -> Values:
    ipv4, ipv6 = vpc.blocks(4), vpc.blocks(6)
    return {
        "cidr": str(vpc.primary.prefix),
        "cidr-block-association.association-id": [block.id for block in ipv4],
        "cidr-block-association.cidr-block": [str(block.prefix) for block in ipv4],
        "cidr-block-association.state": "associated",
        "dhcp-options-id": None,
        "ipv6-cidr-block-association.association-id": [block.id for block in ipv6],
        "ipv6-cidr-block-association.ipv6-cidr-block": [str(block.prefix) for block in ipv6],
        "ipv6-cidr-block-association.ipv6-pool": [_pool_name(block) for block in ipv6],
        "ipv6-cidr-block-association.state": "associated" if ipv6 else None,
        "is-default": "false",
        "owner-id": vpc.owner,
        "state": "available",
        "vpc-id": vpc.id,
        **tag_filters(aws.tags.of(vpc.id)),
    }


@operation("ec2", "DeleteVpc")
def delete_vpc(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Delete an empty VPC."""
    aws.vpcs.delete(caller, asked["VpcId"])
    return {}


@operation("ec2", "AssociateVpcCidrBlock")
def associate_vpc_cidr_block(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Give a VPC one more block: IPv4 or IPv6."""
    check_border_group(caller, asked.get("Ipv6CidrBlockNetworkBorderGroup"))
    ipv4 = _ipv4_wish(asked) if any(asked.get(name) for name in _IPV4_WISHES) else None
    ipv6 = _ipv6_wish(asked)
    if ipv4 and ipv6:
        raise AwsError("InvalidParameterCombination", "Associate an IPv4 or an IPv6 block, not both at once")
    block = aws.vpcs.associate(caller, asked["VpcId"], ipv6 or ipv4 or Ipv4Wish())
    return _association(asked["VpcId"], block, caller.region, "associated")


@operation("ec2", "DisassociateVpcCidrBlock")
def disassociate_vpc_cidr_block(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take a block from a VPC."""
    vpc, block = aws.vpcs.disassociate(caller, asked["AssociationId"])
    return _association(vpc.id, block, caller.region, "disassociated")


def _association(vpc_id: str, block: CidrAssociation, region: str, state: str) -> Members:
    member = "CidrBlockAssociation" if block.prefix.version == 4 else "Ipv6CidrBlockAssociation"
    return {"VpcId": vpc_id, member: block_members(block, region, state)}


def _ipv4_wish(asked: Parameters) -> Ipv4Wish:
    return Ipv4Wish(
        canonical_cidr_in(asked, "CidrBlock"), asked.get("Ipv4IpamPoolId"), asked.get("Ipv4NetmaskLength")
    )


def _ipv6_wish(asked: Parameters) -> Ipv6Wish | None:
    if not any(asked.get(name) for name in _IPV6_WISHES):
        return None
    return Ipv6Wish(
        asked.get("AmazonProvidedIpv6CidrBlock", False),
        asked.get("Ipv6Pool"),
        asked.get("Ipv6IpamPoolId"),
        cidr_in(asked, "Ipv6CidrBlock"),
        asked.get("Ipv6NetmaskLength"),
    )
