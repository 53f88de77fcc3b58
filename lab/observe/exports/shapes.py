"""The elements of an SVG drawing as text: lines, arrows, marks, words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from lab.observe.exports.geometry import Curve, Point
from lab.observe.exports.markup import escaped

INK: Final = "#1f2328"
"""The colour of words and borders."""
_HEAD: Final = 10.0


def sample() -> Curve:
    """The line of a legend's item, from (0, 0) to (34, 0)."""
    return Curve(Point(0, 0), Point(11, 0), Point(23, 0), Point(34, 0))


def swatch(fill: str, dashes: str = "") -> str:
    """A box of a legend's item."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<rect x="5" y="-8" width="24" height="16" rx="3" fill="{fill}" stroke="{INK}"{dashed}/>'


def cross(at: Point) -> str:
    """A mark for what is broken."""
    x, y = decimal(at.x), decimal(at.y)
    return (
        f'<path transform="translate({x} {y})" d="M-5 -5L5 5M-5 5L5 -5" stroke="#c4321f" stroke-width="2.5"/>'
    )


def stroke(curves: Sequence[Curve], color: str, dashes: str, width: float) -> str:
    """A line along the curves; `dashes` is a stroke-dasharray, or empty."""
    path = f"M{_pair(curves[0].start)}" + "".join(
        f"C{_pair(curve.control)} {_pair(curve.other_control)} {_pair(curve.end)}" for curve in curves
    )
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{decimal(width)}"{dashed}/>'


def arrow(curves: Sequence[Curve], color: str, width: float) -> str:
    """A line with a head at its end; the line ends inside the head."""
    last = curves[-1]
    dx, dy = last.end.x - last.other_control.x, last.end.y - last.other_control.y
    length = math.hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    tip, size = last.end, _HEAD + width
    base = Point(tip.x - dx * size, tip.y - dy * size)
    half = size * 0.42
    head = (tip, Point(base.x - dy * half, base.y + dx * half), Point(base.x + dy * half, base.y - dx * half))
    inside = Point(tip.x - dx * size * 0.7, tip.y - dy * size * 0.7)
    line = stroke([*curves[:-1], last._replace(end=inside)], color, "", width)
    return f'{line}<path d="M{"L".join(map(_pair, head))}Z" fill="{color}"/>'


def on(curve: Curve, t: float) -> Point:
    """The point of a curve at `t` from 0 to 1."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return Point(
        sum(weight * point.x for weight, point in zip(weights, curve, strict=True)),
        sum(weight * point.y for weight, point in zip(weights, curve, strict=True)),
    )


def words(at: Point, text: str, size: float, *, bold: bool = False, anchor: str = "middle") -> str:
    """A line of text; `at` is its middle on its base line, or with the anchor `start` its beginning."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{decimal(at.x)}" y="{decimal(at.y)}" font-size="{decimal(size)}"{weight} '
        f'text-anchor="{anchor}" fill="{INK}">{escaped(text)}</text>'
    )


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """No less than the text takes in the fonts that stand in for Helvetica; SVG cannot measure it."""
    return len(text) * size * (0.69 if bold else 0.61)


def _pair(point: Point) -> str:
    return f"{decimal(point.x)} {decimal(point.y)}"


def decimal(value: float) -> str:
    """One decimal at most, so that a drawing does not depend on the last bits of a float."""
    return f"{round(value, 1) + 0:g}"  # + 0 makes of -0 a 0
