"""The tables of IPAM, and what is looked up in them again and again."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.aws.ipam.records import Allocation, Manager, Pool, PoolCidr, Scope
from lab.clouds.aws.pools.space import overlap
from lab.state.state import State


class IpamTables:
    """All records by their IDs."""

    def __init__(self, state: State) -> None:
        self.managers = state.table("aws_ipams", Manager)
        self.scopes = state.table("aws_ipam_scopes", Scope)
        self.pools = state.table("aws_ipam_pools", Pool)
        self.cidrs = state.table("aws_ipam_pool_cidrs", PoolCidr)
        self.allocations = state.table("aws_ipam_pool_allocations", Allocation)

    def scopes_of(self, ipam_id: str) -> list[Scope]:
        """The scopes of an IPAM, the default ones first."""
        return [scope for scope in self.scopes.values() if scope.ipam_id == ipam_id]

    def pools_of(self, scope_id: str) -> list[Pool]:
        """The pools of a scope, on all levels."""
        return [pool for pool in self.pools.values() if pool.scope_id == scope_id]

    def pools_under(self, pool_id: str) -> list[Pool]:
        """The pools that have this one as their source."""
        return [pool for pool in self.pools.values() if pool.source_pool_id == pool_id]

    def cidrs_of(self, pool_id: str) -> list[PoolCidr]:
        """The CIDRs of a pool in any state, in the order in which they were asked for."""
        return [cidr for cidr in self.cidrs.values() if cidr.pool_id == pool_id]

    def forget_former(self, pool_id: str, prefix: Prefix) -> None:
        """Drop what is only remembered of a CIDR that comes to a pool anew."""
        for cidr in self.cidrs_of(pool_id):
            if cidr.prefix == prefix and cidr.is_gone:
                self.cidrs.remove(cidr.id)

    def usable(self, pool_id: str) -> list[Prefix]:
        """The prefixes that can be allocated from."""
        return [cidr.prefix for cidr in self.cidrs_of(pool_id) if cidr.prefix and cidr.is_usable]

    def allocations_of(self, pool_id: str) -> list[Allocation]:
        """What is allocated from a pool."""
        return [allocation for allocation in self.allocations.values() if allocation.pool_id == pool_id]

    def held_at_top(self, prefix: Prefix, scope_id: str | None = None) -> PoolCidr | None:
        """What shares addresses with `prefix` among the CIDRs of top-level pools: those of a scope or,
        without one, of the public scopes of all IPAMs."""
        for cidr in self.cidrs.values():
            pool = self.pools[cidr.pool_id]
            concerned = pool.is_public if scope_id is None else pool.scope_id == scope_id
            if not concerned or pool.source_pool_id is not None:
                continue
            if cidr.prefix and cidr.is_held and overlap(cidr.prefix, prefix):
                return cidr
        return None
