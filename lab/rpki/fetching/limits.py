"""How much, how long and how often a relying party fetches, and the error when a fetch fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


class FetchError(Exception):
    """A fetch failed; the message is one sentence that says what was asked and what went wrong."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds on what strangers' servers may cost. Sizes are in bytes, times in seconds."""

    connect_seconds: float = 15
    """To look up a host; and for each of its addresses, to connect and agree on TLS."""
    idle_seconds: float = 30
    """Between two pieces of an answer."""
    server_seconds: float = 300
    """For all that is fetched from one server by one transport in a run."""
    redirects: int = 3
    notification_bytes: int = 8 * 1024 * 1024
    snapshot_bytes: int = 2 * 1024 * 1024 * 1024
    """One snapshot, or all deltas of one synchronisation together."""
    deltas: int = 300
    """Deltas to a synchronisation; beyond that the snapshot is cheaper."""
    object_bytes: int = 8 * 1024 * 1024
    repository_bytes: int = 1024 * 1024 * 1024
    """All objects of one server together."""
    repository_files: int = 500_000
    directory_depth: int = 16
    cache_seconds: float = 14 * 24 * 3600
    """How long a cache keeps what it could not fetch again: longer than manifests and CRLs are valid."""
    token_bytes: int = 64 * 1024
    """One tag, comment or other indivisible piece of XML."""


class Deadline:
    """A moment by which a fetch has ended, on a clock that only passes."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, 0 when it has passed."""
        return max(0.0, self._end - self._monotonic())

    def check(self, what: str) -> None:
        """Raise FetchError, about `what` was fetched, when the moment has passed."""
        if not self.remaining():
            raise FetchError(f"{what}: not done after {self.seconds:g} seconds")
