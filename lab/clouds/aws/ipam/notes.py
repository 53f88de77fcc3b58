"""What the timeline learns of ranges that are brought to IPAM. Parts of them that a region gets are ranges of
`lab.clouds.aws.byoip`, which tells of them itself."""

from __future__ import annotations

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.events import ByoipChanged
from lab.clouds.aws.ipam.records import Pool, PoolCidr


def note(basics: Basics, pool: Pool, cidr: PoolCidr, before: str, why: str) -> None:
    """Tell that a range came into the state of `cidr`, if it is one that was brought to a top-level pool."""
    if pool.is_byoip and pool.source_pool_id is None and cidr.prefix:
        region = pool.locale or pool.region
        after = cidr.state.value
        basics.events.append(
            ByoipChanged(0, "", cidr.prefix, cidr.account, region, before, after, f"{pool.id}: {why}")
        )
