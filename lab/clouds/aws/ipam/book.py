"""What is allocated from which pool, and what is still free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import Allocation, Pool, ResourceType
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.pools.space import first_free, overlap
from lab.clouds.aws.tags import Tags


class Book:
    """Adds and removes allocations. No two of a pool ever overlap, and each lies in a CIDR of its pool."""

    def __init__(self, basics: Basics, tags: Tags, tables: IpamTables) -> None:
        self._ids = basics.ids
        self._tags = tags
        self._tables = tables

    def choose(
        self,
        pool: Pool,
        length: int,
        *,
        allowed: Iterable[Prefix] | None = None,
        disallowed: Iterable[Prefix] = (),
    ) -> Prefix:
        """The lowest free prefix of `length`, within one of `allowed` if given, outside of all `disallowed`.

        Raises AwsError InvalidParameterValue if there is none.
        """
        within = sorted(self._tables.usable(pool.id))
        if allowed is not None:
            within = sorted(_common(within, tuple(allowed)))
        taken = [allocation.prefix for allocation in self._tables.allocations_of(pool.id)]
        found = first_free(within, length, [*taken, *disallowed])
        if found is None:
            raise AwsError("InvalidParameterValue", "The allocation size is too big for the pool.")
        return found

    def check_free(self, pool: Pool, prefix: Prefix) -> None:
        """Raises AwsError InvalidParameterValue unless `prefix` is in a CIDR of the pool, and free."""
        usable = self._tables.usable(pool.id)
        if not any(cidr.covers(prefix) for cidr in usable):
            raise AwsError(
                "InvalidParameterValue",
                f"The CIDR {prefix} is not in {pool.id}, which has "
                f"{', '.join(map(str, usable)) or 'no CIDR'}.",
            )
        for allocation in self._tables.allocations_of(pool.id):
            if overlap(allocation.prefix, prefix):
                raise AwsError(
                    "InvalidParameterValue",
                    f"The CIDR {prefix} overlaps {allocation.prefix}, which is allocated from {pool.id} "
                    f"({allocation.resource_type.value} {allocation.resource_id or allocation.id}).",
                )

    def add(
        self,
        pool: Pool,
        prefix: Prefix,
        owner: str,
        resource_type: ResourceType,
        resource_id: str | None = None,
        resource_region: str | None = None,
        description: str | None = None,
    ) -> Allocation:
        """Allocate a prefix that was chosen or checked."""
        allocation = Allocation(
            id=self._ids.new("ipam-pool-alloc"),
            pool_id=pool.id,
            prefix=prefix,
            resource_type=resource_type,
            resource_id=resource_id,
            resource_region=resource_region,
            owner=owner,
            description=description,
        )
        return self._tables.allocations.put(allocation.id, allocation)

    def remove(self, allocation: Allocation) -> None:
        """Give the space of an allocation back to its pool."""
        self._tables.allocations.remove(allocation.id)
        self._tags.forget(allocation.id)

    def of_resource(self, resource_id: str, prefix: Prefix) -> list[Allocation]:
        """The allocations of exactly `prefix` to a resource: each IPAM that sees a VPC may have one."""
        return [
            allocation
            for allocation in self._tables.allocations.values()
            if (allocation.resource_id, allocation.prefix) == (resource_id, prefix)
        ]


def _common(ranges: Iterable[Prefix], limits: tuple[Prefix, ...]) -> Iterator[Prefix]:
    for whole in ranges:
        for limit in limits:
            if overlap(whole, limit):
                yield max(whole, limit, key=lambda prefix: prefix.length)
