"""IPAM's records as the API shows them, and what they can be filtered by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.ipam.records import Allocation, Manager, Pool, PoolCidr, Scope
from lab.clouds.aws.operation import Members, Parameters
from lab.clouds.aws.pagination import page

R = TypeVar("R")


def listed(
    records: Iterable[R], asked: Parameters, members: Callable[[R], Members], **further: Callable[[R], str]
) -> tuple[list[Members], str | None]:
    """The page of records that was asked for, as members, and the token of the next one.

    They can be filtered by all members that are no lists and by tags, named as in `ipam-pool-id`, and by what
    `further` gives (`ipam_id` is the filter `ipam-id`).
    """

    def values(record: R) -> Values:
        shown = members(record)
        tags = {tag["Key"]: tag["Value"] for tag in shown.get("Tags") or ()}
        own = {_filter_name(name): _text(value) for name, value in shown.items() if name != "Tags"}
        extra = {name.replace("_", "-"): value(record) for name, value in further.items()}
        return {**own, **extra, **tag_filters(tags)}

    chosen, token = page(matching(records, asked.get("Filters"), values), asked, default=1000)
    return [members(record) for record in chosen], token


def manager_members(aws: Aws, manager: Manager) -> Members:
    """An IPAM (Ipam)."""
    return {
        "OwnerId": manager.owner,
        "IpamId": manager.id,
        "IpamArn": manager.arn,
        "IpamRegion": manager.region,
        "PublicDefaultScopeId": manager.public_scope_id,
        "PrivateDefaultScopeId": manager.private_scope_id,
        "ScopeCount": len(aws.ipam.tables.scopes_of(manager.id)),
        "Description": manager.description,
        "OperatingRegions": [{"RegionName": region} for region in manager.operating_regions],
        "State": manager.stage.value,
        "Tags": aws.tags.members(manager.id),
        "DefaultResourceDiscoveryId": manager.discovery_id,
        "DefaultResourceDiscoveryAssociationId": manager.discovery_association_id,
        "ResourceDiscoveryAssociationCount": 1,
        "Tier": manager.tier,
        "EnablePrivateGua": manager.private_gua,
        "MeteredAccount": manager.metered_account,
    }


def scope_members(aws: Aws, scope: Scope) -> Members:
    """A scope (IpamScope)."""
    return {
        "OwnerId": scope.owner,
        "IpamScopeId": scope.id,
        "IpamScopeArn": scope.arn,
        "IpamArn": aws.ipam.tables.managers[scope.ipam_id].arn,
        "IpamRegion": scope.region,
        "IpamScopeType": scope.kind.value,
        "IsDefault": scope.is_default,
        "Description": scope.description,
        "PoolCount": len(aws.ipam.tables.pools_of(scope.id)),
        "State": scope.stage.value,
        "Tags": aws.tags.members(scope.id),
    }


def pool_members(aws: Aws, pool: Pool) -> Members:
    """A pool (IpamPool). A pool for every region has the locale `None`, in letters."""
    return {
        "OwnerId": pool.owner,
        "IpamPoolId": pool.id,
        "SourceIpamPoolId": pool.source_pool_id,
        "IpamPoolArn": pool.arn,
        "IpamScopeArn": aws.ipam.tables.scopes[pool.scope_id].arn,
        "IpamScopeType": pool.scope_type.value,
        "IpamArn": aws.ipam.tables.managers[pool.ipam_id].arn,
        "IpamRegion": pool.region,
        "Locale": pool.locale or "None",
        "PoolDepth": pool.depth,
        "State": pool.stage.value,
        "Description": pool.description,
        "AutoImport": pool.auto_import,
        "PubliclyAdvertisable": pool.advertisable,
        "AddressFamily": pool.family,
        "AllocationMinNetmaskLength": pool.rules.shortest,
        "AllocationMaxNetmaskLength": pool.rules.longest,
        "AllocationDefaultNetmaskLength": pool.rules.default,
        "AllocationResourceTags": [{"Key": key, "Value": value} for key, value in pool.rules.tags.items()]
        or None,
        "Tags": aws.tags.members(pool.id),
        "AwsService": pool.service,
        "PublicIpSource": pool.ip_source,
    }


def cidr_members(cidr: PoolCidr) -> Members:
    """A CIDR of a pool (IpamPoolCidr)."""
    reason = {
        "Code": cidr.failure_code.value if cidr.failure_code else None,
        "Message": cidr.failure,
    }
    return {
        "Cidr": str(cidr.prefix) if cidr.prefix else None,
        "State": cidr.state.value,
        "FailureReason": reason if cidr.failure else None,
        "IpamPoolCidrId": cidr.id,
        "NetmaskLength": cidr.prefix.length if cidr.prefix else cidr.netmask,
    }


def allocation_members(aws: Aws, allocation: Allocation) -> Members:
    """An allocation (IpamPoolAllocation)."""
    return {
        "Cidr": str(allocation.prefix),
        "IpamPoolAllocationId": allocation.id,
        "Description": allocation.description,
        "ResourceId": allocation.resource_id,
        "ResourceType": allocation.resource_type.value,
        "ResourceRegion": allocation.resource_region,
        "ResourceOwner": allocation.owner,
        "Tags": aws.tags.members(allocation.id) or None,
    }


def refuse(asked: Parameters, member: str, why: str) -> None:
    """Raises AwsError UnsupportedOperation if the request has a member the lab has nothing for."""
    if asked.get(member):
        raise AwsError("UnsupportedOperation", f"{member} is not supported by this lab: {why}")


@cache
def _filter_name(member: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", member).lower()


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None
