"""IPv6 pools: what an IPv6 range of one's own becomes, and where VPCs get their blocks from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import find_owned, owned_by
from lab.clouds.aws.pools.space import first_free, overlap
from lab.clouds.aws.tags import Tags

KIND: Final = "ipv6pool-ec2"


@dataclass(frozen=True, slots=True)
class Ipv6Pool:
    """A pool of an account in one region: one range, which AWS may announce if `advertisable`."""

    id: str
    owner: str
    region: str
    prefix: Prefix
    advertisable: bool


@dataclass(frozen=True, slots=True)
class TakenBlock:
    """A block that is allocated, with the pool it goes back to."""

    prefix: Prefix
    pool_id: str


class Ipv6Pools:
    """The IPv6 pools of all accounts, and which blocks of them are allocated."""

    def __init__(self, basics: Basics, tags: Tags) -> None:
        self._ids = basics.ids
        self._tags = tags
        self._table = basics.state.table("aws_ipv6_pools", Ipv6Pool)
        self._taken = basics.state.table("aws_ipv6_pool_blocks", TakenBlock)
        tags.of_kind(KIND, KIND, self.find)

    def make(self, owner: str, region: str, prefix: Prefix, advertisable: bool) -> str:
        """A new pool with that range; its ID."""
        pool_id = self._ids.new(KIND)
        self._table.put(pool_id, Ipv6Pool(pool_id, owner, region, prefix, advertisable))
        return pool_id

    def remove(self, pool_id: str) -> None:
        """Delete a pool and its tags. Raises DependencyViolation while blocks of it are allocated."""
        if used := self.in_use(pool_id):
            raise AwsError(
                "DependencyViolation",
                f"{len(used)} blocks of {pool_id} are associated with VPCs, the first of them {used[0]}; "
                "disassociate them first",
            )
        self._table.remove(pool_id)
        self._tags.forget(pool_id)

    def find(self, caller: Caller, pool_id: str) -> Ipv6Pool:
        """The caller's pool. Raises InvalidPoolID.NotFound."""
        return find_owned(self._table, caller, pool_id, "InvalidPoolID.NotFound", "pool ID")

    def all_of(self, caller: Caller) -> list[Ipv6Pool]:
        """The caller's pools in its region."""
        return owned_by(self._table, caller)

    def in_use(self, pool_id: str) -> list[Prefix]:
        """The blocks of a pool that are allocated, lowest first."""
        return sorted(taken.prefix for taken in self._taken.values() if taken.pool_id == pool_id)

    def allocate(self, caller: Caller, pool_id: str, wanted: Prefix | None, length: int = 56) -> Prefix:
        """Take the block `wanted` from the caller's pool, or the lowest free one of `length` bits.

        Raises InvalidParameterValue where the pool does not have `wanted`, or not free, and
        InsufficientAddressCapacity where no block is left.
        """
        pool = self.find(caller, pool_id)
        block = self._as_wanted(pool, wanted) if wanted else self._chosen(pool, length)
        self._taken.put(str(block), TakenBlock(block, pool_id))
        return block

    def release(self, pool_id: str, prefix: Prefix) -> None:
        """Return an allocated block to its pool."""
        if self._taken[str(prefix)].pool_id != pool_id:
            raise KeyError(f"{prefix} is not of {pool_id}")
        self._taken.remove(str(prefix))

    def _as_wanted(self, pool: Ipv6Pool, wanted: Prefix) -> Prefix:
        if not pool.prefix.covers(wanted):
            raise AwsError("InvalidParameterValue", f"{wanted} is not within {pool.prefix} of {pool.id}")
        if taken := next((each for each in self.in_use(pool.id) if overlap(each, wanted)), None):
            free = self._free(pool, wanted.length)
            hint = f"; {free} is free" if free else ""
            raise AwsError(
                "InvalidParameterValue", f"{wanted} of {pool.id} is in use: {taken} is allocated{hint}"
            )
        return wanted

    def _chosen(self, pool: Ipv6Pool, length: int) -> Prefix:
        if block := self._free(pool, length):
            return block
        raise AwsError("InsufficientAddressCapacity", f"{pool.id} has no /{length} left in {pool.prefix}")

    def _free(self, pool: Ipv6Pool, length: int) -> Prefix | None:
        return first_free((pool.prefix,), length, self.in_use(pool.id))
