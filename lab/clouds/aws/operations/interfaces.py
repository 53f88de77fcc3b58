"""Network interfaces: CreateNetworkInterface, DescribeNetworkInterfaces and DeleteNetworkInterface."""

from __future__ import annotations

from typing import Final

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.reading import address, address_in, chosen, refuse_unserved
from lab.clouds.aws.pagination import page
from lab.clouds.aws.tags import tags_from
from lab.clouds.aws.vpc.records import NetworkInterface
from lab.clouds.aws.vpc.zones import zones_of

_MOST_IPV6: Final = 50
"""How many IPv6 addresses the largest network interfaces of AWS have."""


def interface_members(aws: Aws, interface: NetworkInterface) -> Members:
    """A network interface as the API shows it (NetworkInterface)."""
    association = _association_members(aws, interface)
    subnet = aws.vpcs.tables.subnets[interface.subnet_id]
    return {
        "NetworkInterfaceId": interface.id,
        "OwnerId": interface.owner,
        "VpcId": interface.vpc_id,
        "SubnetId": interface.subnet_id,
        "AvailabilityZone": subnet.zone,
        "AvailabilityZoneId": zones_of(subnet.region)[subnet.zone],
        "Description": interface.description,
        "MacAddress": interface.mac,
        "InterfaceType": "natGateway" if interface.managed_by else "interface",
        "RequesterManaged": bool(interface.managed_by),
        "SourceDestCheck": not interface.managed_by,
        "Status": _status(interface),
        "PrivateIpAddress": interface.private_address,
        "PrivateIpAddresses": [
            {
                "Primary": True,
                "PrivateIpAddress": interface.private_address,
                "Association": association,
            }
        ],
        "Association": association,
        "Ipv6Addresses": [{"Ipv6Address": text} for text in interface.ipv6_addresses],
        "Ipv6Address": next(iter(interface.ipv6_addresses), None),
        "Groups": [],
        "TagSet": aws.tags.members(interface.id),
    }


def _status(interface: NetworkInterface) -> str:
    return "in-use" if interface.managed_by else "available"


def _association_members(aws: Aws, interface: NetworkInterface) -> Members | None:
    elastic = aws.vpcs.interfaces.elastic_of(interface)
    if elastic is None or elastic.association is None:
        return None
    return {
        "AllocationId": elastic.id,
        "AssociationId": elastic.association.id,
        "IpOwnerId": elastic.owner,
        "PublicIp": elastic.address,
    }


@operation("ec2", "CreateNetworkInterface")
def create_network_interface(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A network interface with one IPv4 address and any number of IPv6 addresses."""
    refuse_unserved(
        asked,
        "Groups",
        "PrivateIpAddresses",
        "SecondaryPrivateIpAddressCount",
        "Ipv4Prefixes",
        "Ipv4PrefixCount",
        "Ipv6Prefixes",
        "Ipv6PrefixCount",
        "InterfaceType",
        "EnablePrimaryIpv6",
        "ConnectionTrackingSpecification",
        "Operator",
    )
    count = asked.get("Ipv6AddressCount", 0)
    if not 0 <= count <= _MOST_IPV6:
        raise AwsError(
            "InvalidParameterValue",
            f"Value ({count}) for parameter ipv6AddressCount is invalid. Expecting 0 to {_MOST_IPV6}.",
        )
    texts = [each.get("Ipv6Address", "") for each in asked.get("Ipv6Addresses", ())]
    room = aws.vpcs.interfaces

    def create() -> str:
        return room.create(
            caller,
            asked["SubnetId"],
            private_address=address_in(asked, "PrivateIpAddress"),
            ipv6_addresses=[address(text, "Ipv6Address") for text in texts],
            ipv6_count=count,
            description=asked.get("Description", ""),
            tags=tags_from(asked, "network-interface"),
        ).id

    interface = room.find(caller, aws.vpcs.tokens.once(caller, "CreateNetworkInterface", asked, create))
    return {"NetworkInterface": interface_members(aws, interface), "ClientToken": asked.get("ClientToken")}


@operation("ec2", "DescribeNetworkInterfaces")
def describe_network_interfaces(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's network interfaces."""
    room = aws.vpcs.interfaces
    interfaces = chosen(caller, asked.get("NetworkInterfaceIds"), room.find, room.all_of)
    found = matching(interfaces, asked.get("Filters"), lambda interface: _values(aws, interface))
    some, token = page(found, asked, default=1000)
    return {
        "NetworkInterfaces": [interface_members(aws, interface) for interface in some],
        "NextToken": token,
    }


def _values(aws: Aws, interface: NetworkInterface) -> Values:
    association = _association_members(aws, interface) or {}
    return {
        "addresses.association.public-ip": association.get("PublicIp"),
        "addresses.private-ip-address": interface.private_address,
        "association.allocation-id": association.get("AllocationId"),
        "association.association-id": association.get("AssociationId"),
        "association.ip-owner-id": association.get("IpOwnerId"),
        "association.public-ip": association.get("PublicIp"),
        "availability-zone": aws.vpcs.tables.subnets[interface.subnet_id].zone,
        "description": interface.description,
        "ipv6-addresses.ipv6-address": interface.ipv6_addresses,
        "mac-address": interface.mac,
        "network-interface-id": interface.id,
        "owner-id": interface.owner,
        "private-ip-address": interface.private_address,
        "status": _status(interface),
        "subnet-id": interface.subnet_id,
        "vpc-id": interface.vpc_id,
        **tag_filters(aws.tags.of(interface.id)),
    }


@operation("ec2", "DeleteNetworkInterface")
def delete_network_interface(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Delete a network interface."""
    aws.vpcs.interfaces.delete(caller, asked["NetworkInterfaceId"])
    return {}
