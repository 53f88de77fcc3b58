"""What becomes of a CIDR that was asked for or given up, when its time has come."""

from __future__ import annotations

import dataclasses
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.paperwork import shortfalls
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.book import Book
from lab.clouds.aws.ipam.cidr_rules import enters_region
from lab.clouds.aws.ipam.notes import note
from lab.clouds.aws.ipam.records import CidrState, FailureCode, Pool, PoolCidr, ResourceType
from lab.clouds.aws.ipam.tables import IpamTables

CIDRS_PER_POOL: Final = 50
_DONE: Final = {
    CidrState.PROVISIONED: "all that IPAM checks is in order",
    CidrState.DEPROVISIONED: "nothing of it was in use",
}


class _RefusedError(Exception):
    """A CIDR cannot be provisioned, with the API's code for why."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Provisioning:
    """Ends the pending states of CIDRs, well or in failure."""

    def __init__(self, basics: Basics, tables: IpamTables, book: Book, ranges: Ranges) -> None:
        self._basics = basics
        self._tables = tables
        self._book = book
        self._ranges = ranges

    def finish(self, cidr: PoolCidr) -> None:
        """End the pending state of a CIDR whose time has come."""
        pool = self._tables.pools[cidr.pool_id]
        if cidr.state is CidrState.PENDING_PROVISION:
            ended = self._provision(pool, cidr)
        elif cidr.state is CidrState.PENDING_DEPROVISION:
            ended = self._deprovision(pool, cidr)
        else:
            ended = dataclasses.replace(cidr, state=CidrState.PROVISIONED)
        note(self._basics, pool, ended, cidr.state.value, ended.failure or _DONE[ended.state])
        self._tables.cidrs.put(cidr.id, dataclasses.replace(ended, due=None))

    def _provision(self, pool: Pool, cidr: PoolCidr) -> PoolCidr:
        try:
            self._check_quota(pool)
            prefix = self._space(pool, cidr)
            self._register(pool, prefix)
        except _RefusedError as failure:
            return dataclasses.replace(
                cidr, state=CidrState.FAILED_PROVISION, failure_code=failure.code, failure=failure.message
            )
        if cidr.prefix is None:
            self._tables.forget_former(pool.id, prefix)
        if pool.source_pool_id:
            source = self._tables.pools[pool.source_pool_id]
            self._book.add(source, prefix, pool.owner, ResourceType.POOL, pool.id, pool.locale)
        return dataclasses.replace(cidr, state=CidrState.PROVISIONED, prefix=prefix)

    def _deprovision(self, pool: Pool, cidr: PoolCidr) -> PoolCidr:
        prefix = cidr.prefix
        assert prefix is not None  # only what was provisioned comes here
        try:
            self._check_unallocated(pool, prefix)
            if enters_region(pool, self._source(pool)):
                self._ranges.unregister(cidr.account, prefix)
        except AwsError as error:
            return dataclasses.replace(cidr, state=CidrState.FAILED_DEPROVISION, failure=error.message)
        for allocation in self._book.of_resource(pool.id, prefix):
            self._book.remove(allocation)
        return dataclasses.replace(cidr, state=CidrState.DEPROVISIONED)

    def _check_unallocated(self, pool: Pool, prefix: Prefix) -> None:
        for each in self._tables.allocations_of(pool.id):
            if prefix.covers(each.prefix):
                raise AwsError(
                    "DependencyViolation",
                    f"The CIDR has one or more allocations, such as {each.prefix} "
                    f"({each.resource_type.value} {each.resource_id or each.id}); release them first.",
                )

    def _check_quota(self, pool: Pool) -> None:
        held = sum(cidr.is_held for cidr in self._tables.cidrs_of(pool.id))
        if held >= CIDRS_PER_POOL:
            raise _RefusedError(
                FailureCode.LIMIT_EXCEEDED, f"{pool.id} has {CIDRS_PER_POOL} CIDRs, which is the quota."
            )

    def _space(self, pool: Pool, cidr: PoolCidr) -> Prefix:
        if source := self._source(pool):
            return self._space_of_source(source, cidr)
        if pool.is_public and not pool.is_byoip:
            raise _RefusedError(
                FailureCode.NOT_AVAILABLE,
                "IPAM has no space of Amazon's to give in this lab; bring some, with PublicIpSource byoip.",
            )
        assert cidr.prefix is not None  # cidr_rules
        self._check_unused(pool, cidr.prefix)
        if pool.is_byoip:
            self._check_paperwork(pool, cidr, cidr.prefix)
        return cidr.prefix

    def _space_of_source(self, source: Pool, cidr: PoolCidr) -> Prefix:
        try:
            if cidr.prefix is None:
                return self._book.choose(source, cidr.netmask or 0)
            self._book.check_free(source, cidr.prefix)
        except AwsError as error:
            raise _RefusedError(FailureCode.NOT_AVAILABLE, error.message) from None
        return cidr.prefix

    def _check_unused(self, pool: Pool, prefix: Prefix) -> None:
        held = self._tables.held_at_top(prefix, None if pool.is_public else pool.scope_id)
        if held is not None:
            other = self._tables.pools[held.pool_id]
            where = other.id if other.owner == pool.owner else "a pool of another account"
            raise _RefusedError(
                FailureCode.NOT_AVAILABLE, f"{prefix} overlaps {held.prefix}, which is in {where}."
            )

    def _check_paperwork(self, pool: Pool, cidr: PoolCidr, prefix: Prefix) -> None:
        for taken in self._ranges.overlapping(prefix):
            if taken.account == pool.owner or taken.is_proven:
                raise _RefusedError(
                    FailureCode.NOT_AVAILABLE,
                    f"{prefix} overlaps {taken.prefix}, which was brought to {taken.region} without IPAM.",
                )
        missing = shortfalls(
            self._basics,
            pool.owner,
            pool.locale or pool.region,
            prefix,
            cidr.authorization,
            pool.advertisable is not False,
        )
        if missing:
            raise _RefusedError(FailureCode.NOT_AVAILABLE, "; ".join(map(str, missing)))

    def _register(self, pool: Pool, prefix: Prefix) -> None:
        if pool.locale is None or not enters_region(pool, self._source(pool)):
            return
        try:
            self._ranges.register(
                pool.owner,
                pool.locale,
                prefix,
                ipam_pool_id=pool.id,
                advertisable=pool.advertisable is not False,
            )
        except AwsError as error:
            raise _RefusedError(FailureCode.NOT_AVAILABLE, error.message) from None

    def _source(self, pool: Pool) -> Pool | None:
        return self._tables.pools[pool.source_pool_id] if pool.source_pool_id else None
