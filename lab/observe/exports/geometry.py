"""Where everything in a drawing stands: boxes in their rows, and the curves of the links between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from lab.observe.exports.layers import Ends, Layers, Place

ROW_GAP: Final = 92.0
"""Between the boxes of two rows."""
_BOX_GAP: Final = 40.0
_WAY_GAP: Final = 18.0
"""Beside a link that passes through a row."""
_PORT_GAP: Final = 20.0
_PORT_MARGIN: Final = 14.0
_PASSES: Final = 12
_STRAIGHTNESS: Final = 4.0
"""How much more a link on its way is worth straightening than a box is worth centring."""


class Point(NamedTuple):
    """A place on the drawing, y downwards."""

    x: float
    y: float


class Curve(NamedTuple):
    """A cubic Bézier curve."""

    start: Point
    control: Point
    other_control: Point
    end: Point


class Box(NamedTuple):
    """A speaker's box: its centre's x, its upper edge, its size."""

    x: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


@dataclass(frozen=True)
class Geometry:
    """`boxes` by speaker and the curves of each link, from its `a` to its `b`, within `width` x `height`."""

    boxes: Mapping[str, Box]
    curves: Mapping[Ends, tuple[Curve, ...]]
    width: float
    height: float


def geometry(layered: Layers, widths: Mapping[str, float], box_height: float) -> Geometry:
    """Place boxes of the given widths, by speaker, so that neither they nor the links run into a box."""
    xs = _columns(layered, widths)
    head = _arch(layered)
    row_of = {place: row for row, places in enumerate(layered.rows) for place in places}
    tops = {place: head + row * (box_height + ROW_GAP) for place, row in row_of.items()}
    boxes = {
        place[0]: Box(xs[place], tops[place], widths[place[0]], box_height)
        for row in layered.rows
        for place in row
        if len(place) == 1
    }
    left = min((box.x - box.width / 2 for box in boxes.values()), default=0.0)
    left = min([left, *xs.values()])
    boxes = {name: box._replace(x=box.x - left) for name, box in boxes.items()}
    xs = {place: x - left for place, x in xs.items()}
    ports = _ports(layered, boxes, xs)
    curves = {}
    for link, route in layered.routes.items():
        drawn = tuple(_curves(layered, link, route, boxes, ports, xs))
        curves[link] = drawn if route[0][0] == link[0] else reversed_curves(drawn)
    right = max([box.x + box.width / 2 for box in boxes.values()] + list(xs.values()), default=0.0)
    bottom = max((box.bottom for box in boxes.values()), default=0.0)
    return Geometry(boxes, curves, right, bottom)


def reversed_curves(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """The same line, from its other end."""
    return tuple(Curve(*reversed(curve)) for curve in reversed(curves))


# --- columns -----------------------------------------------------------------------------------------------


def _columns(layered: Layers, widths: Mapping[str, float]) -> dict[Place, float]:
    """The x of every place: each near the mean of its neighbours above and below, in the order of its row."""
    xs: dict[Place, float] = {}
    offsets = {}
    for number, row in enumerate(layered.rows):
        steps = [_apart(a, b, widths) for a, b in pairwise(row)]
        offsets[number] = list(accumulate(steps, initial=0.0))
        middle = offsets[number][-1] / 2 if row else 0.0
        xs.update((place, offset - middle) for place, offset in zip(row, offsets[number], strict=True))
    neighbors: dict[Place, list[Place]] = {place: [] for place in xs}
    row_of = {place: number for number, row in enumerate(layered.rows) for place in row}
    for route in layered.routes.values():
        for a, b in pairwise(route):
            if row_of[a] != row_of[b]:
                neighbors[a].append(b)
                neighbors[b].append(a)
    count = len(layered.rows)
    for step in range(_PASSES):
        for number in range(count) if step % 2 == 0 else range(count - 1, -1, -1):
            row = layered.rows[number]
            wishes = [_wish(place, neighbors, xs) for place in row]
            fitted = _fitted(
                [wish - offset for (wish, _), offset in zip(wishes, offsets[number], strict=True)],
                [weight for _, weight in wishes],
            )
            xs.update(
                (place, x + offset) for place, x, offset in zip(row, fitted, offsets[number], strict=True)
            )
    return xs


def _apart(a: Place, b: Place, widths: Mapping[str, float]) -> float:
    gap = _BOX_GAP if len(a) == len(b) == 1 else _WAY_GAP
    return sum(widths[place[0]] / 2 for place in (a, b) if len(place) == 1) + gap


def _wish(
    place: Place, neighbors: Mapping[Place, Sequence[Place]], xs: Mapping[Place, float]
) -> tuple[float, float]:
    """Where a place would like to be, and how much."""
    others = neighbors[place]
    if not others:
        return xs[place], 0.1
    weights = [_STRAIGHTNESS if len(place) > 1 or len(other) > 1 else 1.0 for other in others]
    mean = sum(xs[other] * weight for other, weight in zip(others, weights, strict=True)) / sum(weights)
    return mean, sum(weights)


def _fitted(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing numbers nearest to those wanted, by weighted squares (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, weight in zip(wanted, weights, strict=True):
        mean, total, size = value, weight, 1
        while pools and pools[-1][0] > mean:
            before, its_weight, its_size = pools.pop()
            mean = (before * its_weight + mean * total) / (its_weight + total)
            total, size = total + its_weight, size + its_size
        pools.append((mean, total, size))
    return [mean for mean, _, size in pools for _ in range(size)]


# --- links -------------------------------------------------------------------------------------------------

_Port = tuple[Ends, str]
"""Where a link ends at a speaker."""


def _arch(layered: Layers) -> float:
    """How far the highest link within the first row rises above it."""
    first = layered.rows[0] if layered.rows else ()
    over = [_passes_over(layered, route) for route in layered.routes.values() if route[0] in first]
    return max((0.75 * _rise(boxes) + 4 for boxes in over if boxes), default=0.0)


def _passes_over(layered: Layers, route: Sequence[Place]) -> int:
    """How many boxes stand between the two ends of a route within one row."""
    row = next(row for row in layered.rows if route[0] in row)
    if len(route) > 2 or route[-1] not in row:
        return 0
    first, last = sorted((row.index(route[0]), row.index(route[-1])))
    return sum(len(place) == 1 for place in row[first + 1 : last])


def _ports(layered: Layers, boxes: Mapping[str, Box], xs: Mapping[Place, float]) -> dict[_Port, Point]:
    """Where on the edge of its boxes each link ends, but for those that go straight to the side."""
    above: dict[str, list[tuple[float, _Port]]] = {name: [] for name in boxes}
    below: dict[str, list[tuple[float, _Port]]] = {name: [] for name in boxes}
    for link, route in layered.routes.items():
        upper, lower = route[0][0], route[-1][0]
        if boxes[upper].top != boxes[lower].top:
            below[upper].append((xs[route[1]], (link, upper)))
            above[lower].append((xs[route[-2]], (link, lower)))
        elif _passes_over(layered, route):
            for name, other in ((upper, lower), (lower, upper)):
                # Outermost and, of several, the shortest outermost, so that arcs from one box do not cross.
                side = boxes[name].width * 1000 * (1 if boxes[other].x > boxes[name].x else -1)
                above[name].append((side - boxes[other].x, (link, name)))
    found = {}
    for name, box in boxes.items():
        for ends, y in ((above[name], box.top), (below[name], box.bottom)):
            for x, (_, port) in zip(_spread(box, len(ends)), sorted(ends, key=_by_x), strict=True):
                found[port] = Point(x, y)
    return found


def _by_x(end: tuple[float, _Port]) -> float:
    return end[0]


def _spread(box: Box, count: int) -> Iterable[float]:
    step = min(_PORT_GAP, (box.width - 2 * _PORT_MARGIN) / max(count - 1, 1))
    return [box.x + (number - (count - 1) / 2) * step for number in range(count)]


def _curves(
    layered: Layers,
    link: Ends,
    route: Sequence[Place],
    boxes: Mapping[str, Box],
    ports: Mapping[_Port, Point],
    xs: Mapping[Place, float],
) -> Iterator[Curve]:
    """The line of a link along its route: straight through rows, and like an S between them."""
    first, last = boxes[route[0][0]], boxes[route[-1][0]]
    if first.top == last.top:
        over = _passes_over(layered, route)
        if not over:
            yield _level(first, last)
        else:
            yield _arc(ports[link, route[0][0]], ports[link, route[-1][0]], over)
        return
    here = ports[link, route[0][0]]
    for place in route[1:-1]:
        there = Point(xs[place], here.y + ROW_GAP)
        yield _bend(here, there)
        here = Point(there.x, there.y + first.height)
        yield _line(there, here)
    yield _bend(here, ports[link, route[-1][0]])


def _level(first: Box, last: Box) -> Curve:
    towards = 1 if last.x > first.x else -1
    y = first.top + first.height / 2
    return _line(Point(first.x + towards * first.width / 2, y), Point(last.x - towards * last.width / 2, y))


def _arc(start: Point, end: Point, over: int) -> Curve:
    rise = _rise(over)
    return Curve(start, Point(start.x, start.y - rise), Point(end.x, end.y - rise), end)


def _rise(over: int) -> float:
    """How far up the controls of an arc over so many boxes are; the arc rises to three quarters of it, and so
    not to the row above."""
    return ROW_GAP * min(1.1, 0.5 + 0.15 * over)


def _bend(start: Point, end: Point) -> Curve:
    middle = (start.y + end.y) / 2
    return Curve(start, Point(start.x, middle), Point(end.x, middle), end)


def _line(start: Point, end: Point) -> Curve:
    third = Point((2 * start.x + end.x) / 3, (2 * start.y + end.y) / 3)
    other = Point((start.x + 2 * end.x) / 3, (start.y + 2 * end.y) / 3)
    return Curve(start, third, other, end)
