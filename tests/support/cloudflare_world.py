"""A world around Cloudflare that tests fill by hand, with a clock that only they move."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.clouds.cloudflare.ids import Ids
from lab.clouds.cloudflare.settings import CloudflareSettings, Delays
from lab.registry.irr.records import RouteObject
from lab.registry.records import Holder, HolderKind, Registration
from lab.state.state import State
from lab.topology.cloudflare_section import Account, Entitlement

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

START = 1_800_000_000.0
"""2027-01-15 08:00 UTC, when every fake world begins."""
ACCOUNT = "654c5f71c324478cc9f68d60065d4620"
OTHER_ACCOUNT = "0123456789abcdef0123456789abcdef"
PREFIX = Prefix.parse("203.0.113.0/24")
CLOUDFLARE_ASN = 13335
DELAYS = Delays(validate=(60, 60), binding=(18000, 18000), enable=(300, 300), disable=(900, 900))


@dataclass
class FakeWorld:
    """Everything is settable."""

    time: float = START
    registrations: list[Registration] = field(default_factory=list)
    holders: dict[str, Holder] = field(default_factory=dict)
    payloads: list[Vrp] = field(default_factory=list)
    objects: list[RouteObject] = field(default_factory=list)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    delegated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    elsewhere: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def now(self) -> float:
        return self.time

    def registration(self, prefix: Prefix) -> Registration | None:
        covering = [found for found in self.registrations if found.prefix.covers(prefix)]
        return max(covering, key=lambda found: found.prefix.length, default=None)

    def holder(self, handle: str) -> Holder | None:
        return self.holders.get(handle)

    def vrps(self) -> list[Vrp]:
        return list(self.payloads)

    def route_objects(self, prefix: Prefix) -> list[RouteObject]:
        return [found for found in self.objects if found.prefix == prefix]

    def covering_route_objects(self, prefix: Prefix) -> list[RouteObject]:
        covering = [found for found in self.objects if found.prefix.covers(prefix)]
        return sorted(covering, key=lambda found: -found.prefix.length)

    def reverse_servers(self, zone: str) -> tuple[str, ...]:
        return self.delegated.get(zone, ())

    def servers_elsewhere(self, name: str) -> tuple[str, ...]:
        return self.elsewhere.get(name, ())

    def txt(self, name: str) -> tuple[str, ...]:
        return self.texts.get(name, ())

    def register(self, prefix: Prefix = PREFIX, *, rir: str = "ARIN", holder: str = "customer") -> None:
        """Have `prefix` registered to an organization."""
        self.registrations.append(Registration(prefix, rir, "", holder, name="EXAMPLE-NET"))
        self.holders[holder] = Holder(holder, holder, HolderKind.ORGANIZATION, 64496)

    def authorise(self, prefix: Prefix = PREFIX, asn: int = CLOUDFLARE_ASN, length: int = 0) -> None:
        """Have a ROA for `prefix`."""
        self.payloads.append(Vrp(prefix, length or prefix.length, asn))

    def add_route_object(
        self, prefix: Prefix = PREFIX, origin: int = CLOUDFLARE_ASN, *remarks: str, rir: str = "ARIN"
    ) -> None:
        """Have a route object, in place of one with the same key."""
        self.objects = [
            found
            for found in self.objects
            if (found.prefix, found.origin, found.source) != (prefix, origin, rir)
        ]
        self.objects.append(RouteObject(prefix, origin, rir, "CUSTOMER-MNT", remarks=remarks))


ALL = frozenset(Entitlement)


def make_settings(**changes: object) -> CloudflareSettings:
    """Two accounts with everything in their contracts, one site, delays without chance."""
    settings = CloudflareSettings(
        accounts={
            "example": Account(ACCOUNT, "example", ALL),
            "other": Account(OTHER_ACCOUNT, "other", ALL),
        },
        delays=DELAYS,
        sites=("cf-ams", "cf-sjc"),
        anycast=(Prefix.parse("192.0.2.0/26"), Prefix.parse("2001:db8:cf::/48")),
        seed="test",
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


def make_cloudflare(
    world: FakeWorld, settings: CloudflareSettings | None = None, state: State | None = None
) -> Cloudflare:
    """All of Cloudflare around a fake world; identifiers are the same each time."""
    from lab.clouds.cloudflare.cloud import Cloudflare

    return Cloudflare(settings or make_settings(), world, state or State(), Ids(random.Random("test")))


def pass_time(cloudflare: Cloudflare, world: FakeWorld, seconds: float) -> None:
    """Let `seconds` of the calendar pass, and everything happen that is due."""
    world.time += seconds
    cloudflare.work()
