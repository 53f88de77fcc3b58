"""IPAM's monitoring: its rooms put together, and what it does by itself."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.ipam import Ipam
from lab.clouds.aws.ipam.records import Manager, Scope, ScopeType
from lab.clouds.aws.monitoring.auto_import import AutoImport
from lab.clouds.aws.monitoring.choices import Choices
from lab.clouds.aws.monitoring.discovery import Discovery
from lab.clouds.aws.monitoring.organization_admin import OrganizationAdmin
from lab.clouds.aws.monitoring.records import Kind, Resource, ResourceCidr
from lab.clouds.aws.monitoring.resource_cidrs import ResourceCidrs
from lab.clouds.aws.monitoring.routes import Routes, check_operates
from lab.clouds.aws.pools.addresses import ElasticIps
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.vpcs import Vpcs


class Monitor:
    """What every IPAM sees of the resources and routes that it watches. Raises AwsError.

    Each IPAM has one resource discovery, its default one, which sees what the IPAM sees.
    """

    def __init__(
        self,
        basics: Basics,
        tags: Tags,
        ipam: Ipam,
        vpcs: Vpcs,
        addresses: ElasticIps,
        ranges: Ranges,
        ipv4_pools: PublicIpv4Pools,
        ipv6_pools: Ipv6Pools,
    ) -> None:
        self._ipam = ipam
        self.admin = OrganizationAdmin(basics)
        self.routes = Routes(basics, ranges, self.admin)
        self._choices = Choices(basics, ipam.tables)
        self._discovery = Discovery(tags, vpcs, addresses, ipv4_pools, ipv6_pools)
        self._cidrs = ResourceCidrs(ipam.tables, self._discovery, self.admin, self._choices)
        self._auto_import = AutoImport(basics, ipam, self._cidrs)

    def resource_cidrs(self, caller: Caller, scope_id: str) -> list[ResourceCidr]:
        """The CIDRs in one of the caller's scopes. Raises InvalidIpamScopeId.NotFound."""
        scope = self._ipam.access.scope(caller, scope_id)
        manager = self._ipam.tables.managers[scope.ipam_id]
        return [cidr for cidr in self._cidrs.of(manager) if cidr.scope_id == scope.id]

    def modify(
        self,
        caller: Caller,
        scope_id: str,
        resource_id: str,
        prefix: Prefix,
        region: str,
        *,
        monitored: bool,
        destination: str | None = None,
    ) -> ResourceCidr:
        """Monitor a CIDR or ignore it, and, with `destination`, see it in another private scope.

        What it had from a pool returns there if it is ignored or moved. Raises InvalidIpamScopeId.NotFound,
        and InvalidParameterValue for a CIDR that is not in the scope, or cannot be ignored or moved.
        """
        found = self._find(self.resource_cidrs(caller, scope_id), scope_id, resource_id, prefix, region)
        if not monitored:
            self._check_ignorable(caller, found)
        choice = self._choices.of(found.ipam_id, found.resource)
        target = choice.scope_id
        if destination is not None and destination != scope_id:
            self._check_move(caller, found, destination)
            target = destination
        self._choices.change(choice, monitored=monitored, scope_id=target)
        if not monitored or target != choice.scope_id:
            self._ipam.release(resource_id, prefix, ipam_id=found.ipam_id)
        now_in = self.resource_cidrs(caller, destination or scope_id)
        return self._find(now_in, destination or scope_id, resource_id, prefix, region)

    def discoveries(self, caller: Caller) -> list[Manager]:
        """The IPAMs of the caller in this Region, each for its default resource discovery."""
        return self._ipam.access.managers(caller)

    def discovery(self, caller: Caller, discovery_id: str) -> Manager:
        """The IPAM of a resource discovery. Raises InvalidIpamResourceDiscoveryId.NotFound."""
        for manager in self.discoveries(caller):
            if manager.discovery_id == discovery_id:
                return manager
        raise AwsError(
            "InvalidIpamResourceDiscoveryId.NotFound",
            f"The ipam-resource-discovery ID '{discovery_id}' does not exist",
        )

    def discovered_resources(self, caller: Caller, discovery_id: str, region: str) -> list[Resource]:
        """All resources of the accounts that a discovery sees, in one Region. Raises what `discovery` raises,
        and InvalidParameterValue for a Region that it does not look into."""
        manager = self.discovery(caller, discovery_id)
        check_operates(manager, region)
        return list(self._discovery.resources(self.admin.watched_by(manager.owner), (region,)))

    def discovered_accounts(self, caller: Caller, discovery_id: str, region: str) -> tuple[str, ...]:
        """The accounts that a discovery sees. Raises what `discovered_resources` raises."""
        manager = self.discovery(caller, discovery_id)
        check_operates(manager, region)
        return self.admin.watched_by(manager.owner)

    def next_due(self) -> float | None:
        """When a pool imports next; None if there is nothing to import."""
        return self._auto_import.next_due()

    def work(self, now: float) -> None:
        """Do all that is due at or before `now`."""
        self._auto_import.work(now)

    def _find(
        self, cidrs: list[ResourceCidr], scope_id: str, resource_id: str, prefix: Prefix, region: str
    ) -> ResourceCidr:
        for cidr in cidrs:
            if cidr.resource.key == (resource_id, prefix) and cidr.resource.region == region:
                return cidr
        raise AwsError(
            "InvalidParameterValue",
            f"{resource_id} in {region} has no CIDR {prefix} in {scope_id}, as far as this IPAM monitors.",
        )

    def _check_ignorable(self, caller: Caller, cidr: ResourceCidr) -> None:
        """AWS: "You can't ignore public resource CIDRs" (VPC IPAM User Guide, "Release an allocation"). Two
        resources would have the same addresses of the Internet."""
        if _is_public(self._ipam.access.scope(caller, cidr.scope_id)):
            raise AwsError(
                "InvalidParameterValue",
                f"{cidr.resource.prefix} of {cidr.resource.id} is in the public scope {cidr.scope_id}; only "
                "CIDRs in private scopes can be ignored.",
            )

    def _check_move(self, caller: Caller, cidr: ResourceCidr, destination: str) -> None:
        scopes = [self._ipam.access.scope(caller, each) for each in (cidr.scope_id, destination)]
        if cidr.resource.kind is not Kind.VPC or any(_is_public(scope) for scope in scopes):
            raise AwsError(
                "InvalidParameterValue",
                "Only CIDRs of VPCs can be moved, from one private scope to another; "
                f"{cidr.resource.id} is a {cidr.resource.kind.value}, "
                + ", ".join(f"{scope.id} is {scope.kind.value}" for scope in scopes),
            )
        if scopes[1].ipam_id != cidr.ipam_id:
            raise AwsError("InvalidParameterValue", f"{destination} is a scope of another IPAM.")


def _is_public(scope: Scope) -> bool:
    return scope.kind is ScopeType.PUBLIC
