"""Where a Spectrum application takes its traffic: addresses with ports, or a name with a port."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Address, PrefixError
from lab.clouds.cloudflare.spectrum.ports import Ports, parse_ports

_ORIGIN: Final = re.compile(r"(tcp|udp)://(?:\[([^\]]+)\]|([^:\[\]]+)):([0-9-]+)")


@dataclass(frozen=True, slots=True)
class OriginName:
    """`kind` is the type of record that is looked up: A, AAAA, or "" for both. `ttl` is in seconds."""

    name: str
    kind: str = ""
    ttl: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a port of an origin."""

    address: Address
    port: int


def parse_origin(text: str) -> tuple[Address, Ports]:
    """An entry of `origin_direct`: `tcp://192.0.2.1:22` or `tcp://[2001:db8::1]:1000-2000`.

    Raises ValueError.
    """
    match = _ORIGIN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no origin: expected tcp://192.0.2.1:22 or tcp://[2001:db8::1]:22")
    try:
        address = Address.parse(match[2] or match[3])
    except PrefixError as error:
        raise ValueError(f"{text!r} is no origin: {error}") from None
    if (address.version == 6) != (match[2] is not None):
        raise ValueError(f"{text!r} is no origin: an IPv6 address, and no other, is in brackets")
    return address, parse_ports(match[4], match[1])


def origin_port(edge: Ports, origin: Ports, port: int) -> int:
    """The origin's port for a port of the edge: the one at the same place in the range."""
    return origin.first + (port - edge.first if origin.count > 1 else 0)
