"""AS path verification with ASPAs (draft-ietf-sidrops-aspa-verification): the verdict on a path, and why.

An AS_SET would make a path invalid (section 5.4). None gets here: they are refused where a route enters the
lab (RFC 9774).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from lab.bgp.relationship import Relationship

_MAX_ASN: Final = 0xFFFFFFFF
MOST_REMEMBERED: Final = 100_000
"""How many verdicts a table remembers: beyond that it forgets them all, since it is not told which routes
are gone."""


class AspaMode(Enum):
    """What a speaker does with paths that ASPAs contradict."""

    OFF = "off"
    DROP = "drop"


class AspaState(Enum):
    """Path verification state."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


class Hop(Enum):
    """Whether an AS authorises the next one as its provider (section 5.2, "hop authorization")."""

    PROVIDER = "provider"
    NOT_PROVIDER = "not-provider"
    NO_ATTESTATION = "no-attestation"


class Direction(Enum):
    """Which of the two procedures fits the session over which a route came."""

    UPSTREAM = "upstream"
    """From a customer, a peer, an RS client or a route server: up from customer to provider (section 5.4)."""
    DOWNSTREAM = "downstream"
    """From a provider: up, at most once across, and down (section 5.5)."""

    __hash__ = object.__hash__  # Enum hashes the name in Python; the cache looks a direction up

    @staticmethod
    def of(relationship: Relationship | None) -> Direction | None:
        """The direction of routes from a neighbour, None for own routes and for what a collector is sent:
        a collector is nobody's customer, peer or provider."""
        return None if relationship is None else _DIRECTIONS.get(relationship)


_DIRECTIONS: Final = {
    Relationship.CUSTOMER: Direction.UPSTREAM,
    Relationship.PEER: Direction.UPSTREAM,
    Relationship.RS_CLIENT: Direction.UPSTREAM,
    Relationship.ROUTE_SERVER: Direction.UPSTREAM,
    Relationship.PROVIDER: Direction.DOWNSTREAM,
}


class Aspa(NamedTuple):
    """A validated ASPA payload: `customer` has no other providers than `providers`, ascending.

    Provider 0 alone says that there are none. `ta` names the trust anchor.
    """

    customer: int
    providers: tuple[int, ...]
    ta: str = ""

    def problem(self) -> str:
        """Why there can be no such payload, as text for people; empty if there can."""
        who = f"the ASPA of AS{self.customer}"
        if not 1 <= self.customer <= _MAX_ASN:
            return f"an ASPA's customer is an AS from 1 to {_MAX_ASN}, not {self.customer}"
        if not self.providers:
            return f"{who} names nobody; provider 0 says that there are no providers"
        for provider in self.providers:
            if not 0 <= provider <= _MAX_ASN:
                return f"{who} names AS{provider}; an ASN has 32 bits"
        if self.customer in self.providers:
            return f"{who} names AS{self.customer} itself as a provider"
        return ""

    def __str__(self) -> str:
        return f"AS{self.customer}: {_listed(self.providers)}"


def merged_providers(aspas: Iterable[Aspa]) -> dict[int, frozenset[int]]:
    """The providers of each customer, ascending by customer: what all of its ASPAs say together
    (draft-ietf-sidrops-aspa-verification section 3). Provider 0 stays only where it is the only one."""
    merged: dict[int, set[int]] = defaultdict(set)
    for aspa in aspas:
        merged[aspa.customer].update(aspa.providers)
    return {customer: frozenset(merged[customer] - {0} or merged[customer]) for customer in sorted(merged)}


@dataclass(frozen=True, slots=True)
class AspaVerdict:
    """A state and why, as text for people. `path` has no repetitions; the neighbour is first."""

    state: AspaState
    direction: Direction
    path: tuple[int, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.state.value}: {self.reason}"


class AspaTable:
    """An immutable set of ASPAs; several of one customer count as one that names all their providers.

    Raises ValueError for an ASPA that cannot be (`Aspa.problem`).
    """

    def __init__(self, aspas: Iterable[Aspa] = ()) -> None:
        self.aspas: frozenset[Aspa] = frozenset(aspas)
        for aspa in self.aspas:
            if problem := aspa.problem():
                raise ValueError(problem)
        self._providers = {
            customer: providers - {0} for customer, providers in merged_providers(self.aspas).items()
        }
        self._cache: dict[tuple[tuple[int, ...], Direction], AspaState] = {}

    def __len__(self) -> int:
        return len(self.aspas)

    def __iter__(self) -> Iterator[Aspa]:
        return iter(sorted(self.aspas))

    def providers(self, customer: int) -> frozenset[int] | None:
        """Whom an AS authorises as its providers, empty for nobody; None where it has no ASPA."""
        return self._providers.get(customer)

    def hop(self, customer: int, provider: int) -> Hop:
        """Whether `customer` authorises `provider`."""
        providers = self._providers.get(customer)
        if providers is None:
            return Hop.NO_ATTESTATION
        return Hop.PROVIDER if provider in providers else Hop.NOT_PROVIDER

    def verify(self, path: tuple[int, ...], direction: Direction) -> AspaState:
        """The state of an AS path, neighbour first, origin last. That it begins with the neighbour's AS,
        where that is no transparent route server, is the caller's to check."""
        state = self._cache.get((path, direction))
        if state is None:
            if len(self._cache) >= MOST_REMEMBERED:
                self._cache.clear()
            state = self._cache[path, direction] = _Climb(self, path, direction).state
        return state

    def explain(self, path: tuple[int, ...], direction: Direction) -> AspaVerdict:
        """The verdict with its reason."""
        climb = _Climb(self, path, direction)
        return AspaVerdict(climb.state, direction, climb.path, climb.reason())


class _Climb:
    """One path held against a table: how far it rises from the origin and falls to the neighbour.

    Ramps count ASes (section 5.3): up from the origin, down towards the neighbour; `most` as far as no ASPA
    contradicts, `least` as far as ASPAs attest.
    """

    def __init__(self, table: AspaTable, path: tuple[int, ...], direction: Direction) -> None:
        self.table = table
        self.path = tuple(asn for index, asn in enumerate(path) if index == 0 or path[index - 1] != asn)
        self.rising = self.path[::-1]
        self.upstream = direction is Direction.UPSTREAM
        self.most_up, self.least_up = self._ramps(self.rising)
        self.most_down, self.least_down = (0, 0) if self.upstream else self._ramps(self.path)
        length = len(self.path)
        if not length or self.most_up + self.most_down < length:
            self.state = AspaState.INVALID
        elif self.least_up + self.least_down < length:
            self.state = AspaState.UNKNOWN
        else:
            self.state = AspaState.VALID

    def _ramps(self, hops: Sequence[int]) -> tuple[int, int]:
        """The longest and the shortest ramp that begins at the first AS of `hops`."""
        least = 0
        for index in range(len(hops) - 1):
            hop = self.table.hop(hops[index], hops[index + 1])
            if hop is Hop.NOT_PROVIDER:
                return index + 1, least or index + 1
            if hop is Hop.NO_ATTESTATION:
                least = least or index + 1
        return len(hops), least or len(hops)

    def reason(self) -> str:
        """Why the state is what it is, naming the hop that decides."""
        if not self.path:
            return "the AS path is empty"
        if len(self.path) == 1:
            return f"AS{self.path[0]}, the neighbour, originates it"
        if self.upstream:
            return self._upstream_reason()
        return self._downstream_reason()

    def _upstream_reason(self) -> str:
        rule = "a route that no provider sent must have come up from customer to provider all the way"
        if self.state is AspaState.VALID:
            return f"from AS{self.rising[0]} up to AS{self.rising[-1]} each AS names the next as a provider"
        length = self.most_up if self.state is AspaState.INVALID else self.least_up
        return f"{self._end_of(self.rising, length)}; {rule}"

    def _downstream_reason(self) -> str:
        if self.state is AspaState.VALID:
            return self._shape()
        invalid = self.state is AspaState.INVALID
        up, down = (self.most_up, self.most_down) if invalid else (self.least_up, self.least_down)
        top, fall = self.rising[up - 1], self.path[down - 1]
        sure = "" if invalid else "for certain "
        between = "is a route leak or a forgery" if invalid else "may be a route leak"
        return (
            f"the path goes up {sure}only to AS{top} ({self._end_of(self.rising, up)}) and comes down {sure}"
            f"only from AS{fall} ({self._end_of(self.path, down)}); what lies between {between}"
        )

    def _shape(self) -> str:
        """A valid path as it rises and falls: its apex is an AS, or a hop that needs no ASPA."""
        origin, neighbor = self.path[-1], self.path[0]
        if self.least_up == len(self.path):
            return f"up from AS{origin} to AS{neighbor} all the way"
        if self.least_down == len(self.path):
            return f"down from AS{origin} to AS{neighbor} all the way"
        top = self.rising[self.least_up - 1]
        rise = "" if top == origin else f"up from AS{origin} to AS{top}, "
        if self.least_up + self.least_down > len(self.path):
            return f"{rise}its apex, and down to AS{neighbor}"
        other = self.rising[self.least_up]
        fall = "" if other == neighbor else f", down to AS{neighbor}"
        return f"{rise}one hop from AS{top} to AS{other}, as between peers{fall}"

    def _end_of(self, hops: Sequence[int], length: int) -> str:
        """What ends a ramp of `length` ASes."""
        customer, other = hops[length - 1], hops[length]
        providers = self.table.providers(customer)
        if providers is None:
            return f"AS{customer} has no ASPA that tells whether AS{other} is its provider"
        return f"AS{customer}'s ASPA does not name AS{other}: its providers are {_listed(sorted(providers))}"


def _listed(providers: Iterable[int]) -> str:
    return ", ".join(f"AS{asn}" for asn in providers if asn) or "nobody"
