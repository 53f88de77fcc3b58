"""How a publication server can fail on purpose."""

from __future__ import annotations

from enum import Enum


class Fault(Enum):
    """What clients of a failing server see, over HTTPS or over rsync."""

    CUT = "cut"
    """The connection ends before the answer does; rsync refuses the module."""
    NOT_FOUND = "not-found"
    """404 for every file; rsync knows no such module."""
    TOO_MANY_REQUESTS = "too-many-requests"
    """429 (RFC 6585 section 4); rsync says that too many clients are connected."""
    SLOW = "slow"
    """The answer trickles, a byte now and then; rsync is silent."""
