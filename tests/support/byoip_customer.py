"""A customer with complete papers, and the room of ranges with a clock, without the rest of AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from support.aws_world import ACCOUNT, REGION, FakeWorld, basics_with

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.byoip.customer import Customer, message
from lab.clouds.aws.byoip.range import ByoipCidr
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.events import ByoipChanged
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.tags import Tags
from lab.state.state import State
from lab.topology.cloud_vocabulary import SigningMistake

T = TypeVar("T")

RANGE = Prefix.parse("198.51.100.0/24")
RANGE6 = Prefix.parse("2001:db8:42::/48")
CUSTOMER = Customer("customer")
ANOTHER = Customer("another")
CALLER = Caller(ACCOUNT, REGION)


def signed(
    prefix: Prefix = RANGE,
    account: str = ACCOUNT,
    mistake: SigningMistake | None = None,
    *,
    customer: Customer = CUSTOMER,
    days: int = 365,
    world: FakeWorld | None = None,
) -> Authorization:
    """The message for `account` to bring `prefix` for `days` from the world's now on, with its signature."""
    expires = datetime.fromtimestamp((world or FakeWorld()).now(), UTC).date() + timedelta(days=days)
    return customer.sign(message(account, prefix, expires), mistake)


def ready_world(*prefixes: Prefix) -> FakeWorld:
    """A world in which nothing is missing for the customer to bring these ranges."""
    world = FakeWorld()
    for prefix in prefixes or (RANGE,):
        world.register(prefix)
        world.comment(prefix, CUSTOMER.certificate(world.now()))
        world.authorize(prefix)
    return world


class Byoip:
    """The ranges of AWS in `world`; calls are carried out as a whole, as `Aws.perform` does it."""

    def __init__(self, world: FakeWorld, state: State | None = None, **settings: object) -> None:
        self.world = world
        self.basics = basics_with(world, state, **settings)
        with self.basics.state.transaction():
            self.tags = Tags(self.basics)
            self.ipv4_pools = PublicIpv4Pools(self.basics, self.tags)
            self.ipv6_pools = Ipv6Pools(self.basics, self.tags)
            self.ranges = Ranges(self.basics, self.tags, self.ipv4_pools, self.ipv6_pools)

    def call(self, action: Callable[[], T]) -> T:
        """Carry out a call: all of it, or, if it raises, nothing."""
        with self.basics.state.transaction():
            return action()

    def provision(self, prefix: Prefix = RANGE, caller: Caller = CALLER, **options: object) -> ByoipCidr:
        """Ask for a range with the right message, and do not wait."""
        given = options.pop("authorization", None) or signed(prefix, caller.account, world=self.world)
        return self.call(lambda: self.ranges.provision(caller, prefix, given, **options))

    def provisioned(self, prefix: Prefix = RANGE, caller: Caller = CALLER, **options: object) -> ByoipCidr:
        """Ask for a range, and wait until that is decided."""
        self.provision(prefix, caller, **options)
        self.pass_time(3600)
        return self.record(prefix, caller.account)

    def advertise(self, prefix: Prefix = RANGE, caller: Caller = CALLER, **options: object) -> ByoipCidr:
        return self.call(lambda: self.ranges.advertise(caller, prefix, **options))

    def withdraw(self, prefix: Prefix = RANGE, caller: Caller = CALLER) -> ByoipCidr:
        return self.call(lambda: self.ranges.withdraw(caller, prefix))

    def deprovision(self, prefix: Prefix = RANGE, caller: Caller = CALLER) -> ByoipCidr:
        return self.call(lambda: self.ranges.deprovision(caller, prefix))

    def record(self, prefix: Prefix = RANGE, account: str = ACCOUNT) -> ByoipCidr:
        """The range as it is now, which must be there."""
        found = self.ranges.find(account, prefix)
        assert found is not None
        return found

    def state(self, prefix: Prefix = RANGE, account: str = ACCOUNT) -> str:
        return self.record(prefix, account).state.value

    def pass_time(self, seconds: float) -> None:
        """Let time pass; what is due on the way happens when it is due."""
        end = self.world.time + seconds
        while (due := self.ranges.next_due()) is not None and due <= end:
            self.world.time = max(self.world.time, due)
            with self.basics.state.transaction():
                self.ranges.work(due)
        self.world.time = end

    def changes(self) -> list[ByoipChanged]:
        """The changes of state so far."""
        return [event for event in self.basics.events if isinstance(event, ByoipChanged)]
