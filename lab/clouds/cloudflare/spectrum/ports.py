"""Ports as Spectrum writes them: `tcp/22`, `tcp/1000-2000`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LAST_PORT: Final = 65535
_PROTOCOL: Final = re.compile(r"(tcp|udp)/([0-9-]+)")
_RANGE: Final = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports `first` to `last` of `transport` (`tcp` or `udp`)."""

    transport: str
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many ports it is."""
        return self.last - self.first + 1

    def has(self, transport: str, port: int) -> bool:
        """Whether a packet to this port is for it."""
        return transport == self.transport and self.first <= port <= self.last

    def shares(self, other: Ports) -> bool:
        """Whether a port is of both."""
        return self.transport == other.transport and self.first <= other.last and other.first <= self.last


def parse_ports(text: str, transport: str) -> Ports:
    """The ports written as `22` or `1000-2000`. Raises ValueError."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no port: expected 22 or 1000-2000")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= LAST_PORT:
        raise ValueError(
            f"{text!r} is no port: expected 1 to {LAST_PORT}, and the lower one of a range first"
        )
    return Ports(transport, first, last)


def parse_protocol(text: str) -> Ports:
    """What `protocol` of an application says, such as `tcp/22`. Raises ValueError."""
    match = _PROTOCOL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no protocol: expected tcp/22, tcp/1000-2000 or udp/53")
    return parse_ports(match[2], match[1])
