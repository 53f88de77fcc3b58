"""What may be on an address map, and who may be a member of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lab.bgp.prefix import Address, PrefixError
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.maps.address_map import AddressMap
from lab.clouds.cloudflare.maps.codes import BAD_ADDRESS, BAD_SNI, ENABLED, MANAGED, TOO_MANY
from lab.dns.names import DomainNameError, host_name

MOST_MAPS: Final = 500
MOST_ADDRESSES: Final = 512
MOST_MEMBERS: Final = 1000
"""Bounds of the lab, for one account and for one map."""


def parse_address(text: str, pointer: str) -> Address:
    """An IPv4 or IPv6 address. Raises CloudflareError."""
    try:
        return Address.parse(text)
    except PrefixError as error:
        raise CloudflareError(400, BAD_ADDRESS, f"An address map has addresses: {error}", pointer) from None


def parse_addresses(texts: Sequence[str]) -> tuple[Address, ...]:
    """The addresses of a new map, each once. Raises CloudflareError."""
    found: list[Address] = []
    for place, text in enumerate(texts):
        address = parse_address(text, f"/ips/{place}")
        if address in found:
            raise CloudflareError(400, BAD_ADDRESS, f"{address} is there twice", f"/ips/{place}")
        found.append(address)
    if len(found) > MOST_ADDRESSES:
        raise CloudflareError(400, TOO_MANY, f"A map has at most {MOST_ADDRESSES} addresses", "/ips")
    return tuple(found)


def parse_sni(text: str) -> str:
    """The host name that clients without SNI are answered for. Raises CloudflareError."""
    try:
        return host_name(text)
    except DomainNameError as error:
        message = f"default_sni must be a zone or subdomain of the account: {error}"
        raise CloudflareError(400, BAD_SNI, message, "/default_sni") from None


def check_editable(record: AddressMap) -> None:
    """Raises CloudflareError for a map that is immutable."""
    if not record.can_be_edited:
        raise CloudflareError(
            403,
            MANAGED,
            f"Address map {record.id} is immutable: it is the fallback of an account that may not use "
            "Cloudflare's addresses. Create a map of its own for the zones that need other addresses.",
        )


def check_addresses_editable(record: AddressMap) -> None:
    """Raises CloudflareError for a map whose addresses Cloudflare decides."""
    check_editable(record)
    if not record.can_modify_ips:
        raise CloudflareError(
            403,
            MANAGED,
            f"can_modify_ips of address map {record.id} is false: its addresses are the leased static IPs.",
        )


def check_deletable(record: AddressMap) -> None:
    """Raises CloudflareError for a map that Cloudflare made, and for one that is enabled."""
    if not record.can_delete:
        instead = "disable it instead" if record.can_be_edited else "it is immutable"
        message = f"can_delete of address map {record.id} is false: Cloudflare made it; {instead}"
        raise CloudflareError(403, MANAGED, message)
    if record.enabled:
        message = (
            f"Address map {record.id} is enabled: an Address Map must be disabled before it can be deleted"
        )
        raise CloudflareError(400, ENABLED, f"{message}; set enabled to false first")
