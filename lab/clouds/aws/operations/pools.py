"""Address pools: DescribePublicIpv4Pools, DescribeIpv6Pools and GetAssociatedIpv6PoolCidrs."""

from __future__ import annotations

from lab.bgp.prefix import Prefix, address_text
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.filters import matching, tag_filters
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.reading import chosen
from lab.clouds.aws.pagination import page
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pool
from lab.clouds.aws.pools.ipv6 import Ipv6Pool


def ipv4_pool_members(aws: Aws, pool: PublicIpv4Pool) -> Members:
    """A public IPv4 pool as the API shows it (PublicIpv4Pool)."""
    ranges = [_range_members(aws, pool, prefix) for prefix in pool.ranges]
    return {
        "PoolId": pool.id,
        "Description": "",
        "PoolAddressRanges": ranges,
        "TotalAddressCount": sum(each["AddressCount"] for each in ranges),
        "TotalAvailableAddressCount": sum(each["AvailableAddressCount"] for each in ranges),
        "NetworkBorderGroup": pool.region,
        "Tags": aws.tags.members(pool.id),
    }


def _range_members(aws: Aws, pool: PublicIpv4Pool, prefix: Prefix) -> Members:
    count = 1 << 32 - prefix.length
    return {
        "FirstAddress": prefix.network,
        "LastAddress": address_text(4, prefix.value + count - 1),
        "AddressCount": count,
        "AvailableAddressCount": count - len(aws.ipv4_pools.in_use(pool.id, prefix)),
    }


def ipv6_pool_members(aws: Aws, pool: Ipv6Pool) -> Members:
    """An IPv6 pool as the API shows it (Ipv6Pool)."""
    return {
        "PoolId": pool.id,
        "Description": "",
        "PoolCidrBlocks": [{"Cidr": str(pool.prefix)}],
        "Tags": aws.tags.members(pool.id),
    }


@operation("ec2", "DescribePublicIpv4Pools")
def describe_public_ipv4_pools(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's public IPv4 pools, with how much of them is free."""
    pools = chosen(caller, asked.get("PoolIds"), aws.ipv4_pools.find, aws.ipv4_pools.all_of)
    found = matching(pools, asked.get("Filters"), lambda pool: tag_filters(aws.tags.of(pool.id)))
    some, token = page(found, asked, default=10)
    return {"PublicIpv4Pools": [ipv4_pool_members(aws, pool) for pool in some], "NextToken": token}


@operation("ec2", "DescribeIpv6Pools")
def describe_ipv6_pools(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's IPv6 pools."""
    pools = chosen(caller, asked.get("PoolIds"), aws.ipv6_pools.find, aws.ipv6_pools.all_of)
    found = matching(pools, asked.get("Filters"), lambda pool: tag_filters(aws.tags.of(pool.id)))
    some, token = page(found, asked, default=1000)
    return {"Ipv6Pools": [ipv6_pool_members(aws, pool) for pool in some], "NextToken": token}


@operation("ec2", "GetAssociatedIpv6PoolCidrs")
def get_associated_ipv6_pool_cidrs(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The blocks of one of the caller's IPv6 pools that VPCs have."""
    pool = aws.ipv6_pools.find(caller, asked["PoolId"])
    some, token = page(aws.vpcs.associated_from(pool.id), asked, default=1000)
    associations = [{"Ipv6Cidr": str(prefix), "AssociatedResource": vpc_id} for prefix, vpc_id in some]
    return {"Ipv6CidrAssociations": associations, "NextToken": token}
