"""Public IPv4 pools filled from IPAM pools (VPC IPAM User Guide, "Allocate Elastic IP addresses from an IPAM
pool")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.allocations import Allocations, Wanted
from lab.clouds.aws.ipam.book import Book
from lab.clouds.aws.ipam.records import Pool, ResourceType
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.tags import Tags

SHORTEST: Final = 24
"""The least specific netmask length that can be provisioned to a public IPv4 pool."""


class PublicIpv4:
    """Makes public IPv4 pools, and provisions ranges to them. Raises AwsError."""

    def __init__(
        self,
        tags: Tags,
        tables: IpamTables,
        book: Book,
        allocations: Allocations,
        ipv4_pools: PublicIpv4Pools,
    ) -> None:
        self._tags = tags
        self._tables = tables
        self._book = book
        self._allocations = allocations
        self._ipv4_pools = ipv4_pools

    def create(self, caller: Caller, tags: Mapping[str, str]) -> str:
        """A new, empty pool in the caller's region; its ID."""
        pool_id = self._ipv4_pools.make(caller.account, caller.region, None, ipam=True)
        self._tags.set(pool_id, tags)
        return pool_id

    def delete(self, caller: Caller, pool_id: str) -> None:
        """Delete a pool that has no range."""
        pool = self._ipv4_pools.find(caller, pool_id)
        if pool.ranges:
            raise AwsError(
                "DependencyViolation",
                f"{pool_id} has the range {pool.ranges[0]}; deprovision its CIDRs before it is deleted.",
            )
        self._ipv4_pools.remove(pool_id)

    def provision(self, caller: Caller, ipam_pool_id: str, pool_id: str, netmask: int) -> Prefix:
        """Put a free range of `netmask` length from an IPAM pool into a public IPv4 pool."""
        pool = self._ipv4_pools.find(caller, pool_id)
        if not pool.ipam:
            raise AwsError(
                "InvalidParameterValue",
                f"{pool_id} is the pool of a range that was brought without IPAM; expected one of "
                "CreatePublicIpv4Pool.",
            )
        if not SHORTEST <= netmask <= 32:
            raise AwsError(
                "InvalidParameterValue",
                f"The netmask length {netmask} is not valid for a public IPv4 pool: expected {SHORTEST} to "
                "32.",
            )
        allocation = self._allocations.allocate_to(
            caller,
            ipam_pool_id,
            Wanted(netmask=netmask),
            resource_id=pool_id,
            resource_type=ResourceType.PUBLIC_IPV4_POOL,
            resource_region=caller.region,
            tags=self._tags.of(pool_id),
            action="ec2:ProvisionPublicIpv4PoolCidr",
        )
        self._check_source(self._tables.pools[ipam_pool_id])
        self._ipv4_pools.add_range(pool_id, allocation.prefix)
        return allocation.prefix

    def deprovision(self, caller: Caller, pool_id: str, prefix: Prefix) -> None:
        """Take a range out of a public IPv4 pool and give it back to the IPAM pool it came from."""
        pool = self._ipv4_pools.find(caller, pool_id)
        allocations = self._book.of_resource(pool_id, prefix)
        if prefix not in pool.ranges or not allocations:
            raise AwsError(
                "InvalidParameterValue",
                f"The CIDR {prefix} was not provisioned to {pool_id} from IPAM; it has "
                f"{', '.join(map(str, pool.ranges)) or 'no range'}.",
            )
        self._ipv4_pools.remove_range(pool_id, prefix)
        for allocation in allocations:
            self._book.remove(allocation)

    @staticmethod
    def _check_source(pool: Pool) -> None:
        if pool.version != 4 or not pool.is_public:
            raise AwsError(
                "InvalidParameterValue",
                f"{pool.id} has {pool.family} space of a {pool.scope_type.value} scope; a public IPv4 pool "
                "takes ipv4 space of the public scope.",
            )
