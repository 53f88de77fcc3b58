"""Who is drawn above whom: rows by the customer-provider relation, and the order within each row.

The drawing is layered after Sugiyama: a link that passes rows gets a place in each of them, so that it never
runs through a speaker's box. Everything is deterministic: ties go by the order of the file.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

import networkx as nx

from lab.topology.model import Link, LinkKind, Topology

Place = tuple[str, ...]
"""What stands in a row: a speaker as `(name,)`, or a link on its way through as `(a, b, row)`."""

Ends = tuple[str, str]
"""A link by the names of its two ends, `a` and `b`."""

_SWEEPS = 12
_ALONG_THE_ROW = 3
"""How many crossings it is worth to have one speaker less between two that are linked in a row."""


@dataclass(frozen=True)
class Layers:
    """`rows` from the top, each from left to right. `routes` has the places of each link, upper end first.

    A route within one row has its two ends only.
    """

    rows: tuple[tuple[Place, ...], ...]
    routes: Mapping[Ends, tuple[Place, ...]]


def layers(topology: Topology) -> Layers:
    """The rows of a topology without its collector: providers above customers, peers level if they can be."""
    links = [link for link in topology.links if link.kind is not LinkKind.COLLECTING]
    row_of = _rows(topology, links)
    rows: list[list[Place]] = [[] for _ in range(max(row_of.values(), default=-1) + 1)]
    for name, row in row_of.items():
        rows[row].append((name,))
    routes: dict[Ends, tuple[Place, ...]] = {}
    for link in links:
        upper, lower = sorted((link.a, link.b), key=lambda name: (row_of[name], name))
        between = [(link.a, link.b, str(row)) for row in range(row_of[upper] + 1, row_of[lower])]
        for place in between:
            rows[int(place[2])].append(place)
        routes[link.a, link.b] = ((upper,), *between, (lower,))
    return Layers(tuple(map(tuple, _ordered(rows, routes.values()))), routes)


def _rows(topology: Topology, links: Sequence[Link]) -> dict[str, int]:
    """The row of each speaker, 0 on top: below all its providers; a route server below its highest client."""
    servers = {link.a for link in links if link.kind is LinkKind.ROUTE_SERVER}
    names = [speaker.name for speaker in topology.routers() if speaker.name not in servers]
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from((link.b, link.a) for link in links if link.kind is LinkKind.TRANSIT)
    group_of = _groups(graph, [(link.a, link.b) for link in links if link.kind is LinkKind.PEERING])
    above: nx.DiGraph[str] = nx.DiGraph()
    above.add_nodes_from(group_of[name] for name in names)
    above.add_edges_from((group_of[a], group_of[b]) for a, b in graph.edges if group_of[a] != group_of[b])
    depth: dict[str, int] = {}
    for group in nx.topological_sort(above):
        depth[group] = max((depth[upper] + 1 for upper in above.predecessors(group)), default=0)
    # Route servers get the rows in between, which vanish where there is none.
    found = {name: 2 * depth[group_of[name]] for name in names}
    for server in sorted(servers):
        clients = [link.b for link in topology.links_of[server] if link.kind is LinkKind.ROUTE_SERVER]
        found[server] = min(found.get(client, 0) for client in clients) + 1
    in_use = {row: number for number, row in enumerate(sorted(set(found.values())))}
    return {speaker.name: in_use[found[speaker.name]] for speaker in topology.routers()}


def _groups(graph: nx.DiGraph[str], peerings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The speakers that share a row, each with one that stands for all: providers of each other and peers.

    A peering is left out where the two would then be above themselves.
    """
    group_of = {}
    for component in nx.strongly_connected_components(graph):
        group_of.update(dict.fromkeys(component, min(component)))
    above: nx.DiGraph[str] = nx.DiGraph()
    above.add_nodes_from(sorted(set(group_of.values())))
    above.add_edges_from((group_of[a], group_of[b]) for a, b in graph.edges if group_of[a] != group_of[b])
    for a, b in peerings:
        if a not in group_of or b not in group_of:
            continue  # a route server's
        kept, gone = group_of[a], group_of[b]
        if kept == gone or nx.has_path(above, kept, gone) or nx.has_path(above, gone, kept):
            continue
        above.add_edges_from((upper, kept) for upper in list(above.predecessors(gone)))
        above.add_edges_from((kept, lower) for lower in list(above.successors(gone)))
        above.remove_node(gone)
        group_of = {name: kept if group == gone else group for name, group in group_of.items()}
    return group_of


class _Order:
    """The order within each row while it is being improved."""

    def __init__(self, rows: Sequence[Sequence[Place]], routes: Iterable[Sequence[Place]]) -> None:
        self.rows = [list(row) for row in rows]
        self.row_of = {place: number for number, row in enumerate(rows) for place in row}
        self.neighbors: dict[Place, list[Place]] = {place: [] for place in self.row_of}
        for route in routes:
            for upper, lower in pairwise(route):
                self.neighbors[upper].append(lower)
                self.neighbors[lower].append(upper)
        self.index = {place: i for row in self.rows for i, place in enumerate(row)}

    def set_row(self, number: int, row: list[Place]) -> None:
        self.rows[number] = row
        self.index.update((place, i) for i, place in enumerate(row))

    def beside(self, place: Place, step: int) -> list[int]:
        """Where the neighbours of a place are in the row `step` further down, as indices in order."""
        row = self.row_of[place] + step
        return sorted(self.index[other] for other in self.neighbors[place] if self.row_of[other] == row)

    def cost(self) -> int:
        """Crossings between rows, and what stands between those that are linked in a row."""
        crossings = 0
        for row in self.rows:
            seen: list[int] = []
            for place in row:
                ends = self.beside(place, 1)
                crossings += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
                for end in ends:
                    insort(seen, end)
        spans = sum(
            abs(self.index[place] - other) - 1 for place in self.row_of for other in self.beside(place, 0)
        )
        return crossings + _ALONG_THE_ROW * spans // 2

    def sweep(self, numbers: Iterable[int], step: int) -> None:
        """Sort each row by where its neighbours are in the row `step` from it."""
        for number in numbers:
            if 0 <= number + step < len(self.rows):
                keys = {place: self._wanted(place, step) for place in self.rows[number]}
                self.set_row(number, sorted(self.rows[number], key=keys.__getitem__))

    def _wanted(self, place: Place, step: int) -> float:
        width = len(self.rows[self.row_of[place]])
        other_width = len(self.rows[self.row_of[place] + step])
        beside = [(end + 0.5) / other_width for end in self.beside(place, step)]
        return fmean(beside) if beside else (self.index[place] + 0.5) / width

    def swap_neighbors(self) -> bool:
        """Swap two that stand side by side wherever it helps; whether it did anywhere."""
        helped = False
        for number, row in enumerate(self.rows):
            for i in range(len(row) - 1):
                if self._gain(row[i], row[i + 1]) > 0:
                    row[i], row[i + 1] = row[i + 1], row[i]
                    self.set_row(number, row)
                    helped = True
        return helped

    def _gain(self, left: Place, right: Place) -> int:
        """What is saved if `left` and `right`, side by side, change places."""
        gain = 0
        for step in (-1, 1):
            a, b = self.beside(left, step), self.beside(right, step)
            crossings = sum(x > y for x in a for y in b)
            gain += crossings - sum(y > x for x in a for y in b)
        i, j = self.index[left], self.index[right]
        for place, here, there in ((left, i, j), (right, j, i)):
            for end in self.beside(place, 0):
                if end not in (i, j):
                    gain += _ALONG_THE_ROW * (abs(end - here) - abs(end - there))
        return gain


def _ordered(rows: Sequence[Sequence[Place]], routes: Iterable[Sequence[Place]]) -> list[list[Place]]:
    """The rows with few crossings: barycentric sweeps, each refined by swaps, and the best of all kept."""
    order = _Order(rows, routes)
    best, best_cost = [list(row) for row in order.rows], order.cost()
    for number in range(_SWEEPS):
        downwards = number % 2 == 0
        numbers = range(len(order.rows)) if downwards else range(len(order.rows) - 1, -1, -1)
        order.sweep(numbers, -1 if downwards else 1)
        for _ in range(len(order.index)):
            if not order.swap_neighbors():
                break
        cost = order.cost()
        if cost < best_cost:
            best, best_cost = [list(row) for row in order.rows], cost
    return best
