"""Route origin validation (RFC 6811): VRPs, the verdict on a route, and the reasons for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from lab.bgp.prefix import WIDTH, Prefix

MOST_REMEMBERED: Final = 100_000
"""How many verdicts a table remembers: beyond that it forgets them all, since it is not told which routes
are gone."""


class RovState(Enum):
    """RFC 6811 section 2."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not-found"


class RovMode(Enum):
    """What a speaker does with origin validation."""

    OFF = "off"
    PREFER_VALID = "prefer-valid"
    DROP = "drop"


class Vrp(NamedTuple):
    """A validated ROA payload. `asn` 0 disavows: it covers and never matches. `ta` names the trust anchor."""

    prefix: Prefix
    max_length: int
    asn: int
    ta: str = ""

    def __str__(self) -> str:
        longer = f"-{self.max_length}" if self.max_length > self.prefix.length else ""
        return f"{self.prefix}{longer} AS{self.asn}"


@dataclass(frozen=True, slots=True)
class RovVerdict:
    """A state and every covering VRP with why it matched or not, as text for people."""

    prefix: Prefix
    origin: int | None
    state: RovState
    covering: tuple[tuple[Vrp, str], ...]

    def __str__(self) -> str:
        if not self.covering:
            return f"{self.state.value}: no VRP covers {self.prefix}"
        return f"{self.state.value}: " + "; ".join(f"{vrp}: {why}" for vrp, why in self.covering)


class VrpTable:
    """An immutable set of VRPs, indexed for RFC 6811 look-ups (one dict probe per prefix length in use).

    Raises ValueError for a VRP that cannot be: its maxLength or its ASN is out of range.
    """

    def __init__(self, vrps: Iterable[Vrp] = ()) -> None:
        self.vrps: frozenset[Vrp] = frozenset(vrps)
        for vrp in self.vrps:
            width = WIDTH[vrp.prefix.version]
            if not vrp.prefix.length <= vrp.max_length <= width:
                raise ValueError(
                    f"a ROA for {vrp.prefix} has a maxLength from {vrp.prefix.length} to {width}, "
                    f"not {vrp.max_length}"
                )
            if not 0 <= vrp.asn <= 0xFFFFFFFF:
                raise ValueError(f"the ROA for {vrp.prefix} names AS{vrp.asn}; an ASN has 32 bits")
        self._by_prefix: dict[Prefix, list[Vrp]] = defaultdict(list)
        lengths: dict[int, set[int]] = {4: set(), 6: set()}
        for vrp in sorted(self.vrps):
            self._by_prefix[vrp.prefix].append(vrp)
            lengths[vrp.prefix.version].add(vrp.prefix.length)
        self._lengths = {version: sorted(found) for version, found in lengths.items()}
        self._cache: dict[tuple[Prefix, int | None], RovState] = {}

    def __len__(self) -> int:
        return len(self.vrps)

    def __iter__(self) -> Iterator[Vrp]:
        return iter(sorted(self.vrps))

    def covering(self, prefix: Prefix) -> list[Vrp]:
        """The VRPs whose prefix covers `prefix`, least specific first."""
        found: list[Vrp] = []
        for length in self._lengths[prefix.version]:
            if length > prefix.length:
                break
            found += self._by_prefix.get(prefix.supernet(length), ())
        return found

    def validate(self, prefix: Prefix, origin: int | None) -> RovState:
        """The state of a route to `prefix` whose path ends in `origin` (None: no single origin AS)."""
        state = self._cache.get((prefix, origin))
        if state is None:
            covering = self.covering(prefix)
            if not covering:
                state = RovState.NOT_FOUND
            elif any(_matches(vrp, prefix, origin) for vrp in covering):
                state = RovState.VALID
            else:
                state = RovState.INVALID
            if len(self._cache) >= MOST_REMEMBERED:
                self._cache.clear()
            self._cache[prefix, origin] = state
        return state

    def authorises_origin(self, prefix: Prefix, origin: int) -> bool:
        """Whether a covering VRP names `origin`, whatever its maxLength, as a blackhole needs (RFC 7999)."""
        return origin != 0 and any(vrp.asn == origin for vrp in self.covering(prefix))

    def explain(self, prefix: Prefix, origin: int | None) -> RovVerdict:
        """The verdict with the reason for each covering VRP."""
        covering = tuple((vrp, _why(vrp, prefix, origin)) for vrp in self.covering(prefix))
        return RovVerdict(prefix, origin, self.validate(prefix, origin), covering)


def _matches(vrp: Vrp, prefix: Prefix, origin: int | None) -> bool:
    return vrp.asn == origin and vrp.asn != 0 and prefix.length <= vrp.max_length


def _why(vrp: Vrp, prefix: Prefix, origin: int | None) -> str:
    if _matches(vrp, prefix, origin):
        return "matches"
    failures = []
    if vrp.asn == 0:
        failures.append("AS 0 authorises nobody (RFC 6483 section 4)")
    elif origin is None:
        failures.append("the route has no single origin AS")
    elif vrp.asn != origin:
        failures.append(f"authorises AS{vrp.asn}, the origin is AS{origin}")
    if prefix.length > vrp.max_length:
        failures.append(f"/{prefix.length} is longer than maxLength {vrp.max_length}")
    return "; ".join(failures)
