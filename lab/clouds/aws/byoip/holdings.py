"""The address pool that stands for a range in its account."""

from __future__ import annotations

from typing import Final

from lab.clouds.aws.byoip.range import ByoipCidr
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.tags import Tags

_NAMED: Final = 5


class Holdings:
    """Makes, asks and removes pools, whichever IP version a range has."""

    def __init__(self, tags: Tags, ipv4_pools: PublicIpv4Pools, ipv6_pools: Ipv6Pools) -> None:
        self._tags = tags
        self._ipv4 = ipv4_pools
        self._ipv6 = ipv6_pools

    def make_pool(self, record: ByoipCidr) -> str:
        """A pool with all of the range; its ID."""
        if record.prefix.version == 4:
            pool_id = self._ipv4.make(record.account, record.region, record.prefix)
        else:
            pool_id = self._ipv6.make(record.account, record.region, record.prefix, record.advertisable)
        self._tags.set(pool_id, record.pool_tags)
        return pool_id

    def in_use(self, record: ByoipCidr) -> str:
        """What is allocated from the pool, as text for people; "" if nothing is."""
        if not record.pool_id:
            return ""
        used = (
            [str(address) for address in self._ipv4.in_use(record.pool_id, record.prefix)]
            if record.prefix.version == 4
            else [str(block) for block in self._ipv6.in_use(record.pool_id)]
        )
        more = f" and {len(used) - _NAMED} more" if len(used) > _NAMED else ""
        return ", ".join(used[:_NAMED]) + more

    def remove_pool(self, record: ByoipCidr) -> None:
        """Remove the pool, of which nothing is in use."""
        if not record.pool_id:
            return
        if record.prefix.version == 4:
            self._ipv4.remove(record.pool_id)
        else:
            self._ipv6.remove(record.pool_id)
