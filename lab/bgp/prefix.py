"""IP prefixes as plain integers, for code that runs once per route and neighbour.

A `Prefix` is a named tuple of integers, so hashing and comparing it costs no Python call.
"""

from __future__ import annotations

import socket
from functools import lru_cache
from typing import Final, NamedTuple

WIDTH: Final = {4: 32, 6: 128}
"""Bits of an address, by IP version."""


class PrefixError(ValueError):
    """A text is not an IP prefix; the message says what is wrong and, where it can, what was meant."""


class Prefix(NamedTuple):
    """An IP prefix: `version` 4 or 6, `value` the network address as an integer, `length` in bits.

    Ordering is by version, then address, then length: a covering prefix sorts before what it covers.
    """

    version: int
    value: int
    length: int

    @classmethod
    def parse(cls, text: str) -> Prefix:
        """The prefix written as `203.0.113.0/24` or `2001:db8::/32`; a bare address is a host prefix.

        Raises PrefixError for anything else, host bits set included (the message names the network).
        """
        return _parse(text)

    def __str__(self) -> str:
        return _format(self)

    @property
    def network(self) -> str:
        """The network address as text, without the length."""
        return address_text(self.version, self.value)

    def covers(self, other: Prefix) -> bool:
        """Whether `other` is this prefix or a more specific one of it."""
        return (
            self.version == other.version
            and self.length <= other.length
            and (other.value ^ self.value) >> (WIDTH[self.version] - self.length) == 0
        )

    def supernet(self, length: int) -> Prefix:
        """The covering prefix of this `length` (which must not exceed this prefix's own)."""
        shift = WIDTH[self.version] - length
        return Prefix(self.version, self.value >> shift << shift, length)


class Address(NamedTuple):
    """An IP address: `version` 4 or 6 and its `value` as an integer."""

    version: int
    value: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address written as `203.0.113.9` or `2001:db8::1`. Raises PrefixError for anything else."""
        prefix = _parse(text)
        if "/" in text:
            raise PrefixError(f"{text!r} is a prefix; an address has no length")
        return cls(prefix.version, prefix.value)

    def __str__(self) -> str:
        return address_text(self.version, self.value)

    @property
    def host(self) -> Prefix:
        """The host prefix (/32 or /128) of this address."""
        return Prefix(self.version, self.value, WIDTH[self.version])


def address_text(version: int, value: int) -> str:
    """An address as text (RFC 5952 for IPv6)."""
    if version == 4:
        return socket.inet_ntop(socket.AF_INET, value.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, value.to_bytes(16, "big"))


@lru_cache(maxsize=65536)
def _format(prefix: Prefix) -> str:
    return f"{address_text(prefix.version, prefix.value)}/{prefix.length}"


@lru_cache(maxsize=65536)
def _parse(text: str) -> Prefix:
    address, slash, length_text = text.partition("/")
    version, family = (6, socket.AF_INET6) if ":" in address else (4, socket.AF_INET)
    try:
        value = int.from_bytes(socket.inet_pton(family, address), "big")
    except (OSError, ValueError):
        raise PrefixError(f"{text!r} is not an IP prefix; expected for example 203.0.113.0/24") from None
    width = WIDTH[version]
    if not slash:
        return Prefix(version, value, width)
    if not (length_text.isascii() and length_text.isdigit()) or (
        len(length_text) > 1 and length_text[0] == "0"
    ):
        raise PrefixError(f"{text!r} has no usable length; expected /0 to /{width}")
    length = int(length_text) if len(length_text) <= 3 else width + 1
    if length > width:
        raise PrefixError(f"{text!r} is longer than an IPv{version} address; expected /0 to /{width}")
    network = Prefix(version, value, length).supernet(length)
    if network.value != value:
        raise PrefixError(f"{text!r} has host bits set; did you mean {network}?")
    return network
