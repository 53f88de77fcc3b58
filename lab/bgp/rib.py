"""Routes as a speaker holds them, and the read-only view of its RIBs that observers work on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lab.bgp.aspa import AspaState, AspaVerdict
from lab.bgp.attributes import Attributes
from lab.bgp.events import Rejection
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovState

Preference = tuple[int, int, int, int, int, int, int, str]
"""The decision process as a key, the lower the better: see lab.bgp.decision."""


class Route(NamedTuple):
    """One route of an Adj-RIB-In, or an own route (`neighbor` "" and relationship None).

    `attributes` are those received. `rejection` marks a route the import policy made ineligible. `discard`:
    packets to it are dropped here (BLACKHOLE, RFC 7999). For an own route `attributes.as_path` is what
    follows the own ASN (empty unless forged or prepended).
    """

    neighbor: str
    relationship: Relationship | None
    attributes: Attributes
    local_pref: int
    rov: RovState
    rejection: Rejection | None = None
    discard: bool = False
    preference: Preference = (0, 0, 0, 0, 0, 0, 0, "")

    @property
    def is_own(self) -> bool:
        """Whether this speaker originates the route."""
        return not self.neighbor

    @property
    def eligible(self) -> bool:
        """Whether the decision process may choose it."""
        return self.rejection is None


@dataclass(frozen=True, slots=True)
class RouterView:
    """A snapshot of one speaker's RIBs.

    `best` is the Loc-RIB. `adj_in` holds, by prefix, all routes received and the own ones, rejected ones
    included, best first. `aspa` has the path verification state of each of them, in the same order, under the
    ASPAs this speaker has; None for its own routes. A collector judges no path, and its `aspa` is empty.
    """

    name: str
    asn: int
    best: Mapping[Prefix, Route]
    adj_in: Mapping[Prefix, tuple[Route, ...]]
    aspa: Mapping[Prefix, tuple[AspaState | None, ...]] = field(default_factory=dict)

    def paths(self) -> Iterator[tuple[Prefix, tuple[int, ...]]]:
        """Each prefix with its best AS path, in order of prefix."""
        for prefix in sorted(self.best):
            yield prefix, self.best[prefix].attributes.as_path

    def origin(self, route: Route) -> int:
        """The AS that originates a route held here: this one, if it is its own."""
        return route.attributes.as_path[-1] if route.attributes.as_path else self.asn

    def aspa_state(self, prefix: Prefix, route: Route) -> AspaState | None:
        """The path verification state of a route held here; None where its path is not judged."""
        states = self.aspa.get(prefix, ())
        held = self.adj_in.get(prefix, ()) if states else ()
        return next((state for each, state in zip(held, states, strict=True) if each == route), None)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why `at` uses the route it uses to `prefix`: every candidate, best first, with its own reason.

    `aspa` has the path verification verdict of each candidate, in the same order; None where there is nothing
    to explain: for an own route, at a collector, and where there are no ASPAs.
    """

    at: str
    prefix: Prefix
    candidates: tuple[tuple[Route, str], ...]
    best: Route | None
    aspa: tuple[AspaVerdict | None, ...] = ()
