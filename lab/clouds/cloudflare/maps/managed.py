"""The address maps that Cloudflare itself makes for an account, when its contract says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.maps.address_map import (
    AddressMap,
    Maker,
    MappedAddress,
    MemberKind,
    Membership,
)
from lab.topology.cloudflare_section import Account


def contracted(account: Account) -> dict[Maker, tuple[Address, ...]]:
    """The addresses of the maps that an account has by its contract, by who makes them."""
    found = {Maker.STATIC_IPS: account.static_ips, Maker.FALLBACK: account.only_byoip}
    return {maker: addresses for maker, addresses in found.items() if addresses}


def made(map_id: str, account: Account, maker: Maker, addresses: Iterable[Address], now: float) -> AddressMap:
    """A new map of Cloudflare's. That of the static IPs has no members: the customer says who uses them."""
    is_fallback = maker is Maker.FALLBACK
    everybody = Membership(MemberKind.ACCOUNT, account.id, now, can_delete=False)
    return AddressMap(
        map_id,
        account.id,
        maker,
        "Account-wide fallback (immutable)" if is_fallback else "Static IPs",
        enabled=True,
        default_sni=None,
        mapped=tuple(MappedAddress(address, now) for address in addresses),
        memberships=(everybody,) if is_fallback else (),
        created=now,
        modified=now,
    )


def brought_up_to_date(record: AddressMap, addresses: Iterable[Address], now: float) -> AddressMap:
    """The map with the addresses of a contract that has changed; those that stay keep their time."""
    since = {item.address: item.created for item in record.mapped}
    mapped = tuple(MappedAddress(address, since.get(address, now)) for address in addresses)
    return replace(record, mapped=mapped)
