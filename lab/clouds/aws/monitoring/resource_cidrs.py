"""The CIDRs of resources as an IPAM sees them: their scope, pool, compliance and overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lab.bgp.prefix import Prefix
from lab.clouds.aws.ipam.records import Manager, Pool, ResourceType
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.monitoring.choices import Choices
from lab.clouds.aws.monitoring.compliance import violations
from lab.clouds.aws.monitoring.discovery import Discovery
from lab.clouds.aws.monitoring.organization_admin import OrganizationAdmin
from lab.clouds.aws.monitoring.overlaps import overlapping
from lab.clouds.aws.monitoring.records import (
    MANAGEABLE,
    Compliance,
    Kind,
    Management,
    Overlap,
    Resource,
    ResourceCidr,
)

_VpcScopes = dict[str, list[tuple[Prefix, str]]]
"""By VPC, its blocks and the scope in which each is."""


class ResourceCidrs:
    """Computed anew each time, from what there is."""

    def __init__(
        self, tables: IpamTables, discovery: Discovery, admin: OrganizationAdmin, choices: Choices
    ) -> None:
        self._tables = tables
        self._discovery = discovery
        self._admin = admin
        self._choices = choices

    def of(self, manager: Manager) -> list[ResourceCidr]:
        """All that an IPAM monitors, in its operating regions."""
        found = list(self._judged(manager, self._discovery.resources(*self._watched(manager))))
        shared = {
            scope.id: self._overlapping(scope.id, found) for scope in self._tables.scopes_of(manager.id)
        }
        return [_with_overlap(each, shared[each.scope_id]) for each in found]

    def unmanaged_vpcs(self, manager: Manager) -> Iterator[ResourceCidr]:
        """The blocks of VPCs that are in no pool of an IPAM and not ignored; whether they overlap is open."""
        for cidr in self._judged(manager, self._discovery.vpcs(*self._watched(manager))):
            if cidr.management is Management.UNMANAGED:
                yield cidr

    def _watched(self, manager: Manager) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self._admin.watched_by(manager.owner), manager.operating_regions

    def _judged(self, manager: Manager, resources: Iterator[Resource]) -> Iterator[ResourceCidr]:
        pools = self._pools_by_resource(manager)
        scopes: _VpcScopes = {}
        for resource in resources:
            choice = self._choices.of(manager.id, resource)
            pool = pools.get(resource.key)
            scope_id = pool.scope_id if pool else choice.scope_id or _default_scope(manager, resource, scopes)
            if resource.kind is Kind.VPC:
                scopes.setdefault(resource.id, []).append((resource.prefix, scope_id))
            plain = ResourceCidr(resource, manager.id, scope_id, pool.id if pool else None)
            if not choice.monitored:
                yield replace(plain, management=Management.IGNORED, compliance=Compliance.IGNORED)
            elif resource.kind in MANAGEABLE:
                yield _managed(plain, pool) if pool else _unmanaged(plain)
            else:
                yield plain

    def _pools_by_resource(self, manager: Manager) -> dict[tuple[str, Prefix], Pool]:
        pools = {pool.id: pool for pool in self._tables.pools.values() if pool.ipam_id == manager.id}
        return {
            (allocation.resource_id, allocation.prefix): pools[allocation.pool_id]
            for allocation in self._tables.allocations.values()
            if allocation.pool_id in pools and allocation.resource_id
        }

    def _overlapping(self, scope_id: str, found: list[ResourceCidr]) -> set[tuple[str, Prefix]]:
        """A resource may overlap another one, or what was allocated by hand."""
        cidrs = [
            (each.resource.prefix, each.resource.key)
            for each in found
            if each.scope_id == scope_id and each.management in (Management.MANAGED, Management.UNMANAGED)
        ]
        for pool in self._tables.pools_of(scope_id):
            cidrs += [
                (allocation.prefix, (allocation.id, allocation.prefix))
                for allocation in self._tables.allocations_of(pool.id)
                if allocation.resource_type is ResourceType.CUSTOM
            ]
        return overlapping(cidrs)


def _default_scope(manager: Manager, resource: Resource, vpc_scopes: _VpcScopes) -> str:
    if resource.kind is Kind.SUBNET:
        for block, scope_id in vpc_scopes.get(resource.vpc_id or "", ()):
            if block.covers(resource.prefix):
                return scope_id
    return manager.private_scope_id if resource.ip_source == "none" else manager.public_scope_id


def _managed(plain: ResourceCidr, pool: Pool) -> ResourceCidr:
    broken = tuple(violations(plain.resource, pool))
    compliance = Compliance.NONCOMPLIANT if broken else Compliance.COMPLIANT
    return replace(plain, management=Management.MANAGED, compliance=compliance, violations=broken)


def _unmanaged(plain: ResourceCidr) -> ResourceCidr:
    return replace(plain, management=Management.UNMANAGED, compliance=Compliance.UNMANAGED)


def _with_overlap(cidr: ResourceCidr, shared: set[tuple[str, Prefix]]) -> ResourceCidr:
    if cidr.management is None:
        return cidr
    if cidr.management is Management.IGNORED:
        return replace(cidr, overlap=Overlap.IGNORED)
    overlap = Overlap.OVERLAPPING if cidr.resource.key in shared else Overlap.NONOVERLAPPING
    return replace(cidr, overlap=overlap)
