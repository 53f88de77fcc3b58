"""VPC IP Address Manager: its rooms put together, and what the rest of AWS asks of it."""

from __future__ import annotations

from collections.abc import Mapping

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.client_tokens import ClientTokens
from lab.clouds.aws.ipam.access import Access
from lab.clouds.aws.ipam.allocations import Allocations, Wanted
from lab.clouds.aws.ipam.book import Book
from lab.clouds.aws.ipam.cidrs import Cidrs
from lab.clouds.aws.ipam.lifecycle import Lifecycle
from lab.clouds.aws.ipam.managers import Managers
from lab.clouds.aws.ipam.moving import Moving
from lab.clouds.aws.ipam.pools import Pools
from lab.clouds.aws.ipam.provisioning import Provisioning
from lab.clouds.aws.ipam.public_ipv4 import PublicIpv4
from lab.clouds.aws.ipam.records import Allocation, Pool, ResourceType
from lab.clouds.aws.ipam.removal import Removal
from lab.clouds.aws.ipam.scopes import Scopes
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.ram.sharing import Sharing
from lab.clouds.aws.tags import Tags
from lab.clouds.due_times import earliest


class Ipam:
    """Every IPAM of every account. The rooms, which are attributes, raise AwsError.

    `tables` is for reading: whoever watches all of IPAM, such as its monitoring, looks there.
    """

    def __init__(
        self, basics: Basics, tags: Tags, sharing: Sharing, ranges: Ranges, ipv4_pools: PublicIpv4Pools
    ) -> None:
        self.tables = tables = IpamTables(basics.state)
        self.tokens = ClientTokens(basics, "aws_ipam_client_tokens")
        self.access = access = Access(tables, sharing)
        self._book = book = Book(basics, tags, tables)
        self._lifecycle = lifecycle = Lifecycle(basics, tags, tables)
        removal = Removal(tables, book, lifecycle)
        self.managers = Managers(basics, tags, tables, access, lifecycle, removal)
        self.scopes = Scopes(basics, tags, tables, access, lifecycle)
        self.pools = Pools(basics, tags, tables, access, lifecycle, removal)
        self.cidrs = Cidrs(basics, tables, access, Provisioning(basics, tables, book, ranges))
        self.allocations = Allocations(tags, tables, access, book)
        self.public_ipv4 = PublicIpv4(tags, tables, book, self.allocations, ipv4_pools)
        self.moving = Moving(basics, tables, access, book, ranges, lifecycle)
        sharing.owners_may_share["ec2:IpamPool"] = self._owner_of_pool
        sharing.home_regions["ec2:IpamPool"] = self._home_of_pool
        ranges.reservations.append(self._holder_of)
        tags.of_kind("ipam", "ipam", access.manager)
        tags.of_kind("ipam-scope", "ipam-scope", access.scope)
        tags.of_kind("ipam-pool", "ipam-pool", self._pool_to_tag)
        tags.of_kind("ipam-pool-alloc", "ipam-pool-allocation", self.allocations.own)

    def allocate(
        self,
        caller: Caller,
        pool_id: str,
        *,
        cidr: Prefix | None,
        netmask: int | None,
        resource_id: str,
        resource_type: str,
        resource_region: str,
        tags: Mapping[str, str],
    ) -> Allocation:
        """Space for a resource of the caller: `cidr`, or of `netmask` length, or of the pool's default one.

        `resource_type` is an IpamPoolAllocationResourceType such as `vpc`. Raises AwsError where the pool is
        none of the caller's and not shared with it, is of another locale or service, where its rules for
        netmasks or `tags` are not kept, and where there is no room.
        """
        return self.allocations.allocate_to(
            caller,
            pool_id,
            Wanted(cidr, netmask),
            resource_id=resource_id,
            resource_type=ResourceType(resource_type),
            resource_region=resource_region,
            tags=tags,
        )

    def release(self, resource_id: str, prefix: Prefix, *, ipam_id: str | None = None) -> None:
        """Take back what a resource was allocated, from the pools of one IPAM or of all. Nothing happens if
        IPAM does not know of it (any more)."""
        for allocation in self._book.of_resource(resource_id, prefix):
            if ipam_id in (None, self.tables.pools[allocation.pool_id].ipam_id):
                self._book.remove(allocation)

    def next_due(self) -> float | None:
        """When something here happens next by itself, in UNIX seconds of the calendar."""
        return earliest((self._lifecycle.next_due(), self.cidrs.next_due()))

    def work(self, now: float) -> None:
        """Do all that is due by `now`."""
        self._lifecycle.work(now)
        self.cidrs.work(now)

    def _pool_to_tag(self, caller: Caller, pool_id: str) -> Pool:
        return self.access.own_pool(caller, pool_id, "ec2:CreateTags")

    def _holder_of(self, prefix: Prefix) -> str | None:
        """What keeps a range from being brought without IPAM: a CIDR in a top-level public pool."""
        held = self.tables.held_at_top(prefix)
        return f"{held.prefix} is in an IPAM pool" if held else None

    def _owner_of_pool(self, pool_arn: str) -> str | None:
        pool = self._by_arn(pool_arn)
        return pool.owner if pool else None

    def _home_of_pool(self, pool_arn: str) -> str | None:
        pool = self._by_arn(pool_arn)
        return pool.region if pool else None

    def _by_arn(self, pool_arn: str) -> Pool | None:
        pool = self.tables.pools.get(pool_arn.rpartition("/")[2])
        return pool if pool and pool.arn == pool_arn else None
