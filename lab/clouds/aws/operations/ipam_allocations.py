"""What is allocated from IPAM pools, public IPv4 pools among it, and ranges that are moved to IPAM."""

from __future__ import annotations

from lab.bgp.prefix import WIDTH, Prefix, address_text
from lab.clouds.aws.byoip.admission import check_border_group
from lab.clouds.aws.byoip.sizes import parse_range
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.ipam.allocations import Wanted
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.byoip import byoip_members
from lab.clouds.aws.operations.ipam_members import allocation_members, listed
from lab.clouds.aws.pools import ipv4
from lab.clouds.aws.tags import tags_from


@operation("ec2", "AllocateIpamPoolCidr")
def allocate_ipam_pool_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A manual allocation, or a look at what it would be."""
    pool_id = asked["IpamPoolId"]
    wanted = Wanted(
        prefix=parse_range(asked["Cidr"]) if asked.get("Cidr") else None,
        netmask=asked.get("NetmaskLength"),
        allowed=_prefixes(asked, "AllowedCidrs"),
        disallowed=_prefixes(asked, "DisallowedCidrs"),
    )
    if asked.get("PreviewNextCidr"):
        return {"IpamPoolAllocation": {"Cidr": str(aws.ipam.allocations.preview(caller, pool_id, wanted))}}

    def allocate() -> str:
        tags = tags_from(asked, "ipam-pool-allocation")
        description = asked.get("Description")
        return aws.ipam.allocations.allocate(caller, pool_id, wanted, description=description, tags=tags).id

    made = aws.ipam.tokens.once(caller, "AllocateIpamPoolCidr", asked, allocate)
    allocation = aws.ipam.allocations.own(caller, made)
    return {"IpamPoolAllocation": allocation_members(aws, allocation)}


@operation("ec2", "ReleaseIpamPoolAllocation")
def release_ipam_pool_allocation(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The end of a manual allocation."""
    aws.ipam.allocations.release(
        caller, asked["IpamPoolId"], asked["IpamPoolAllocationId"], parse_range(asked["Cidr"])
    )
    return {"Success": True}


@operation("ec2", "ModifyIpamPoolAllocation")
def modify_ipam_pool_allocation(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Another description, or none."""
    modified = aws.ipam.allocations.modify(caller, asked["IpamPoolAllocationId"], asked.get("Description"))
    return {"IpamPoolAllocation": allocation_members(aws, modified)}


@operation("ec2", "GetIpamPoolAllocations")
def get_ipam_pool_allocations(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """All allocations of a pool, or one."""
    found = aws.ipam.allocations.of_pool(caller, asked["IpamPoolId"])
    if wanted := asked.get("IpamPoolAllocationId"):
        found = [allocation for allocation in found if allocation.id == wanted]
    shown, token = listed(found, asked, lambda allocation: allocation_members(aws, allocation))
    return {"IpamPoolAllocations": shown, "NextToken": token}


@operation("ec2", "DescribeIpamPoolAllocations")
def describe_ipam_pool_allocations(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's own allocations, of all pools."""
    allocations = aws.ipam.allocations
    found = [
        allocations.own(caller, each) for each in asked.get("IpamPoolAllocationIds") or ()
    ] or allocations.owned(caller)
    shown, token = listed(found, asked, lambda allocation: allocation_members(aws, allocation))
    return {"IpamPoolAllocations": shown, "NextToken": token}


@operation("ec2", "CreatePublicIpv4Pool")
def create_public_ipv4_pool(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """An empty public IPv4 pool."""
    check_border_group(caller, asked.get("NetworkBorderGroup"))
    return {"PoolId": aws.ipam.public_ipv4.create(caller, tags_from(asked, ipv4.KIND))}


@operation("ec2", "DeletePublicIpv4Pool")
def delete_public_ipv4_pool(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The end of an empty public IPv4 pool."""
    check_border_group(caller, asked.get("NetworkBorderGroup"))
    aws.ipam.public_ipv4.delete(caller, asked["PoolId"])
    return {"ReturnValue": True}


@operation("ec2", "ProvisionPublicIpv4PoolCidr")
def provision_public_ipv4_pool_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A range of an IPAM pool for a public IPv4 pool."""
    check_border_group(caller, asked.get("NetworkBorderGroup"))
    pool_id = asked["PoolId"]
    prefix = aws.ipam.public_ipv4.provision(caller, asked["IpamPoolId"], pool_id, asked["NetmaskLength"])
    return {"PoolId": pool_id, "PoolAddressRange": _new_range(prefix)}


@operation("ec2", "DeprovisionPublicIpv4PoolCidr")
def deprovision_public_ipv4_pool_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A range of a public IPv4 pool back to its IPAM pool."""
    pool_id, prefix = asked["PoolId"], parse_range(asked["Cidr"])
    aws.ipam.public_ipv4.deprovision(caller, pool_id, prefix)
    addresses = [address_text(4, prefix.value + offset) for offset in range(_count(prefix))]
    return {"PoolId": pool_id, "DeprovisionedAddresses": addresses}


@operation("ec2", "MoveByoipCidrToIpam")
def move_byoip_cidr_to_ipam(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A range that was brought without IPAM into an IPAM pool."""
    prefix = parse_range(asked["Cidr"])
    moved = aws.ipam.moving.move(caller, prefix, asked["IpamPoolId"], asked["IpamPoolOwner"])
    return {"ByoipCidr": byoip_members(moved)}


def _prefixes(asked: Parameters, member: str) -> tuple[Prefix, ...]:
    return tuple(parse_range(text) for text in asked.get(member) or ())


def _new_range(prefix: Prefix) -> Members:
    count = _count(prefix)
    return {
        "FirstAddress": prefix.network,
        "LastAddress": address_text(4, prefix.value + count - 1),
        "AddressCount": count,
        "AvailableAddressCount": count,
    }


def _count(prefix: Prefix) -> int:
    return 1 << (WIDTH[prefix.version] - prefix.length)
