"""Ranges of one's own: ProvisionByoipCidr and what follows it."""

from __future__ import annotations

from lab.clouds.aws.byoip.admission import check_border_group, check_single_region
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.byoip.range import ByoipCidr
from lab.clouds.aws.byoip.sizes import parse_range
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.pagination import page
from lab.clouds.aws.pools import ipv4, ipv6
from lab.clouds.aws.tags import tags_from


def byoip_members(record: ByoipCidr) -> Members:
    """A range as the API shows it (ByoipCidr)."""
    return {
        "Cidr": str(record.prefix),
        "Description": record.description or None,
        "StatusMessage": record.status_message or None,
        "State": record.state.value,
        "PoolId": record.pool_id or None,
        "IpamPoolId": record.ipam_pool_id or None,
    }


@operation("ec2", "ProvisionByoipCidr")
def provision_byoip_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Bring a range."""
    prefix = parse_range(asked["Cidr"])
    check_single_region(asked.get("MultiRegion", False))
    check_border_group(caller, asked.get("NetworkBorderGroup"))
    context = asked.get("CidrAuthorizationContext")
    record = aws.ranges.provision(
        caller,
        prefix,
        Authorization(context["Message"], context["Signature"]) if context else None,
        advertisable=asked.get("PubliclyAdvertisable", True),
        description=asked.get("Description", ""),
        tags=tags_from(asked, ipv4.KIND if prefix.version == 4 else ipv6.KIND, "PoolTagSpecifications"),
    )
    return {"ByoipCidr": byoip_members(record)}


@operation("ec2", "DescribeByoipCidrs")
def describe_byoip_cidrs(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's ranges in the region."""
    records, token = page(aws.ranges.describe(caller), asked, default=100)
    return {"ByoipCidrs": [byoip_members(record) for record in records], "NextToken": token}


@operation("ec2", "AdvertiseByoipCidr")
def advertise_byoip_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Have a range announced."""
    prefix = parse_range(asked["Cidr"])
    check_border_group(caller, asked.get("NetworkBorderGroup"))
    return {"ByoipCidr": byoip_members(aws.ranges.advertise(caller, prefix, asn=asked.get("Asn")))}


@operation("ec2", "WithdrawByoipCidr")
def withdraw_byoip_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Have a range announced no longer."""
    return {"ByoipCidr": byoip_members(aws.ranges.withdraw(caller, parse_range(asked["Cidr"])))}


@operation("ec2", "DeprovisionByoipCidr")
def deprovision_byoip_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take a range away from AWS."""
    return {"ByoipCidr": byoip_members(aws.ranges.deprovision(caller, parse_range(asked["Cidr"])))}
