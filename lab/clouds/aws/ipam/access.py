"""Who sees what of an IPAM, and from where.

An IPAM is managed by its owner from the region it was made in. A pool is also seen from its locale, and there
by those accounts, too, with which it is shared (AWSRAMDefaultPermissionsIpamPool).
"""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import Manager, Pool, Scope
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.ram.sharing import Sharing


class Access:
    """Finds records for a caller, or says that there are none."""

    def __init__(self, tables: IpamTables, sharing: Sharing) -> None:
        self._tables = tables
        self._sharing = sharing

    def managers(self, caller: Caller) -> list[Manager]:
        """The caller's IPAMs of this region."""
        return [each for each in self._tables.managers.values() if _manages(caller, each)]

    def manager(self, caller: Caller, ipam_id: str) -> Manager:
        """Raises AwsError InvalidIpamId.NotFound."""
        found = self._tables.managers.get(ipam_id)
        if found is None or not _manages(caller, found):
            raise AwsError("InvalidIpamId.NotFound", f"The ipam ID '{ipam_id}' does not exist")
        return found

    def scopes(self, caller: Caller) -> list[Scope]:
        """The scopes of the caller's IPAMs of this region."""
        return [each for each in self._tables.scopes.values() if _manages(caller, each)]

    def scope(self, caller: Caller, scope_id: str) -> Scope:
        """Raises AwsError InvalidIpamScopeId.NotFound."""
        found = self._tables.scopes.get(scope_id)
        if found is None or not _manages(caller, found):
            raise AwsError("InvalidIpamScopeId.NotFound", f"The ipam-scope ID '{scope_id}' does not exist")
        return found

    def pools(self, caller: Caller) -> list[Pool]:
        """The pools the caller sees in this region: its own and those shared with it."""
        return [each for each in self._tables.pools.values() if self._sees(caller, each)]

    def pool(self, caller: Caller, pool_id: str, action: str) -> Pool:
        """A pool with which the caller may do `action`, such as `ec2:GetIpamPoolCidrs`.

        Raises AwsError InvalidIpamPoolId.NotFound, InvalidParameterValue where it is only seen in other
        regions, and UnauthorizedOperation where the pool is shared, but not for this.
        """
        found = self._tables.pools.get(pool_id)
        if found is None or not self._may_use(caller, found):
            raise AwsError("InvalidIpamPoolId.NotFound", f"The ipam-pool ID '{pool_id}' does not exist")
        if not self._sees(caller, found):
            raise _elsewhere(found, caller, " or ".join(sorted({found.region, found.locale or found.region})))
        if found.owner != caller.account and not self._sharing.is_shared(caller.account, found.arn, action):
            raise AwsError(
                "UnauthorizedOperation",
                f"{pool_id} belongs to account {found.owner}; its share does not let {caller.account} do "
                f"{action}.",
            )
        return found

    def own_pool(self, caller: Caller, pool_id: str, action: str) -> Pool:
        """A pool the caller may change, in the region of its IPAM. Raises AwsError as `pool` does."""
        found = self.pool(caller, pool_id, action)
        if found.region != caller.region:
            raise _elsewhere(found, caller, found.region)
        return found

    def local_pool(self, caller: Caller, pool_id: str, action: str) -> Pool:
        """A pool the caller may allocate from here: in its locale or, if it has none, in its IPAM's region.
        Raises AwsError as `pool` does."""
        found = self.pool(caller, pool_id, action)
        where = found.locale or found.region
        if caller.region != where:
            raise _elsewhere(found, caller, where)
        return found

    def _may_use(self, caller: Caller, pool: Pool) -> bool:
        return pool.owner == caller.account or self._sharing.is_shared(caller.account, pool.arn)

    def _sees(self, caller: Caller, pool: Pool) -> bool:
        return caller.region in {pool.region, pool.locale} and self._may_use(caller, pool)


def _manages(caller: Caller, record: Manager | Scope) -> bool:
    return record.owner == caller.account and record.region == caller.region


def _elsewhere(pool: Pool, caller: Caller, where: str) -> AwsError:
    return AwsError(
        "InvalidParameterValue",
        f"The pool {pool.id} is not in the current region {caller.region}. Ask in {where}.",
    )
