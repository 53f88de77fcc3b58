"""Automatic import: pools that take the VPC blocks within their CIDRs as allocations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.ipam.ipam import Ipam
from lab.clouds.aws.ipam.records import Pool, ResourceType, Stage
from lab.clouds.aws.monitoring.records import Kind, Management, Resource
from lab.clouds.aws.monitoring.resource_cidrs import ResourceCidrs
from lab.clouds.aws.pools.space import overlap

INTERVAL: Final = 300.0
"""How long it takes IPAM to notice, in seconds of the calendar: AWS says "it takes some time"."""

_Job = tuple[str, Prefix, str]
"""A resource's CIDR and the pool that it is for."""


class AutoImport:
    """Pools with AutoImport take what they find whatever their rules say, so it may be noncompliant then; of
    blocks that overlap they take the largest one (ModifyIpamPool, "AutoImport").
    """

    def __init__(self, basics: Basics, ipam: Ipam, cidrs: ResourceCidrs) -> None:
        self._basics = basics
        self._ipam = ipam
        self._cidrs = cidrs
        self._noticed: dict[_Job, float] = {}
        """Since when there is something to import. Not kept: a lab that comes back waits once more."""

    def next_due(self) -> float | None:
        """When the first import will be done; None if there is nothing to import."""
        now = self._basics.world.now()
        jobs = [_job(resource, pool) for resource, pool in self._to_import()]
        self._noticed = {job: self._noticed.get(job, now) for job in jobs}
        return min(self._noticed.values()) + INTERVAL if self._noticed else None

    def work(self, now: float) -> None:
        """Import all that is due at or before `now`."""
        if not self._noticed:
            return
        for resource, pool in sorted(self._to_import(), key=lambda each: each[0].prefix.length):
            if self._noticed.get(_job(resource, pool), now) + INTERVAL <= now:
                # What is not free because of an import just before is noticed anew, or not any more.
                del self._noticed[_job(resource, pool)]
                self._ipam.allocations.adopt(
                    pool,
                    resource.prefix,
                    owner=resource.owner,
                    resource_id=resource.id,
                    resource_type=ResourceType.VPC,
                    resource_region=resource.region,
                )

    def _to_import(self) -> Iterator[tuple[Resource, Pool]]:
        tables = self._ipam.tables
        for manager in tables.managers.values():
            pools = [pool for pool in tables.pools.values() if pool.ipam_id == manager.id and _imports(pool)]
            for cidr in self._cidrs.of(manager) if pools else ():
                if cidr.resource.kind is Kind.VPC and cidr.management is Management.UNMANAGED:
                    fitting = [pool for pool in pools if pool.scope_id == cidr.scope_id]
                    if found := self._pool_with_room(fitting, cidr.resource):
                        yield cidr.resource, found

    def _pool_with_room(self, pools: list[Pool], resource: Resource) -> Pool | None:
        """The deepest pool that has the resource's CIDR, and has it free."""
        with_room = (pool for pool in pools if self._has_room(pool, resource))
        return max(with_room, key=lambda pool: pool.depth, default=None)

    def _has_room(self, pool: Pool, resource: Resource) -> bool:
        tables = self._ipam.tables
        within = any(prefix.covers(resource.prefix) for prefix in tables.usable(pool.id))
        taken = tables.allocations_of(pool.id) if within else []
        return within and not any(overlap(each.prefix, resource.prefix) for each in taken)


def _imports(pool: Pool) -> bool:
    """A locale must be set on the pool for this to work."""
    return pool.auto_import and pool.locale is not None and pool.stage in {Stage.CREATED, Stage.MODIFIED}


def _job(resource: Resource, pool: Pool) -> _Job:
    return resource.id, resource.prefix, pool.id
