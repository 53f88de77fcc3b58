"""Elastic IPs: AllocateAddress, DescribeAddresses, AssociateAddress and their opposites."""

from __future__ import annotations

from lab.clouds.aws.byoip.admission import check_border_group
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.reading import (
    address_in,
    chosen,
    refuse_unserved,
)
from lab.clouds.aws.pools.addresses import AMAZON, ElasticIp
from lab.clouds.aws.tags import tags_from


def address_members(aws: Aws, elastic: ElasticIp) -> Members:
    """An Elastic IP as the API shows it (Address)."""
    members: Members = {
        "AllocationId": elastic.id,
        "PublicIp": elastic.address,
        "PublicIpv4Pool": elastic.pool_id,
        "NetworkBorderGroup": elastic.region,
        "Domain": "vpc",
        "Tags": aws.tags.members(elastic.id),
    }
    if association := elastic.association:
        members |= {
            "AssociationId": association.id,
            "NetworkInterfaceId": association.interface_id,
            "NetworkInterfaceOwnerId": elastic.owner,
            "PrivateIpAddress": association.private_address,
            "SubnetId": association.subnet_id,
        }
    return members


@operation("ec2", "AllocateAddress")
def allocate_address(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """An Elastic IP from one of the caller's pools (any address of it, or that one), or of Amazon's own."""
    refuse_unserved(asked, "CustomerOwnedIpv4Pool", "IpamPoolId")
    if asked.get("Domain") == "standard":
        raise AwsError(
            "InvalidParameterValue", "The domain 'standard' (EC2-Classic) is retired; expected 'vpc'"
        )
    check_border_group(caller, asked.get("NetworkBorderGroup"))
    elastic = aws.addresses.allocate(
        caller,
        tags_from(asked, "elastic-ip"),
        pool_id=asked.get("PublicIpv4Pool", AMAZON),
        wanted=address_in(asked, "Address"),
    )
    return {
        "AllocationId": elastic.id,
        "PublicIp": elastic.address,
        "PublicIpv4Pool": elastic.pool_id,
        "NetworkBorderGroup": elastic.region,
        "Domain": "vpc",
    }


@operation("ec2", "DescribeAddresses")
def describe_addresses(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's Elastic IPs."""
    found = chosen(caller, asked.get("AllocationIds"), aws.addresses.find, aws.addresses.all_of)
    if public := asked.get("PublicIps"):
        named = {aws.addresses.by_address(caller, text).id for text in public}
        found = [elastic for elastic in found if elastic.id in named]
    found = matching(found, asked.get("Filters"), lambda elastic: _values(aws, elastic))
    return {"Addresses": [address_members(aws, elastic) for elastic in found]}


def _values(aws: Aws, elastic: ElasticIp) -> Values:
    members = address_members(aws, elastic)
    return {
        "allocation-id": elastic.id,
        "association-id": members.get("AssociationId"),
        "domain": "vpc",
        "instance-id": None,
        "network-border-group": elastic.region,
        "network-interface-id": members.get("NetworkInterfaceId"),
        "network-interface-owner-id": members.get("NetworkInterfaceOwnerId"),
        "private-ip-address": members.get("PrivateIpAddress"),
        "public-ip": elastic.address,
        **tag_filters(aws.tags.of(elastic.id)),
    }


@operation("ec2", "ReleaseAddress")
def release_address(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Give an Elastic IP up."""
    check_border_group(caller, asked.get("NetworkBorderGroup"))
    aws.addresses.release(caller, _named(aws, caller, asked).id)
    return {}


@operation("ec2", "AssociateAddress")
def associate_address(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Translate an Elastic IP to a network interface's address."""
    elastic = _named(aws, caller, asked)
    if instance := asked.get("InstanceId"):
        raise AwsError(
            "InvalidInstanceID.NotFound",
            f"The instance ID '{instance}' does not exist: this lab has network interfaces, no instances",
        )
    if "NetworkInterfaceId" not in asked:
        raise AwsError("MissingParameter", "The request must contain the parameter NetworkInterfaceId")
    private = address_in(asked, "PrivateIpAddress")
    association = aws.vpcs.elastic.associate(
        caller,
        elastic.id,
        asked["NetworkInterfaceId"],
        private_address=None if private is None else str(private),
        reassociate=asked.get("AllowReassociation", True),
    )
    return {"AssociationId": association.id}


@operation("ec2", "DisassociateAddress")
def disassociate_address(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """End an Elastic IP's association."""
    if "AssociationId" in asked:
        elastic = aws.addresses.by_association(caller, asked["AssociationId"])
    else:
        elastic = _named(aws, caller, asked)
    aws.addresses.disassociate(caller, elastic.id)
    return {}


def _named(aws: Aws, caller: Caller, asked: Parameters) -> ElasticIp:
    if "AllocationId" in asked:
        return aws.addresses.find(caller, asked["AllocationId"])
    if "PublicIp" in asked:
        return aws.addresses.by_address(caller, asked["PublicIp"])
    raise AwsError("MissingParameter", "Either public IP or allocation id must be specified")
