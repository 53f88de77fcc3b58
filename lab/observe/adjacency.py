"""What an AS path says about the topology: links that do not exist, and valleys (RFC 7908)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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

_LEAK_TYPES: Final = {
    (Relationship.PROVIDER, Relationship.PROVIDER): 1,
    (Relationship.PEER, Relationship.PEER): 2,
    (Relationship.PROVIDER, Relationship.PEER): 3,
    (Relationship.PEER, Relationship.PROVIDER): 4,
}


class FalseLink(NamedTuple):
    """Two ASes that follow each other in a path and are not connected; `left` is nearer to the collector."""

    left: int
    right: int


class Leak(NamedTuple):
    """AS `leaker` passed a route of `source` on to `target`; `type` is that of RFC 7908 section 3."""

    leaker: int
    source: int
    target: int
    type: int


def compress(path: tuple[int, ...]) -> tuple[int, ...]:
    """The path without consecutive repetitions, so without prepending."""
    return tuple(asn for index, asn in enumerate(path) if index == 0 or path[index - 1] != asn)


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

    def false_link(self, path: tuple[int, ...]) -> FalseLink | None:
        """The first pair in `path`, from the collector's side, that is not connected.

        All to its left was really passed on, so its left AS is where a forged path was sent from.
        """
        for left, right in pairwise(compress(path)):
            if (left, right) not in self._relationships:
                return FalseLink(left, right)
        return None

    def leaks(self, path: tuple[int, ...]) -> Iterator[Leak]:
        """Each AS in `path` that passed a peer's or provider's route on to a peer or provider.

        Only as far as the path is true: what follows a false link nobody ever passed on.
        """
        hops = compress(path)
        for target, leaker, source in zip(hops, hops[1:], hops[2:], strict=False):
            learned_from = self.relationship(leaker, source)
            sent_to = self.relationship(leaker, target)
            if learned_from is None or sent_to is None:
                return
            if (kind := _LEAK_TYPES.get((learned_from, sent_to))) is not None:
                yield Leak(leaker, source, target, kind)
