"""All of AWS in one lab: the rooms put together, calls carried out as a whole, and time passing."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.aws.accounts import Accounts
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.events import AwsCalled, ByoipChanged
from lab.clouds.aws.ids import Ids
from lab.clouds.aws.ipam.ipam import Ipam
from lab.clouds.aws.monitoring.monitor import Monitor
from lab.clouds.aws.pools.addresses import ElasticIps
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.ram.sharing import Sharing
from lab.clouds.aws.settings import AwsSettings
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.vpcs import Vpcs
from lab.clouds.aws.world import World
from lab.clouds.control_plane import ControlPlane
from lab.state.state import State


class Aws(ControlPlane[AwsCalled | ByoipChanged]):
    """Every account and region of AWS as one lab has it. Its rooms are attributes."""

    def __init__(self, settings: AwsSettings, world: World, state: State, ids: Ids) -> None:
        """Raises lab.state.errors.StateError where `state` holds what cannot be read."""
        basics = Basics(settings, world, state, ids)
        super().__init__(state, world.now, basics.events)
        self.basics = basics
        with state.transaction():
            self.accounts = Accounts(basics)
            self.tags = Tags(basics)
            self.sharing = Sharing(basics, self.tags)
            self.ipv4_pools = PublicIpv4Pools(basics, self.tags)
            self.ipv6_pools = Ipv6Pools(basics, self.tags)
            self.addresses = ElasticIps(basics, self.tags, self.ipv4_pools)
            self.ranges = Ranges(basics, self.tags, self.ipv4_pools, self.ipv6_pools)
            self.ipam = Ipam(basics, self.tags, self.sharing, self.ranges, self.ipv4_pools)
            self.vpcs = Vpcs(basics, self.tags, self.ipv6_pools, self.ipam, self.addresses)
            self.monitor = Monitor(
                basics,
                self.tags,
                self.ipam,
                self.vpcs,
                self.addresses,
                self.ranges,
                self.ipv4_pools,
                self.ipv6_pools,
            )
        self._timed = (self.ranges, self.ipam, self.vpcs, self.monitor)

    def originations(self) -> frozenset[tuple[str, Prefix]]:
        """What AWS wants announced now: region and range."""
        return self.ranges.originations()
