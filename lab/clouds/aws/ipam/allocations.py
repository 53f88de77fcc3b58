"""Allocations: CIDRs of pools for resources and for what people say (VPC IPAM User Guide, "Allocate
CIDRs")."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lab.bgp.prefix import Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.access import Access
from lab.clouds.aws.ipam.allocation_rules import check_serves_resources, check_tags, length_of
from lab.clouds.aws.ipam.book import Book
from lab.clouds.aws.ipam.lifecycle import require_settled
from lab.clouds.aws.ipam.records import Allocation, Pool, ResourceType
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.tags import Tags

_ALLOCATE = "ec2:AllocateIpamPoolCidr"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be allocated: `prefix`, or the lowest free one of `netmask` length (None: the pool's
    default), within one of `allowed`, if there are any, and outside of all `disallowed`."""

    prefix: Prefix | None = None
    netmask: int | None = None
    allowed: tuple[Prefix, ...] = ()
    disallowed: tuple[Prefix, ...] = ()


class Allocations:
    """Allocates from pools, releases and lists. Raises AwsError."""

    def __init__(self, tags: Tags, tables: IpamTables, access: Access, book: Book) -> None:
        self._tags = tags
        self._tables = tables
        self._access = access
        self._book = book

    def preview(self, caller: Caller, pool_id: str, wanted: Wanted) -> Prefix:
        """What `allocate` would give now."""
        return self._choose(self._local_pool(caller, pool_id, _ALLOCATE), wanted)

    def allocate(
        self,
        caller: Caller,
        pool_id: str,
        wanted: Wanted,
        *,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Allocation:
        """A manual allocation, which IPAM calls `custom`."""
        pool = self._local_pool(caller, pool_id, _ALLOCATE)
        prefix = self._choose(pool, wanted)
        made = self._book.add(pool, prefix, caller.account, ResourceType.CUSTOM, description=description)
        self._tags.set(made.id, tags or {})
        return made

    def allocate_to(
        self,
        caller: Caller,
        pool_id: str,
        wanted: Wanted,
        *,
        resource_id: str,
        resource_type: ResourceType,
        resource_region: str,
        tags: Mapping[str, str],
        action: str = _ALLOCATE,
    ) -> Allocation:
        """Space for a resource of the caller, which has `tags`."""
        pool = self._local_pool(caller, pool_id, action)
        check_serves_resources(pool)
        check_tags(pool, tags)
        prefix = self._choose(pool, wanted)
        return self._book.add(pool, prefix, caller.account, resource_type, resource_id, resource_region)

    def adopt(
        self,
        pool: Pool,
        prefix: Prefix,
        *,
        owner: str,
        resource_id: str,
        resource_type: ResourceType,
        resource_region: str,
    ) -> Allocation | None:
        """Import what a resource has already, whatever the allocation rules say; None where `prefix` is not
        in the pool, or not free."""
        try:
            self._book.check_free(pool, prefix)
        except AwsError:
            return None
        return self._book.add(pool, prefix, owner, resource_type, resource_id, resource_region)

    def release(self, caller: Caller, pool_id: str, allocation_id: str, prefix: Prefix) -> None:
        """Release a manual allocation: one's own, or any of one's own pool."""
        pool = self._access.local_pool(caller, pool_id, "ec2:ReleaseIpamPoolAllocation")
        allocation = self._find(allocation_id)
        if allocation.pool_id != pool_id or caller.account not in {allocation.owner, pool.owner}:
            raise _unknown(allocation_id)
        if allocation.prefix != prefix:
            raise AwsError(
                "InvalidParameterValue",
                f"{allocation_id} is the allocation of {allocation.prefix}, not {prefix}.",
            )
        if allocation.resource_type is not ResourceType.CUSTOM:
            raise AwsError(
                "InvalidParameterValue",
                f"Only manual allocations can be released; {allocation_id} goes when the "
                f"{allocation.resource_type.value} {allocation.resource_id} gives {prefix} up.",
            )
        self._book.remove(allocation)

    def modify(self, caller: Caller, allocation_id: str, description: str | None) -> Allocation:
        """Another description of one's own allocation, or none."""
        allocation = self.own(caller, allocation_id)
        return self._tables.allocations.put(
            allocation_id, dataclasses.replace(allocation, description=description)
        )

    def of_pool(self, caller: Caller, pool_id: str) -> list[Allocation]:
        """All allocations of a pool that the caller sees, whoever has them, by address."""
        pool = self._access.pool(caller, pool_id, "ec2:GetIpamPoolAllocations")
        return _by_address(self._tables.allocations_of(pool.id))

    def owned(self, caller: Caller) -> list[Allocation]:
        """The caller's own allocations, in the pools it sees here."""
        pools = {pool.id for pool in self._access.pools(caller)}
        return _by_address(
            allocation
            for allocation in self._tables.allocations.values()
            if allocation.owner == caller.account and allocation.pool_id in pools
        )

    def own(self, caller: Caller, allocation_id: str) -> Allocation:
        """An allocation of the caller, where its pool is seen. Raises AwsError
        InvalidIpamPoolAllocationId.NotFound."""
        allocation = self._find(allocation_id)
        pool = self._tables.pools[allocation.pool_id]
        if allocation.owner != caller.account or caller.region not in {pool.region, pool.locale}:
            raise _unknown(allocation_id)
        return allocation

    def _find(self, allocation_id: str) -> Allocation:
        found = self._tables.allocations.get(allocation_id)
        if found is None:
            raise _unknown(allocation_id)
        return found

    def _local_pool(self, caller: Caller, pool_id: str, action: str) -> Pool:
        pool = self._access.local_pool(caller, pool_id, action)
        require_settled(pool)
        return pool

    def _choose(self, pool: Pool, wanted: Wanted) -> Prefix:
        length = length_of(pool, wanted.prefix, wanted.netmask)
        if wanted.prefix is None:
            return self._book.choose(
                pool, length, allowed=wanted.allowed or None, disallowed=wanted.disallowed
            )
        if wanted.allowed or wanted.disallowed:
            raise AwsError(
                "InvalidParameterCombination",
                "AllowedCidrs and DisallowedCidrs can only be used with a netmask length, not with a Cidr.",
            )
        self._book.check_free(pool, wanted.prefix)
        return wanted.prefix


def _by_address(allocations: Iterable[Allocation]) -> list[Allocation]:
    return sorted(allocations, key=lambda allocation: allocation.prefix)


def _unknown(allocation_id: str) -> AwsError:
    return AwsError(
        "InvalidIpamPoolAllocationId.NotFound", f"The IPAM pool allocation ({allocation_id}) does not exist."
    )
