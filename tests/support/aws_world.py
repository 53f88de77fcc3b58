"""A world around AWS that tests fill by hand, with a clock that only they move."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.ids import Ids
from lab.clouds.aws.settings import AwsSettings, Delays
from lab.clouds.aws.world import SeenRoute
from lab.registry.records import Holder, HolderKind, Registration, Remark
from lab.state.state import State

if TYPE_CHECKING:
    from lab.clouds.aws.cloud import Aws

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
REGION = "us-east-1"
OTHER_REGION = "eu-west-1"
GOV_REGION = "us-gov-west-1"
START = 1_800_000_000.0
"""2027-01-15 08:00 UTC, when every fake world begins."""
CUSTOMER_ASN = 64500


@dataclass
class FakeWorld:
    """Everything is settable. `registrations` are looked up as RDAP does: the most specific that covers."""

    time: float = START
    registrations: list[Registration] = field(default_factory=list)
    holders: dict[str, Holder] = field(default_factory=dict)
    payloads: list[Vrp] = field(default_factory=list)
    seen: list[SeenRoute] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def registration(self, prefix: Prefix) -> Registration | None:
        covering = [found for found in self.registrations if found.prefix.covers(prefix)]
        return max(covering, key=lambda found: found.prefix.length, default=None)

    def holder(self, handle: str) -> Holder | None:
        return self.holders.get(handle)

    def vrps(self) -> list[Vrp]:
        return list(self.payloads)

    def routes(self, prefix: Prefix) -> list[SeenRoute]:
        return [seen for seen in self.seen if seen.prefix.covers(prefix) or prefix.covers(seen.prefix)]

    def register(
        self,
        prefix: Prefix,
        *,
        rir: str = "arin",
        status: str = "Direct Allocation",
        kind: HolderKind = HolderKind.ORGANIZATION,
        holder: str = "customer",
    ) -> None:
        """An organization (or person) holds `prefix`."""
        self.holders[holder] = Holder(holder, f"{holder.title()} Example", kind, CUSTOMER_ASN)
        self.registrations.append(Registration(prefix, rir, status, holder, holder.upper()))

    def comment(self, prefix: Prefix, *lines: str, title: str = "Registration Comments") -> None:
        """Replace the remarks of the registration of exactly `prefix` (no lines: none any more)."""
        remarks = (Remark(title, lines),) if lines else ()
        self.registrations = [
            replace(found, remarks=remarks) if found.prefix == prefix else found
            for found in self.registrations
        ]

    def comment_on_holder(self, handle: str, *lines: str) -> None:
        """The classic mistake: the comment goes to the organization."""
        self.holders[handle] = replace(
            self.holders[handle], remarks=(Remark("Registration Comments", lines),)
        )

    def authorize(self, prefix: Prefix, *asns: int, max_length: int | None = None) -> None:
        """One VRP for each ASN, for Amazon's two commercial ones if none is named."""
        length = prefix.length if max_length is None else max_length
        self.payloads += [Vrp(prefix, length, asn) for asn in asns or (16509, 14618)]

    def announce(self, prefix: Prefix, *path: int) -> None:
        """The collector sees a route to `prefix`; `path` ends with the origin."""
        self.seen.append(SeenRoute(prefix, path, "collector"))


def settings(**changes: object) -> AwsSettings:
    """Two accounts in one organization, two regions, and delays that are easily told apart."""
    plain = AwsSettings(
        accounts={ACCOUNT: "network", OTHER_ACCOUNT: "application"},
        regions=(REGION, OTHER_REGION),
        delays=Delays(provision=3600, deprovision=600, advertise=30, withdraw=40, ipam=5),
    )
    return replace(plain, **changes)


def basics_with(world: FakeWorld | None = None, state: State | None = None, **changes: object) -> Basics:
    """What one room needs, to test it alone. IDs are the same in every run."""
    return Basics(settings(**changes), world or FakeWorld(), state or State(), Ids(random.Random(1)))


def aws_with(world: FakeWorld | None = None, state: State | None = None, **changes: object) -> Aws:
    """All of AWS in `world`. `changes` are to `settings()`."""
    from lab.clouds.aws.cloud import Aws

    return Aws(settings(**changes), world or FakeWorld(), state or State(), Ids(random.Random(1)))


def pass_time(aws: Aws, seconds: float) -> None:
    """Let time pass, and what is due on the way happen when it is due."""
    world = aws.basics.world
    assert isinstance(world, FakeWorld)
    end = world.time + seconds
    while (due := aws.next_due()) is not None and due <= end:
        world.time = max(world.time, due)
        aws.work()
    world.time = end
