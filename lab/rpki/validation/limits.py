"""Bounds on a validation run, and how they are shared so that one CA cannot use up what others need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from lab.rpki.objects.errors import ObjectError

LIMIT: Final = "limit"
"""The check that an object fails for which there was no room."""
_SMALLEST_PART: Final = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    What is counted over the whole tree (`points`, `objects`, `bytes`, `vrps`, `seconds`) is what all trust
    anchors together may use. A trust anchor may use half of that, and each CA, with all below it, half of
    what its issuer may, but never less than a 64th of the whole.
    """

    trust_anchors: int = 64
    depth: int = 32
    trust_anchor_size: int = 256 * 1024
    object_size: int = 8 * 1024 * 1024
    objects_per_point: int = 250_000
    prefixes_per_roa: int = 10_000
    points: int = 1_000_000
    objects: int = 20_000_000
    bytes: int = 64 * 1024**3
    vrps: int = 20_000_000
    seconds: float = 3600.0


class Share:
    """What one CA and everything below it may still use of the limits."""

    def __init__(self, limits: Limits, clock: Callable[[], float], above: Share | None = None) -> None:
        self.limits = limits
        self.depth: int = 0 if above is None else above.depth + 1
        self._clock = clock
        self._above = above
        self._part = min(1 << self.depth, _SMALLEST_PART)
        self._since: float | None = None
        self._used = {"points": 0.0, "objects": 0.0, "bytes": 0.0, "vrps": 0.0, "seconds": 0.0}

    def below(self) -> Share:
        """The share of one that this one issues a certificate to."""
        return Share(self.limits, self._clock, self)

    def take(self, what: str, amount: float) -> None:
        """Use some of it, unless that is too much for this share or one above: raises ObjectError."""
        for share in self._upwards():
            share.check(what, amount)
        for share in self._upwards():
            share._used[what] += amount

    def check(self, what: str, amount: float) -> None:
        """Raises ObjectError if there is no room for so much more."""
        allowed = getattr(self.limits, what) / self._part
        if self._used[what] + amount > allowed:
            raise over_limit(f"{what} of this CA and those below it", self._used[what] + amount, allowed)

    def check_time(self) -> None:
        """Raises ObjectError if this share's time, or that of one above, is used up."""
        passed = 0.0 if self._since is None else self._clock() - self._since
        for share in self._upwards():
            share.check("seconds", passed)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time that passes inside."""
        self._since = self._clock()
        try:
            yield
        finally:
            passed = self._clock() - self._since
            self._since = None
            for share in self._upwards():
                share._used["seconds"] += passed

    def _upwards(self) -> Iterator[Share]:
        share: Share | None = self
        while share is not None:
            yield share
            share = share._above


def over_limit(what: str, seen: float, allowed: float) -> ObjectError:
    """The error for something that is more than this validator takes."""
    return ObjectError(LIMIT, f"{what}: {seen:g}, and at most {allowed:g} are accepted", "RFC 6480 section 6")
