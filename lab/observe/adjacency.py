"""What an AS path says about the topology: how far it is true, and where its valleys are (RFC 7908)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise, permutations
from typing import Final, NamedTuple

from lab.bgp.relationship import Relationship
from lab.topology.model import LinkKind, Topology

LEAK_NAMES: Final = {
    1: "hairpin turn: a provider's route to another provider",
    2: "lateral leak: a peer's route to another peer",
    3: "a provider's route to a peer",
    4: "a peer's route to a provider",
}
"""The route leaks of RFC 7908 section 3 that a path shows, by type."""

_LEAK_TYPES: Final[Mapping[tuple[Relationship | None, Relationship | None], int]] = {
    (Relationship.PROVIDER, Relationship.PROVIDER): 1,
    (Relationship.PEER, Relationship.PEER): 2,
    (Relationship.PROVIDER, Relationship.PEER): 3,
    (Relationship.PEER, Relationship.PROVIDER): 4,
}


class Leak(NamedTuple):
    """AS `leaker` passed a route of `source` on to `target`; `type` is that of RFC 7908 section 3."""

    leaker: int
    source: int
    target: int
    type: int


def compress(path: tuple[int, ...]) -> tuple[int, ...]:
    """The path without consecutive repetitions, so without prepending."""
    return tuple(asn for index, asn in enumerate(path) if index == 0 or path[index - 1] != asn)


def without_poisoning(path: tuple[int, ...]) -> tuple[int, ...]:
    """The path without prepending, and without all that stands between two occurrences of an AS.

    No AS accepts a route with its own ASN in the path (RFC 4271 section 9.1.2), so it wrote that itself.
    """
    hops: list[int] = []
    while path:
        hops.append(path[0])
        last = len(path) - path[::-1].index(path[0])
        path = path[last:]
    return tuple(hops)


class Adjacency:
    """Which ASes of a topology are neighbours, and what they are to each other.

    Clients of one route server are peers: it is transparent (RFC 7947) and its ASN is in no path. Speakers
    share ASNs, so two ASes may have several relationships; a route is then judged by the most permissive.
    """

    def __init__(self, topology: Topology) -> None:
        self._relationships: dict[tuple[int, int], set[Relationship]] = defaultdict(set)
        clients: dict[str, set[int]] = defaultdict(set)
        asn = {name: speaker.asn for name, speaker in topology.speakers.items()}
        for link in topology.links:
            if link.kind is LinkKind.ROUTE_SERVER:
                clients[link.a].add(asn[link.b])
            elif link.kind is not LinkKind.COLLECTING:
                for name in (link.a, link.b):
                    pair = asn[name], asn[link.other(name)]
                    self._relationships[pair].add(link.relationship_from(name))
        for members in clients.values():
            for pair in permutations(members, 2):
                self._relationships[pair].add(Relationship.PEER)

    def relationship(self, asn: int, other: int) -> Relationship | None:
        """What AS `other` is to AS `asn`: a customer if it is that anywhere, else peer, else provider."""
        found = self._relationships.get((asn, other), set())
        for relationship in (Relationship.CUSTOMER, Relationship.PEER, Relationship.PROVIDER):
            if relationship in found:
                return relationship
        return None

    def passed_on(self, path: tuple[int, ...]) -> tuple[int, ...]:
        """The ASes that a route really passed, from the collector's side to the one that sent it.

        Two ASes that are not connected passed nothing on: a forged path was sent by the left one of them.
        """
        hops = without_poisoning(path)
        for index, pair in enumerate(pairwise(hops), 1):
            if pair not in self._relationships:
                return hops[:index]
        return hops

    def leaks(self, hops: tuple[int, ...]) -> Iterator[Leak]:
        """Each AS in `hops` (of `passed_on`) that gave a peer's or provider's route to a peer or provider."""
        for target, leaker, source in zip(hops, hops[1:], hops[2:], strict=False):
            way = self.relationship(leaker, source), self.relationship(leaker, target)
            if (kind := _LEAK_TYPES.get(way)) is not None:
                yield Leak(leaker, source, target, kind)
