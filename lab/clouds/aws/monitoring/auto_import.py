"""Automatic import: pools that take the VPC blocks within their CIDRs as allocations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.ipam.ipam import Ipam
from lab.clouds.aws.ipam.records import Pool, ResourceType, Stage
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.monitoring.records import Resource, ResourceCidr
from lab.clouds.aws.monitoring.resource_cidrs import ResourceCidrs
from lab.clouds.aws.pools.space import is_free

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
        self._looked_at: int | None = None
        """The state (State.changes) in which that was seen."""

    def next_due(self) -> float | None:
        """When the first import will be done; None if there is nothing to import."""
        if self._looked_at != self._basics.state.changes:
            self._looked_at = self._basics.state.changes
            now = self._basics.world.now()
            jobs = [_job(resource, pool) for resource, pool in self._to_import()]
            self._noticed = {job: self._noticed.get(job, now) for job in jobs}
        return min(self._noticed.values()) + INTERVAL if self._noticed else None

    def work(self, now: float) -> None:
        """Import all that is due at or before `now`."""
        if not any(since + INTERVAL <= now for since in self._noticed.values()):
            return
        self._looked_at = None
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
            pools = [
                _Importer(pool, tables.usable(pool.id), _taken(tables, pool))
                for pool in tables.pools.values()
                if pool.ipam_id == manager.id and _imports(pool)
            ]
            for cidr in self._cidrs.unmanaged_vpcs(manager) if pools else ():
                fitting = [each.pool for each in pools if each.has_room(cidr)]
                if fitting:
                    yield cidr.resource, max(fitting, key=lambda pool: pool.depth)


@dataclass(frozen=True, slots=True)
class _Importer:
    """A pool that imports, what it can allocate from, and what it has allocated, in order."""

    pool: Pool
    usable: list[Prefix]
    taken: list[Prefix]

    def has_room(self, cidr: ResourceCidr) -> bool:
        """Whether a CIDR of its scope is in the pool, and free."""
        prefix = cidr.resource.prefix
        within = cidr.scope_id == self.pool.scope_id and any(each.covers(prefix) for each in self.usable)
        return within and is_free(prefix, self.taken)


def _taken(tables: IpamTables, pool: Pool) -> list[Prefix]:
    return sorted(allocation.prefix for allocation in tables.allocations_of(pool.id))


def _imports(pool: Pool) -> bool:
    """A locale must be set on the pool for this to work."""
    return pool.auto_import and pool.locale is not None and pool.stage in {Stage.CREATED, Stage.MODIFIED}


def _job(resource: Resource, pool: Pool) -> _Job:
    return resource.id, resource.prefix, pool.id
