"""Pools: the tree of address space in a scope (VPC IPAM User Guide, "Plan for IP address provisioning")."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.access import Access
from lab.clouds.aws.ipam.lifecycle import Lifecycle, require_settled
from lab.clouds.aws.ipam.pool_rules import (
    PoolRequest,
    advertisable_of,
    check_rules,
    check_source,
    ip_source_of,
    locale_of,
)
from lab.clouds.aws.ipam.records import AllocationRules, Pool, Scope, Stage
from lab.clouds.aws.ipam.removal import Removal
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.tags import Tags

POOLS_PER_SCOPE: Final = 50


@dataclass(frozen=True, slots=True)
class PoolChanges:
    """What ModifyIpamPool asks for; None leaves a thing as it is."""

    description: str | None = None
    auto_import: bool | None = None
    shortest: int | None = None
    default: int | None = None
    longest: int | None = None
    clear_default: bool = False
    add_tags: Mapping[str, str] = field(default_factory=dict)
    remove_tags: Mapping[str, str] = field(default_factory=dict)


class Pools:
    """Creates, changes and deletes pools. Raises AwsError."""

    def __init__(
        self,
        basics: Basics,
        tags: Tags,
        tables: IpamTables,
        access: Access,
        lifecycle: Lifecycle,
        removal: Removal,
    ) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables
        self._access = access
        self._lifecycle = lifecycle
        self._removal = removal

    def create(self, caller: Caller, scope_id: str, asked: PoolRequest, tags: Mapping[str, str]) -> Pool:
        """A new pool, on the top of its scope or under a source pool."""
        scope = self._access.scope(caller, scope_id)
        require_settled(scope)
        source = self._source(caller, scope, asked)
        if len(self._tables.pools_of(scope_id)) >= POOLS_PER_SCOPE:
            raise AwsError(
                "IpamPoolLimitExceeded", f"{scope_id} has {POOLS_PER_SCOPE} pools, which is the quota."
            )
        check_rules(asked.rules, asked.version)
        ip_source = ip_source_of(asked, source, scope)
        pool = Pool(
            id=self._basics.ids.new("ipam-pool"),
            owner=scope.owner,
            region=scope.region,
            ipam_id=scope.ipam_id,
            scope_id=scope_id,
            scope_type=scope.kind,
            version=asked.version,
            source_pool_id=asked.source_pool_id,
            locale=locale_of(asked, source, self._tables.managers[scope.ipam_id]),
            depth=source.depth + 1 if source else 1,
            description=asked.description,
            auto_import=asked.auto_import,
            advertisable=advertisable_of(dataclasses.replace(asked, ip_source=ip_source), source, scope),
            service=asked.service,
            ip_source=ip_source,
            rules=asked.rules,
            stage=Stage.CREATING,
            due=self._lifecycle.due,
        )
        self._tags.set(pool.id, tags)
        return self._tables.pools.put(pool.id, pool)

    def modify(self, caller: Caller, pool_id: str, changes: PoolChanges) -> Pool:
        """Other allocation rules, import or description. What is allocated already stays."""
        pool = self._access.own_pool(caller, pool_id, "ec2:ModifyIpamPool")
        if changes == PoolChanges():
            raise AwsError(
                "InvalidParameterCombination", "The request must contain a modification to the ipam pool"
            )
        rules = _changed(pool.rules, changes)
        check_rules(rules, pool.version)
        return self._lifecycle.modify(
            self._tables.pools,
            dataclasses.replace(
                pool,
                rules=rules,
                description=pool.description if changes.description is None else changes.description,
                auto_import=pool.auto_import if changes.auto_import is None else changes.auto_import,
            ),
        )

    def delete(self, caller: Caller, pool_id: str, *, cascade: bool = False) -> Pool:
        """Delete a pool that has no CIDRs, allocations and pools under it; with `cascade`, in a private
        scope, these go with it."""
        pool = self._access.own_pool(caller, pool_id, "ec2:DeleteIpamPool")
        require_settled(pool)
        if not cascade:
            self._check_empty(pool)
        elif pool.is_public:
            raise AwsError(
                "InvalidParameterCombination",
                f"Cascade can only be used for pools in private scopes; {pool_id} is in the public scope.",
            )
        return self._removal.end_pool(pool)

    def _source(self, caller: Caller, scope: Scope, asked: PoolRequest) -> Pool | None:
        if asked.source_pool_id is None:
            return None
        source = self._access.own_pool(caller, asked.source_pool_id, "ec2:CreateIpamPool")
        require_settled(source)
        check_source(source, scope, asked.version)
        return source

    def _check_empty(self, pool: Pool) -> None:
        refused = f"The specified action is not valid for {pool.id}. There are one or more "
        if any(not cidr.is_gone for cidr in self._tables.cidrs_of(pool.id)):
            raise AwsError("DependencyViolation", f"{refused}pool cidrs provisioned in the pool.")
        if under := self._tables.pools_under(pool.id):
            raise AwsError("DependencyViolation", f"{refused}pools under the pool, such as {under[0].id}.")


def _changed(rules: AllocationRules, changes: PoolChanges) -> AllocationRules:
    kept = {
        key: value
        for key, value in rules.tags.items()
        if key not in changes.remove_tags or changes.remove_tags[key] != value
    }
    return AllocationRules(
        shortest=rules.shortest if changes.shortest is None else changes.shortest,
        default=None
        if changes.clear_default
        else rules.default
        if changes.default is None
        else changes.default,
        longest=rules.longest if changes.longest is None else changes.longest,
        tags={**kept, **changes.add_tags},
    )
