"""What is kept of an address map."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lab.bgp.prefix import Address


class MemberKind(Enum):
    """Whose proxied names a map is for: those of one zone, or of all zones of an account."""

    ZONE = "zone"
    ACCOUNT = "account"


class Maker(Enum):
    """Who made a map: the customer, or Cloudflare for an account's leased static IPs or as its fallback."""

    CUSTOMER = "customer"
    STATIC_IPS = "static-ips"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class MappedAddress:
    """An address on a map, since `created` (UNIX seconds of the calendar)."""

    address: Address
    created: float


@dataclass(frozen=True, slots=True)
class Membership:
    """`identifier` is the ID of a zone or an account."""

    kind: MemberKind
    identifier: str
    created: float
    can_delete: bool = True


@dataclass(frozen=True, slots=True)
class AddressMap:
    """`account` is an account's ID. Times are UNIX seconds of the calendar."""

    id: str
    account: str
    maker: Maker
    description: str
    enabled: bool
    default_sni: str | None
    mapped: tuple[MappedAddress, ...]
    memberships: tuple[Membership, ...]
    created: float
    modified: float

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses on the map, in the order in which they came."""
        return tuple(item.address for item in self.mapped)

    @property
    def can_delete(self) -> bool:
        """Whether its account may delete it."""
        return self.maker is Maker.CUSTOMER

    @property
    def can_modify_ips(self) -> bool:
        """Whether its account may change which addresses are on it."""
        return self.maker is Maker.CUSTOMER

    @property
    def can_be_edited(self) -> bool:
        """Whether its account may change anything about it. A fallback is immutable."""
        return self.maker is not Maker.FALLBACK

    def member(self, kind: MemberKind, identifier: str) -> Membership | None:
        """The membership of a zone or an account."""
        return next(
            (one for one in self.memberships if one.kind is kind and one.identifier == identifier), None
        )
