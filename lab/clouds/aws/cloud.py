"""All of AWS in one lab: the rooms put together, calls carried out as a whole, and time passing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from lab.bgp.prefix import Prefix
from lab.clouds.aws.accounts import Accounts
from lab.clouds.aws.basics import Basics, earliest
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
from lab.state.state import State

T = TypeVar("T")


class Aws:
    """Every account and region of AWS as one lab has it. One thread at a time.

    Its rooms are attributes; each changes its tables only within `perform` or `work`.
    """

    def __init__(self, settings: AwsSettings, world: World, state: State, ids: Ids) -> None:
        """Raises lab.state.errors.StateError where `state` holds what cannot be read."""
        basics = Basics(settings, world, state, ids)
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

    def perform(self, action: Callable[[], T], *, rehearse: bool = False) -> T:
        """Do something as a whole, or, if it raises, not at all. With `rehearse` it is taken back in any
        case. What is due by now happens first."""
        self.work()
        with self._as_a_whole(rehearse=rehearse):
            return action()

    def next_due(self) -> float | None:
        """When something happens next by itself, in UNIX seconds of the calendar; None if nothing will."""
        return earliest(room.next_due() for room in (self.ranges, self.ipam, self.vpcs, self.monitor))

    def work(self) -> None:
        """Let everything happen that is due by now, in its order."""
        now = self.basics.world.now()
        while (due := self.next_due()) is not None and due <= now:
            with self._as_a_whole():
                for room in (self.ranges, self.ipam, self.vpcs, self.monitor):
                    room.work(due)

    @contextlib.contextmanager
    def _as_a_whole(self, *, rehearse: bool = False) -> Iterator[None]:
        """A transaction that takes the events back, too, of what is taken back."""
        mark = len(self.basics.events)
        try:
            with self.basics.state.transaction(commit=not rehearse):
                yield
        except BaseException:
            del self.basics.events[mark:]
            raise
        if rehearse:
            del self.basics.events[mark:]

    def originations(self) -> frozenset[tuple[str, Prefix]]:
        """What AWS wants announced now: region and range."""
        return self.ranges.originations()

    def take_events(self) -> list[AwsCalled | ByoipChanged]:
        """What happened since the last call. Times are 0: the lab knows its own."""
        events = list(self.basics.events)
        self.basics.events.clear()
        return events
