"""Moving a range that was brought without IPAM into IPAM (VPC IPAM User Guide, "Transfer an existing BYOIP
IPv4 CIDR to IPAM"). Its addresses stay in use, and its announcement is not interrupted."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.range import ByoipCidr
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.access import Access
from lab.clouds.aws.ipam.book import Book
from lab.clouds.aws.ipam.lifecycle import Lifecycle, require_settled
from lab.clouds.aws.ipam.records import CidrState, Pool, PoolCidr, ResourceType
from lab.clouds.aws.ipam.tables import IpamTables


class Moving:
    """Moves ranges to pools. Raises AwsError."""

    def __init__(
        self,
        basics: Basics,
        tables: IpamTables,
        access: Access,
        book: Book,
        ranges: Ranges,
        lifecycle: Lifecycle,
    ) -> None:
        self._ids = basics.ids
        self._tables = tables
        self._access = access
        self._book = book
        self._ranges = ranges
        self._lifecycle = lifecycle

    def move(self, caller: Caller, prefix: Prefix, pool_id: str, pool_owner: str) -> ByoipCidr:
        """Move the caller's range into a top-level pool with the range's region as locale, its own or one
        shared with it. The range's public IPv4 pool becomes an allocation; it is `pending-import` for a
        while."""
        if prefix.version == 6:
            raise AwsError(
                "InvalidParameterValue",
                f"You cannot move an IPv6 CIDR to IPAM, such as {prefix}: deprovision it, and provision it "
                "to an IPAM pool.",
            )
        pool = self._access.local_pool(caller, pool_id, "ec2:MoveByoipCidrToIpam")
        require_settled(pool)
        _check_target(pool, pool_owner)
        found = self._ranges.find(caller.account, prefix)
        if found is None or found.region != caller.region:
            raise AwsError(
                "InvalidParameterValue",
                f"Account {caller.account} has not provisioned {prefix} in {caller.region}.",
            )
        if found.ipam_pool_id:
            raise AwsError("IncorrectState", f"{prefix} is managed by IPAM already, in {found.ipam_pool_id}.")
        moved = self._ranges.hand_over(caller.account, prefix, pool_id)
        cidr = PoolCidr(
            id=self._ids.new("ipam-pool-cidr"),
            pool_id=pool_id,
            prefix=prefix,
            netmask=None,
            account=caller.account,
            state=CidrState.PENDING_IMPORT,
            due=self._lifecycle.due,
        )
        self._tables.forget_former(pool_id, prefix)
        self._tables.cidrs.put(cidr.id, cidr)
        self._book.add(
            pool, prefix, caller.account, ResourceType.PUBLIC_IPV4_POOL, found.pool_id, caller.region
        )
        return moved


def _check_target(pool: Pool, owner: str) -> None:
    if pool.owner != owner:
        raise AwsError("InvalidParameterValue", f"The owner of {pool.id} is {pool.owner}, not {owner}.")
    if not pool.is_byoip or pool.version != 4 or pool.locale is None or pool.source_pool_id is not None:
        raise AwsError(
            "InvalidParameterValue",
            f"{pool.id} cannot take a range that was brought: expected a top-level ipv4 pool of the public "
            "scope, with PublicIpSource byoip and the range's region as locale.",
        )
