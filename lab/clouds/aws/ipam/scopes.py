"""Scopes: one per network in which addresses are unique (VPC IPAM User Guide, "Add a scope in IPAM")."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.access import Access
from lab.clouds.aws.ipam.lifecycle import Lifecycle, require_settled
from lab.clouds.aws.ipam.records import Scope, ScopeType, Stage
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.tags import Tags

SCOPES_PER_IPAM: Final = 5


class Scopes:
    """Creates, changes and deletes private scopes beside the default ones. Raises AwsError."""

    def __init__(
        self, basics: Basics, tags: Tags, tables: IpamTables, access: Access, lifecycle: Lifecycle
    ) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables
        self._access = access
        self._lifecycle = lifecycle

    def create(
        self, caller: Caller, ipam_id: str, tags: Mapping[str, str], *, description: str | None = None
    ) -> Scope:
        """A further private scope."""
        manager = self._access.manager(caller, ipam_id)
        require_settled(manager)
        if len(self._tables.scopes_of(ipam_id)) >= SCOPES_PER_IPAM:
            raise AwsError(
                "IpamScopeLimitExceeded", f"{ipam_id} has {SCOPES_PER_IPAM} scopes, which is the quota."
            )
        scope = Scope(
            id=self._basics.ids.new("ipam-scope"),
            ipam_id=ipam_id,
            owner=manager.owner,
            region=manager.region,
            kind=ScopeType.PRIVATE,
            is_default=False,
            description=description,
            stage=Stage.CREATING,
            due=self._lifecycle.due,
        )
        self._tags.set(scope.id, tags)
        return self._tables.scopes.put(scope.id, scope)

    def modify(self, caller: Caller, scope_id: str, description: str | None) -> Scope:
        """Another description."""
        scope = self._access.scope(caller, scope_id)
        if description is None:
            raise AwsError(
                "InvalidParameterCombination", "The request must contain a modification to the ipam scope"
            )
        return self._lifecycle.modify(
            self._tables.scopes, dataclasses.replace(scope, description=description)
        )

    def delete(self, caller: Caller, scope_id: str) -> Scope:
        """Delete a scope that has no pools and is no default one."""
        scope = self._access.scope(caller, scope_id)
        if scope.is_default:
            raise AwsError(
                "InvalidParameterValue", f"{scope_id} is a default scope, which goes with its IPAM only."
            )
        if pools := self._tables.pools_of(scope_id):
            raise AwsError(
                "DependencyViolation",
                f"The specified action is not valid for {scope_id}. There are one or more pools in the "
                f"scope, such as {pools[0].id}.",
            )
        return self._lifecycle.delete(self._tables.scopes, scope)
