"""Public IPv4 pools: what a range of one's own becomes, and where Elastic IPs come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from lab.bgp.prefix import Address, Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import find_owned, owned_by
from lab.clouds.aws.pools.space import first_free
from lab.clouds.aws.tags import Tags

KIND: Final = "ipv4pool-ec2"


@dataclass(frozen=True, slots=True)
class PublicIpv4Pool:
    """A pool of an account in one region. `ipam`: made to be filled from an IPAM pool; else it is the one
    pool of one BYOIP range."""

    id: str
    owner: str
    region: str
    ranges: tuple[Prefix, ...]
    ipam: bool


@dataclass(frozen=True, slots=True)
class TakenAddress:
    """An address that is allocated, with the pool it goes back to."""

    address: Prefix
    pool_id: str


class PublicIpv4Pools:
    """The public IPv4 pools of all accounts, and which of their addresses are allocated.

    Every address of a range can be allocated, the first and the last one included: they are translated one
    by one, so there is no network and no broadcast address.
    """

    def __init__(self, basics: Basics, tags: Tags) -> None:
        self._ids = basics.ids
        self._tags = tags
        self._table = basics.state.table("aws_ipv4_pools", PublicIpv4Pool)
        self._taken = basics.state.table("aws_ipv4_pool_addresses", TakenAddress)
        tags.of_kind(KIND, KIND, self.find)

    def make(self, owner: str, region: str, prefix: Prefix | None, *, ipam: bool = False) -> str:
        """A new pool with that range, or an empty one; its ID."""
        pool_id = self._ids.new(KIND)
        ranges = () if prefix is None else (prefix,)
        self._table.put(pool_id, PublicIpv4Pool(pool_id, owner, region, ranges, ipam))
        return pool_id

    def find(self, caller: Caller, pool_id: str) -> PublicIpv4Pool:
        """The caller's pool. Raises InvalidPublicIpv4PoolID.NotFound."""
        return find_owned(self._table, caller, pool_id, "InvalidPublicIpv4PoolID.NotFound", "address pool ID")

    def all_of(self, caller: Caller) -> list[PublicIpv4Pool]:
        """The caller's pools in its region."""
        return owned_by(self._table, caller)

    def pool_with(self, address: Address) -> PublicIpv4Pool | None:
        """The pool, whoever owns it, that has a range with this address."""
        pools = self._table.values()
        return next((pool for pool in pools if any(each.covers(address.host) for each in pool.ranges)), None)

    def in_use(self, pool_id: str, prefix: Prefix) -> list[Address]:
        """The addresses of a pool within `prefix` that are allocated, lowest first."""
        return [Address(4, taken.value) for taken in sorted(self._taken_of(pool_id)) if prefix.covers(taken)]

    def add_range(self, pool_id: str, prefix: Prefix) -> None:
        """Put a range into a pool."""
        pool = self._table[pool_id]
        self._table.put(pool_id, replace(pool, ranges=(*pool.ranges, prefix)))

    def remove_range(self, pool_id: str, prefix: Prefix) -> None:
        """Take a range out of a pool. Raises DependencyViolation while addresses of it are allocated."""
        self._check_unused(pool_id, prefix)
        pool = self._table[pool_id]
        self._table.put(pool_id, replace(pool, ranges=tuple(each for each in pool.ranges if each != prefix)))

    def remove(self, pool_id: str) -> None:
        """Delete a pool with its ranges and tags. Raises DependencyViolation while addresses of it are
        allocated."""
        for prefix in self._table[pool_id].ranges:
            self._check_unused(pool_id, prefix)
        self._table.remove(pool_id)
        self._tags.forget(pool_id)

    def take(self, pool_id: str, wanted: Address | None = None) -> Address:
        """Allocate `wanted`, which the pool must have, or the lowest free address of a pool.

        Raises InvalidParameterValue where `wanted` is allocated already, InsufficientAddressCapacity where
        nothing is free.
        """
        if wanted is not None and str(wanted) in self._taken:
            raise AwsError("InvalidParameterValue", f"The address {wanted} of {pool_id} is already allocated")
        host = wanted.host if wanted else first_free(self._table[pool_id].ranges, 32, self._taken_of(pool_id))
        if host is None:
            raise AwsError("InsufficientAddressCapacity", f"The pool {pool_id} has no address left")
        address = Address(4, host.value)
        self._taken.put(str(address), TakenAddress(host, pool_id))
        return address

    def give_back(self, address: Address) -> None:
        """Return an allocated address to its pool."""
        self._taken.remove(str(address))

    def _taken_of(self, pool_id: str) -> list[Prefix]:
        return [taken.address for taken in self._taken.values() if taken.pool_id == pool_id]

    def _check_unused(self, pool_id: str, prefix: Prefix) -> None:
        if used := self.in_use(pool_id, prefix):
            raise AwsError(
                "DependencyViolation",
                f"{len(used)} addresses of {prefix} in {pool_id} are allocated, the first of them {used[0]}; "
                "release them first",
            )
