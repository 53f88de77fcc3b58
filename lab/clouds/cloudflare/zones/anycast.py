"""Cloudflare's own addresses, which it answers with for what is proxied and no address map says otherwise."""

from __future__ import annotations

import random
from typing import Final

from lab.bgp.prefix import WIDTH, Address, Prefix
from lab.clouds.cloudflare.settings import CloudflareSettings

EACH: Final = 2
"""How many addresses of each family a name gets, if there is room."""


def own_addresses(settings: CloudflareSettings, name: str, version: int) -> tuple[Address, ...]:
    """Addresses for `name`, always the same ones: none that is leased to an account as a static IP."""
    leased = {address for account in settings.accounts.values() for address in account.static_ips}
    room = [prefix for prefix in settings.anycast if prefix.version == version]
    chance = random.Random(f"{settings.seed} {name} {version}")
    total = sum(_hosts(prefix) for prefix in room)
    found: list[Address] = []
    for start in [chance.randrange(total) for _ in range(EACH)] if total else ():
        # Among so many in a row one is free, if any is at all.
        for step in range(min(total, len(leased) + EACH)):
            address = _numbered(room, (start + step) % total)
            if address not in leased and address not in found:
                found.append(address)
                break
    return tuple(sorted(found))


def _hosts(prefix: Prefix) -> int:
    """How many addresses hosts can have: not the network's own, nor IPv4's broadcast address (RFC 1122)."""
    size = 1 << (WIDTH[prefix.version] - prefix.length)
    return size if size <= 2 else size - 2


def _first_host(prefix: Prefix) -> int:
    return int(WIDTH[prefix.version] - prefix.length > 1)


def _numbered(room: list[Prefix], number: int) -> Address:
    """The address of this number among those that hosts can have, from 0."""
    for prefix in room:
        hosts = _hosts(prefix)
        if number < hosts:
            return Address(prefix.version, prefix.value + number + _first_host(prefix))
        number -= hosts
    raise IndexError(number)
