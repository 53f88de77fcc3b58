"""Adding to an address map: which addresses, members and host names an account may put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.maps import codes
from lab.clouds.cloudflare.maps.address_map import (
    AddressMap,
    Maker,
    MappedAddress,
    MemberKind,
    Membership,
)
from lab.clouds.cloudflare.maps.book import MapBook
from lab.clouds.cloudflare.maps.map_rules import MOST_ADDRESSES, MOST_MEMBERS, parse_sni
from lab.clouds.cloudflare.zones.zones import Zones
from lab.topology.problems import suggestion

if TYPE_CHECKING:
    from lab.clouds.cloudflare.prefixes.delegations import Delegations


class Additions:
    """Makes maps with more on them. Nothing is kept: that is for the caller."""

    def __init__(self, basics: Basics, book: MapBook, delegations: Delegations, zones: Zones) -> None:
        self._basics = basics
        self._book = book
        self._delegations = delegations
        self._zones = zones

    def with_address(self, record: AddressMap, address: Address, pointer: str = "") -> AddressMap:
        """The map with one more address, which its account may use. Raises CloudflareError."""
        self._check_not_leased(record.account, address, pointer)
        if not self._delegations.may_use(record.account, address):
            message = (
                f"{address} is in no approved prefix of this account, and in none that is delegated to it"
            )
            raise CloudflareError(400, codes.NOT_USABLE, message, pointer)
        if len(record.mapped) >= MOST_ADDRESSES:
            raise CloudflareError(400, codes.TOO_MANY, f"A map has at most {MOST_ADDRESSES} addresses")
        self._check_one_sni(record, record.default_sni, (address,))
        added = MappedAddress(address, self._basics.world.now())
        return replace(record, mapped=(*record.mapped, added))

    def with_member(
        self, record: AddressMap, kind: MemberKind, identifier: str, pointer: str = ""
    ) -> AddressMap:
        """The map with one more member. Raises CloudflareError."""
        if kind is MemberKind.ACCOUNT and identifier != record.account:
            message = f"Only the account itself, {record.account}, can be a member of its address maps"
            raise CloudflareError(400, codes.BAD_MEMBER, message, pointer)
        own = {zone.id for zone in self._zones.of_account(record.account)}
        if kind is MemberKind.ZONE and identifier not in own:
            message = f"The account has no zone {identifier}; use the ID of one, as List Zones gives it"
            raise CloudflareError(400, codes.BAD_MEMBER, message, pointer)
        if record.member(kind, identifier):
            raise CloudflareError(400, codes.BAD_MEMBER, f"{identifier} is there twice", pointer)
        if len(record.memberships) >= MOST_MEMBERS:
            raise CloudflareError(400, codes.TOO_MANY, f"A map has at most {MOST_MEMBERS} members")
        self._check_one_map(record, kind, identifier, pointer)
        member = Membership(kind, identifier, self._basics.world.now())
        return replace(record, memberships=(*record.memberships, member))

    def with_sni(self, record: AddressMap, text: str | None) -> AddressMap:
        """The map with this default SNI; None or "" is none. Raises CloudflareError."""
        if not text:
            return replace(record, default_sni=None)
        name = parse_sni(text)
        if not self._zones.owns(record.account, name):
            own = [zone.name for zone in self._zones.of_account(record.account)]
            hint = suggestion(name, own, "its zones are")
            message = f"default_sni must be a zone or subdomain of the account; {name} is not. {hint}"
            raise CloudflareError(400, codes.BAD_SNI, message.rstrip(), "/default_sni")
        self._check_one_sni(record, name, record.addresses)
        return replace(record, default_sni=name)

    def _check_not_leased(self, account: str, address: Address, pointer: str) -> None:
        for record in self._book.of_account(account):
            if record.maker is Maker.STATIC_IPS and address in record.addresses:
                raise CloudflareError(
                    409,
                    codes.STATIC_ADDRESS,
                    f"{address} is a leased static IP. Cloudflare made the address map of those, "
                    f"{record.id}; edit that one, there is no second",
                    pointer,
                )

    def _check_one_map(self, record: AddressMap, kind: MemberKind, identifier: str, pointer: str) -> None:
        """Refuse a member of two maps, of which nobody could say which one counts. A fallback does not count:
        every other map goes before it."""
        for other in self._book.of_account(record.account):
            if other.id != record.id and other.can_be_edited and other.member(kind, identifier):
                raise CloudflareError(
                    409,
                    codes.TAKEN,
                    f"The {kind.value} {identifier} is a member of address map {other.id} already; "
                    "remove it there first",
                    pointer,
                )

    def _check_one_sni(self, record: AddressMap, sni: str | None, addresses: Sequence[Address]) -> None:
        for other in self._book.of_account(record.account) if sni else ():
            shared = set(addresses) & set(other.addresses)
            if other.id != record.id and other.default_sni and shared:
                message = f"{min(shared)} has the default SNI {other.default_sni} by address map {other.id}"
                raise CloudflareError(409, codes.TAKEN, message, "/default_sni")
