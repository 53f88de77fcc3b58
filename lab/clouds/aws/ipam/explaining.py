"""Which pools of IPAM have a range, or failed to get it."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.aws.ipam.records import CidrState, PoolCidr
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.chain import Link


def in_pools(tables: IpamTables, prefix: Prefix) -> list[Link]:
    """One link for each CIDR around `prefix` in a public pool, the largest first."""
    found = [
        cidr
        for cidr in tables.cidrs.values()
        if cidr.prefix is not None
        and cidr.prefix.covers(prefix)
        and tables.pools[cidr.pool_id].is_public
        and cidr.state is not CidrState.DEPROVISIONED
    ]
    return [_link(tables, cidr, cidr.prefix) for cidr in sorted(found, key=_length) if cidr.prefix]


def _length(cidr: PoolCidr) -> int:
    return cidr.prefix.length if cidr.prefix else 0


def _link(tables: IpamTables, cidr: PoolCidr, prefix: Prefix) -> Link:
    pool = tables.pools[cidr.pool_id]
    where = f"in {pool.id} ({f'locale {pool.locale}' if pool.locale else 'no locale'})"
    why = f": {cidr.failure}" if cidr.failure else ""
    decided = None if cidr.state is CidrState.PENDING_PROVISION else cidr.is_usable
    return Link("IPAM", decided, f"{prefix} is {cidr.state.value} {where}{why}")
