"""Bounds on a validation run, and how they are shared so that nobody can use up what others need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from lab.rpki.objects.errors import ObjectError

LIMIT: Final = "limit"
"""The check that an object fails for which there was no room."""
_MOST_PARTS: Final = 16
_ROUNDING: Final = 1e-6
_COUNTED: Final = ("points", "servers", "objects", "bytes", "vrps", "seconds", "fetch_seconds")


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    What is counted over the whole run is `points`, `servers` (a repository's module with its notification
    URI), `objects`, `bytes`, `vrps` (for an ASPA, its providers), `seconds` (of work) and `fetch_seconds` (of
    waiting for servers). Half of each is divided equally: between the trust anchors, and what a CA did not
    use itself between those that it certifies. That half nobody else can use up. The other half is for those
    that need more: first come, first served, but of what is left one CA and all below it get no more than one
    of as many parts as it and its siblings are, or of 16; a single one in any case.

    A fetch that has begun is waited for. What it takes too long is missing in the half that is not divided;
    when as much again is missing there, nothing is fetched any more.
    """

    trust_anchors: int = 64
    depth: int = 32
    trust_anchor_size: int = 256 * 1024
    object_size: int = 8 * 1024 * 1024
    objects_per_point: int = 250_000
    prefixes_per_roa: int = 10_000
    providers_per_aspa: int = 10_000
    points: int = 1_000_000
    servers: int = 10_000
    objects: int = 20_000_000
    bytes: int = 64 * 1024**3
    vrps: int = 20_000_000
    seconds: float = 3600.0
    fetch_seconds: float = 3600.0


@dataclass(slots=True)
class Share:
    """What one CA, `name` for people, and everything below it may still use of the limits.

    `depth` counts the CAs above it. `above` is the share of its issuer, None for that of all trust anchors,
    and `part` how much of what its issuer may have in common it may have. `own` is what nobody else can use.
    """

    limits: Limits
    clock: Callable[[], float]
    name: str
    depth: int
    above: Share | None
    part: float
    own: dict[str, float]
    drawn: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    since: float = 0.0

    @classmethod
    def of_all(cls, limits: Limits, clock: Callable[[], float]) -> Share:
        """The share of all trust anchors together."""
        own = {what: getattr(limits, what) / 2 for what in _COUNTED}
        return cls(limits, clock, "all trust anchors", 0, None, 1.0, own)

    def divided(self, names: Sequence[str]) -> list[Share]:
        """The shares of those that this one certifies. All that is its own goes to them."""
        count = len(names)
        own = {what: amount / max(count, 1) for what, amount in self.own.items()}
        part = 1 / min(max(count, 1), _MOST_PARTS)
        self.own = dict.fromkeys(_COUNTED, 0.0)
        return [Share(self.limits, self.clock, name, self.depth + 1, self, part, dict(own)) for name in names]

    def room(self, what: str) -> float:
        """How much more of something may be used."""
        return self.own[what] + max(0.0, self._common(what))

    def take(self, what: str, amount: float) -> None:
        """Use so much of something. Raises ObjectError if there is not so much left."""
        if amount > self.room(what) + _ROUNDING:
            raise self.refusal(what, amount)
        self._use(what, amount)

    def check(self, what: str) -> None:
        """Raises ObjectError if nothing is left of something."""
        if self.room(what) <= 0 or self._top().drawn[what] >= getattr(self.limits, what):
            raise self.refusal(what)

    def refusal(self, what: str, amount: float | None = None) -> ObjectError:
        """The error for so much more of something, or any more, which says whose share is too small."""
        shares = self._downwards()
        left = [share._common(what) for share in shares]
        wanted = min(left) if amount is None else amount - self.own[what]
        tight, common = next(
            (pair for pair in zip(shares, left, strict=True) if pair[1] <= wanted), (self, left[-1])
        )
        room = max(0.0, common) + (self.own[what] if tight is self else 0.0)
        more = "more" if amount is None else f"{amount:g}"
        message = f"{what}: {tight.name} and those below it have {room:g} left, and {more} would be needed"
        return ObjectError(LIMIT, message, "RFC 6480 section 6")

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Count the time that passes inside. Raises ObjectError if there is none left."""
        self.check(what)
        self.since = self.clock()
        try:
            yield
        finally:
            self._use(what, self.clock() - self.since)

    def deadline(self) -> float:
        """When, on the clock, the time of the work that is being timed is used up."""
        return self.since + self.room("seconds")

    def _use(self, what: str, amount: float) -> None:
        own = min(amount, self.own[what])
        self.own[what] -= own
        for share in self._downwards():
            share.drawn[what] += amount - own

    def _common(self, what: str) -> float:
        """What is left for this share of the half that is not divided."""
        drawn = self.drawn[what]
        if self.above is None:
            return float(getattr(self.limits, what)) / 2 - drawn
        for_all = self.above._common(what) + drawn
        return max(self.part * for_all, min(1.0, for_all)) - drawn

    def _downwards(self) -> list[Share]:
        shares: list[Share] = []
        share: Share | None = self
        while share is not None:
            shares.append(share)
            share = share.above
        return shares[::-1]

    def _top(self) -> Share:
        return self._downwards()[0]


def over_limit(what: str, seen: float, allowed: float) -> ObjectError:
    """The error for something that is more than this validator takes."""
    return ObjectError(LIMIT, f"{what}: {seen:g}, and at most {allowed:g} are accepted", "RFC 6480 section 6")
