"""What a file says of Cloudflare: accounts and their contracts, members, tokens, delays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from lab.bgp.prefix import Address, Prefix

CLOUDFLARE_ASN: Final = 13335

Window = tuple[float, float]
"""The shortest and the longest that something takes, in seconds of the calendar."""


class Entitlement(Enum):
    """What an account's contract covers."""

    BYOIP = "byoip"
    CDN = "cdn"
    SPECTRUM = "spectrum"
    MAGIC_TRANSIT = "magic-transit"
    CDN_EGRESS = "cdn-egress"


class ServiceName(Enum):
    """The services that addresses can be bound to, as List Services names them."""

    CDN = "CDN"
    CDN_EGRESS = "CDN Egress"
    SPECTRUM = "Spectrum"
    MAGIC_TRANSIT = "Magic Transit"


@dataclass(frozen=True, slots=True)
class Tunnel:
    """How Magic Transit reaches a customer's data centre: speaker `to`.

    `endpoint` is the GRE tunnel's address on the customer's side, reached over the Internet; None is a
    network interconnect (CNI), which needs no route. With `egress` what the data centre sends comes back the
    same way (Magic Transit egress), else it goes out directly (direct server return).
    """

    to: str
    endpoint: Address | None = None
    egress: bool = False


@dataclass(frozen=True, slots=True)
class Onboarded:
    """A prefix that the account team has onboarded, the way for Magic Transit and for an ASN of one's own:
    approved, bound to `service` as a whole, and withdrawn. `locked`: its advertisement stays as it is."""

    prefix: Prefix
    service: ServiceName = ServiceName.MAGIC_TRANSIT
    asn: int = CLOUDFLARE_ASN
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """`id` is 32 hexadecimal digits. `static_ips` are leased Cloudflare addresses; `only_byoip` are the
    addresses of an immutable account-wide map, for an account that must never be answered with Cloudflare's
    own."""

    id: str
    name: str
    entitlements: frozenset[Entitlement] = frozenset(
        {Entitlement.BYOIP, Entitlement.CDN, Entitlement.SPECTRUM}
    )
    static_ips: tuple[Address, ...] = ()
    only_byoip: tuple[Address, ...] = ()
    tunnel: Tunnel | None = None
    onboarded: tuple[Onboarded, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A person with an API key: a member of `account` (a name) with a role such as `Administrator`."""

    name: str
    email: str
    account: str
    role: str


@dataclass(frozen=True, slots=True)
class Token:
    """An API token of `account` (a name) with permissions such as `IP Prefixes: Read`."""

    name: str
    account: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CloudflareSection:
    """`accounts` by name; who names none uses the first. `delays` are windows by what Cloudflare does
    (`validate`, `binding`, `enable`, `disable`), and only those that the file gives."""

    accounts: Mapping[str, Account] = field(default_factory=lambda: {"lab": Account("0" * 31 + "1", "lab")})
    members: tuple[Member, ...] = ()
    tokens: tuple[Token, ...] = ()
    delays: Mapping[str, Window] = field(default_factory=dict)
