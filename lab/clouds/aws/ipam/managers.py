"""IPAMs: the roof over scopes and pools (VPC IPAM User Guide, "Create an IPAM")."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller, partition_of
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.access import Access
from lab.clouds.aws.ipam.lifecycle import Lifecycle, require_settled
from lab.clouds.aws.ipam.records import Manager, Scope, ScopeType, Stage
from lab.clouds.aws.ipam.removal import Removal
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.tags import Tags

IPAMS_PER_REGION: Final = 1
_REGION: Final = re.compile(r"[a-z]{2}(-gov)?(-[a-z]+)+-[0-9]")


@dataclass(frozen=True, slots=True)
class ManagerChanges:
    """What ModifyIpam asks for; None leaves a thing as it is."""

    description: str | None = None
    add_regions: tuple[str, ...] = ()
    remove_regions: tuple[str, ...] = ()
    tier: str | None = None
    private_gua: bool | None = None
    metered_account: str | None = None


class Managers:
    """Creates, changes and deletes IPAMs. Raises AwsError."""

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

    def create(
        self,
        caller: Caller,
        regions: Iterable[str],
        tags: Mapping[str, str],
        *,
        description: str | None = None,
        tier: str = "advanced",
        private_gua: bool = False,
        metered_account: str = "ipam-owner",
    ) -> Manager:
        """A new IPAM with its two default scopes. It operates in `regions` and in the caller's."""
        if len(self._access.managers(caller)) >= IPAMS_PER_REGION:
            raise AwsError(
                "IpamLimitExceeded",
                f"Account {caller.account} has {IPAMS_PER_REGION} IPAM in {caller.region}, which is the "
                "quota.",
            )
        ids = self._basics.ids
        manager = Manager(
            id=ids.new("ipam"),
            owner=caller.account,
            region=caller.region,
            public_scope_id=ids.new("ipam-scope"),
            private_scope_id=ids.new("ipam-scope"),
            discovery_id=ids.new("ipam-res-disco"),
            discovery_association_id=ids.new("ipam-res-disco-assoc"),
            operating_regions=_regions(caller, (*regions, caller.region)),
            description=description,
            tier=tier,
            private_gua=private_gua,
            metered_account=metered_account,
            stage=Stage.CREATING,
            due=self._lifecycle.due,
        )
        self._add_default_scope(manager, manager.public_scope_id, ScopeType.PUBLIC)
        self._add_default_scope(manager, manager.private_scope_id, ScopeType.PRIVATE)
        self._tags.set(manager.id, tags)
        return self._tables.managers.put(manager.id, manager)

    def modify(self, caller: Caller, ipam_id: str, changes: ManagerChanges) -> Manager:
        """Another description, other regions or another tier."""
        manager = self._access.manager(caller, ipam_id)
        if changes == ManagerChanges():
            raise AwsError(
                "InvalidParameterCombination", "The request must contain a modification to the ipam"
            )
        for region in changes.remove_regions:
            self._check_removable(manager, region)
        kept = [region for region in manager.operating_regions if region not in changes.remove_regions]
        return self._lifecycle.modify(
            self._tables.managers,
            dataclasses.replace(
                manager,
                operating_regions=_regions(caller, (*kept, *changes.add_regions)),
                description=manager.description if changes.description is None else changes.description,
                tier=changes.tier or manager.tier,
                private_gua=manager.private_gua if changes.private_gua is None else changes.private_gua,
                metered_account=changes.metered_account or manager.metered_account,
            ),
        )

    def delete(self, caller: Caller, ipam_id: str, *, cascade: bool = False) -> Manager:
        """Delete an IPAM without pools and further scopes; with `cascade` the private ones go with it."""
        manager = self._access.manager(caller, ipam_id)
        require_settled(manager)
        for scope in self._tables.scopes_of(ipam_id):
            self._check_dispensable(manager, scope, cascade=cascade)
            self._removal.end_scope(scope)
        return self._lifecycle.delete(self._tables.managers, manager)

    def _add_default_scope(self, manager: Manager, scope_id: str, scope_type: ScopeType) -> None:
        scope = Scope(
            id=scope_id,
            ipam_id=manager.id,
            owner=manager.owner,
            region=manager.region,
            kind=scope_type,
            is_default=True,
            description=None,
            stage=Stage.CREATING,
            due=self._lifecycle.due,
        )
        self._tables.scopes.put(scope_id, scope)

    def _check_removable(self, manager: Manager, region: str) -> None:
        if region == manager.region:
            raise AwsError(
                "InvalidParameterValue",
                f"{region} is the region of {manager.id}; it stays an operating region.",
            )
        if region not in manager.operating_regions:
            raise AwsError(
                "InvalidParameterValue",
                f"{region} is no operating region of {manager.id}: {', '.join(manager.operating_regions)}.",
            )
        for pool in self._tables.pools.values():
            if pool.ipam_id == manager.id and pool.locale == region:
                raise AwsError("DependencyViolation", f"{pool.id} has the locale {region}.")

    def _check_dispensable(self, manager: Manager, scope: Scope, *, cascade: bool) -> None:
        if cascade and scope.kind is ScopeType.PRIVATE:
            return
        if pools := self._tables.pools_of(scope.id):
            raise AwsError(
                "DependencyViolation",
                f"The specified action is not valid for {manager.id}. There are one or more pools in its "
                f"{scope.kind.value} scope {scope.id}, such as {pools[0].id}.",
            )
        if not scope.is_default:
            raise AwsError(
                "DependencyViolation",
                f"The specified action is not valid for {manager.id}. It has the scope {scope.id} beside its "
                "default scopes; delete that first, or ask for a cascade.",
            )


def _regions(caller: Caller, names: Iterable[str]) -> tuple[str, ...]:
    known = dict.fromkeys(names)
    for name in known:
        if not _REGION.fullmatch(name) or partition_of(name) != caller.partition:
            raise AwsError(
                "InvalidParameterValue",
                f"{name!r} is no region of the partition {caller.partition}; expected one such as "
                f"{caller.region}.",
            )
    return tuple(known)
