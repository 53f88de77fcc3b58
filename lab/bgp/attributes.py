"""Path attributes (RFC 4271 section 5) and the well-known communities the lab acts on."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, NamedTuple

NO_EXPORT: Final = 0xFFFFFF01
NO_ADVERTISE: Final = 0xFFFFFF02
BLACKHOLE: Final = 0xFFFF029A
GRACEFUL_SHUTDOWN: Final = 0xFFFF0000

WELL_KNOWN: Final = {
    "no-export": NO_EXPORT,  # RFC 1997
    "no-advertise": NO_ADVERTISE,  # RFC 1997
    "blackhole": BLACKHOLE,  # RFC 7999
    "graceful-shutdown": GRACEFUL_SHUTDOWN,  # RFC 8326
}
_NAMES: Final = {value: name for name, value in WELL_KNOWN.items()}
_STANDARD: Final = re.compile(r"([0-9]{1,5}):([0-9]{1,5})", re.ASCII)
_LARGE: Final = re.compile(r"([0-9]{1,10}):([0-9]{1,10}):([0-9]{1,10})", re.ASCII)

LargeCommunity = tuple[int, int, int]


class Origin(IntEnum):
    """ORIGIN (RFC 4271 section 5.1.1); lower is preferred."""

    IGP = 0
    EGP = 1
    INCOMPLETE = 2


class Attributes(NamedTuple):
    """The path attributes of a route as it crosses an eBGP session.

    `as_path` is one AS_SEQUENCE, the neighbour first and the origin last; AS_SETs are refused where a route
    enters the lab (RFC 9774). Standard communities are 32-bit integers. `otc` is Only-to-Customer (RFC 9234).
    LOCAL_PREF never crosses an eBGP session and so is no member; NEXT_HOP is the sender.
    """

    as_path: tuple[int, ...] = ()
    origin: Origin = Origin.IGP
    med: int | None = None
    communities: tuple[int, ...] = ()
    large_communities: tuple[LargeCommunity, ...] = ()
    otc: int | None = None


def parse_community(text: str) -> int | LargeCommunity:
    """A community from `64500:100`, `64500:1:2` (large, RFC 8092) or a well-known name. Raises ValueError."""
    if text in WELL_KNOWN:
        return WELL_KNOWN[text]
    if match := _STANDARD.fullmatch(text):
        high, low = int(match[1]), int(match[2])
        if high <= 0xFFFF and low <= 0xFFFF:
            return high << 16 | low
    if match := _LARGE.fullmatch(text):
        a, b, c = (int(part) for part in match.groups())
        if max(a, b, c) <= 0xFFFFFFFF:
            return a, b, c
    raise ValueError(
        f"{text!r} is not a community; expected ASN:VALUE, ASN:X:Y or one of {', '.join(WELL_KNOWN)}"
    )


def community_text(community: int | LargeCommunity) -> str:
    """A community as people write it: a well-known name, `64500:100`, or `64500:1:2`."""
    if isinstance(community, tuple):
        return ":".join(map(str, community))
    return _NAMES.get(community) or f"{community >> 16}:{community & 0xFFFF}"
