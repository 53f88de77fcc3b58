"""SVG: a drawing of the lab for a projector, or with a prefix of where packets to it go and end.

One file without a script or anything to load, on a ground of its own so that it can be read on dark pages.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lab.bgp.prefix import Prefix
from lab.dataplane.fib import longest_match
from lab.observe.catchment import catchment
from lab.observe.exports import shapes
from lab.observe.exports.geometry import Box, Curve, Geometry, Point, geometry, reversed_curves
from lab.observe.exports.layers import layers
from lab.observe.exports.markup import escaped
from lab.observe.exports.shapes import decimal
from lab.observe.exports.snapshot import Snapshot
from lab.observe.graphs import forwarding_graph
from lab.topology.model import Link, LinkKind, Topology

_MARGIN: Final = 32.0
_TITLE_LINE: Final = 28.0
_LINE: Final = 17.0
_LEGEND_LINE: Final = 24.0
_LEAST_WIDTH: Final = 620.0
_LOST: Final = "#6e7781"
_UNUSED: Final = "#c3c9cf"
_DOWN: Final = ("#b0b7be", "2 6", 1.6)

_LINK_STYLES: Final = {
    LinkKind.TRANSIT: ("#4a5560", ""),
    LinkKind.PEERING: ("#1f6fb2", "7 5"),
    LinkKind.ROUTE_SERVER: ("#8a4fa3", "2 4"),
}
"""Colour and dashes of a link."""
_LINK_TEXTS: Final = {
    LinkKind.TRANSIT: "customer to provider (above)",
    LinkKind.PEERING: "peers",
    LinkKind.ROUTE_SERVER: "route server and client",
}
_ROV_FILLS: Final = {"valid": "#d3f2de", "invalid": "#fdd5cf", "not-found": "#fdf0b8", "": "#eceff1"}
_ROV_TEXTS: Final = {
    "valid": "route is RPKI-valid",
    "invalid": "route is RPKI-invalid",
    "not-found": "no ROA for the route",
    "": "no route",
}
_END_COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#b8860b", "#56b4e9")
"""Told apart by people who are colour-blind too (after Okabe and Ito)."""


@dataclass(frozen=True)
class _Label:
    """How a speaker's box looks: its lines of text below the name, its filling and its border."""

    lines: tuple[str, ...]
    fill: str = "#ffffff"
    border: str = shapes.INK
    border_width: float = 1.4
    dashed: bool = False


@dataclass(frozen=True)
class _Arrow:
    """Packets from one speaker to the next over one link, or over two and a route server between them."""

    links: tuple[tuple[Link, str], ...]
    color: str


@dataclass(frozen=True)
class _Picture:
    """What is drawn on the plan of the lab."""

    title: str
    labels: Mapping[str, _Label]
    arrows: tuple[_Arrow, ...]
    legend: tuple[tuple[str, str], ...]
    """A sample, drawn from (0, 0) to (34, 0), and its meaning."""


def svg(snapshot: Snapshot, prefix: Prefix | None = None) -> str:
    """The lab with providers above their customers; with `prefix`, how packets to it are forwarded.

    Then boxes are filled by origin validation's verdict on the route in use, and arrows are coloured by the
    speaker where the packets end.
    """
    topology = snapshot.topology
    picture = _plan(topology) if prefix is None else _forwarding(snapshot, prefix)
    if _drawn_down(snapshot):
        down = (shapes.stroke([shapes.sample()], *_DOWN) + shapes.cross(Point(17, 0)), "link is down")
        picture = replace(picture, legend=(*picture.legend, down))
    widths = {name: _box_width(topology, name, label) for name, label in picture.labels.items()}
    height = _LINE * (1 + max((len(label.lines) for label in picture.labels.values()), default=0)) + 15
    plan = geometry(layers(topology), widths, height)
    return "\n".join(_document(snapshot, picture, plan, forwarding=prefix is not None)) + "\n"


# --- what is drawn -----------------------------------------------------------------------------------------


def _plan(topology: Topology) -> _Picture:
    servers = _route_servers(topology)
    labels = {
        speaker.name: _Label(
            (f"AS{speaker.asn}", *(("route server",) if speaker.name in servers else ())),
            dashed=speaker.name in servers,
        )
        for speaker in topology.routers()
    }
    return _Picture(topology.title or topology.name, labels, (), _link_legend(topology))


def _forwarding(snapshot: Snapshot, prefix: Prefix) -> _Picture:
    topology = snapshot.topology
    graph = forwarding_graph(topology, snapshot.views, prefix)
    ends = catchment(topology, snapshot.views, prefix).ends
    delivering = [name for name in graph if ends[name] == name]
    color_of: dict[str | None, str] = {
        name: _END_COLORS[number % len(_END_COLORS)] for number, name in enumerate(delivering)
    }
    color_of[None] = _LOST
    labels = {}
    for speaker in topology.routers():
        if speaker.name not in graph:
            labels[speaker.name] = _Label((f"AS{speaker.asn}", "route server"), dashed=True)
            continue
        node = graph.nodes[speaker.name]
        lost = node["state"] == "no-route"
        labels[speaker.name] = _Label(
            (f"AS{speaker.asn}", *_state_lines(node, prefix)),
            _ROV_FILLS[node["rov"]],
            color_of.get(speaker.name, _LOST if lost else shapes.INK),
            4.0 if speaker.name in color_of else 1.4,
            dashed=lost,
        )
    arrows = tuple(_Arrow(_way(snapshot, a, b, prefix), color_of[ends[a]]) for a, b in graph.edges)
    legend = [
        (shapes.arrow([shapes.sample()], color_of[name], 3), f"packets end at {name}") for name in delivering
    ]
    if any(ends[a] is None for a, _ in graph.edges):
        legend.append((shapes.arrow([shapes.sample()], _LOST, 3), "packets are lost on the way"))
    if any(len(arrow.links) > 1 for arrow in arrows):
        legend.append((shapes.swatch("#ffffff", "3 2"), "packets cross the exchange, not its route server"))
    legend.append((shapes.stroke([shapes.sample()], _UNUSED, "", 1.4), "link without such packets"))
    used = {graph.nodes[name]["rov"] for name in graph}
    legend += [(shapes.swatch(fill), _ROV_TEXTS[rov]) for rov, fill in _ROV_FILLS.items() if rov in used]
    return _Picture(snapshot.forwarding_title(prefix), labels, arrows, tuple(legend))


def _state_lines(node: Mapping[str, str], prefix: Prefix) -> Iterator[str]:
    """What a speaker does with packets, and by which route if it is a less specific one."""
    rov = node["rov"].replace("-", " ")
    match node["state"]:
        case "no-route":
            yield "no route"
        case "forwards":
            yield rov
        case state:
            yield f"{state}, {rov}"
    if node["match"] not in ("", str(prefix)):
        yield f"by {node['match']}"


def _way(snapshot: Snapshot, a: str, b: str, prefix: Prefix) -> tuple[tuple[Link, str], ...]:
    """The links from `a` to its next hop `b`, each with the end where packets enter it."""
    topology = snapshot.topology
    match = longest_match(snapshot.views[a].best, prefix)
    server = match.route.neighbor if match else b
    if server == b:
        return ((topology.link(a, b), a),)
    # Across an exchange, whose LAN is drawn as its route server.
    return ((topology.link(a, server), a), (topology.link(server, b), server))


def _route_servers(topology: Topology) -> dict[str, None]:
    return dict.fromkeys(link.a for link in topology.links if link.kind is LinkKind.ROUTE_SERVER)


def _drawn_down(snapshot: Snapshot) -> bool:
    return any(
        (link.a, link.b) in snapshot.links_down and link.kind is not LinkKind.COLLECTING
        for link in snapshot.topology.links
    )


def _link_legend(topology: Topology) -> tuple[tuple[str, str], ...]:
    kinds = {link.kind for link in topology.links}
    return tuple(
        (_link_line([shapes.sample()], kind), text) for kind, text in _LINK_TEXTS.items() if kind in kinds
    )


def _box_width(topology: Topology, name: str, label: _Label) -> float:
    """Wide enough for the text, and for the heads of its customers' arrows side by side."""
    text = (
        max(shapes.width_of(name, 14, bold=True), *(shapes.width_of(line, 12.5) for line in label.lines)) + 24
    )
    return max(text, 24.0 + 14 * sum(link.b == name for link in topology.links))


# --- the document ------------------------------------------------------------------------------------------


def _document(snapshot: Snapshot, picture: _Picture, plan: Geometry, *, forwarding: bool) -> Iterator[str]:
    covered = {(link.a, link.b) for arrow in picture.arrows for link, _ in arrow.links}
    inner = max(plan.width, _LEAST_WIDTH)
    title = textwrap.wrap(picture.title, int(inner / (20 * 0.6)))
    head = _MARGIN + _TITLE_LINE * len(title) + 14
    legend = list(_legend_places(picture.legend, inner))
    foot = head + plan.height + 34
    width = inner + 2 * _MARGIN
    height = foot + _LEGEND_LINE * (1 + max((line for _, line in legend), default=-1)) + _MARGIN / 2
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {decimal(width)} {decimal(height)}" '
        f'width="{decimal(width)}" height="{decimal(height)}" role="img" '
        'font-family="Helvetica, Arial, sans-serif">'
    )
    yield f"<title>{escaped(picture.title)}</title>"
    yield f"<desc>{escaped(_description(picture))}</desc>"
    yield f'<rect width="{decimal(width)}" height="{decimal(height)}" fill="#ffffff"/>'
    for number, words in enumerate(title):
        yield shapes.words(
            Point(_MARGIN, _MARGIN + 14 + number * _TITLE_LINE), words, 20, bold=True, anchor="start"
        )
    yield f'<g transform="translate({decimal(_MARGIN + (inner - plan.width) / 2)} {decimal(head)})">'
    for ends, curves in plan.curves.items():
        link = snapshot.topology.link(*ends)
        if ends not in covered:
            yield _link(link, curves, down=ends in snapshot.links_down, faint=forwarding)
    for arrow in picture.arrows:
        yield from _arrow_lines(arrow, plan)
    for name, box in plan.boxes.items():
        yield from _box(name, box, picture.labels[name])
    yield "</g>"
    for (sample, text), (x, line) in zip(picture.legend, legend, strict=True):
        yield f'<g transform="translate({decimal(_MARGIN + x)} {decimal(foot + line * _LEGEND_LINE)})">'
        yield sample
        yield shapes.words(Point(44, 4.5), text, 13, anchor="start")
        yield "</g>"
    yield "</svg>"


def _description(picture: _Picture) -> str:
    """The drawing in words, for those who cannot see it."""
    return "; ".join(f"{name}: {', '.join(label.lines)}" for name, label in picture.labels.items())


def _legend_places(legend: Iterable[tuple[str, str]], width: float) -> Iterator[tuple[float, int]]:
    """The x and the line of each item."""
    x, line = 0.0, 0
    for _, text in legend:
        needed = 44 + shapes.width_of(text, 13) + 26
        if x and x + needed > width:
            x, line = 0.0, line + 1
        yield x, line
        x += needed


def _link(link: Link, curves: Sequence[Curve], *, down: bool, faint: bool) -> str:
    if down:
        middle = curves[len(curves) // 2]
        return shapes.stroke(curves, *_DOWN) + shapes.cross(shapes.on(middle, 0.5))
    if faint:
        return shapes.stroke(curves, _UNUSED, _LINK_STYLES[link.kind][1], 1.4)
    return _link_line(curves, link.kind)


def _link_line(curves: Sequence[Curve], kind: LinkKind) -> str:
    color, dashes = _LINK_STYLES[kind]
    if kind is LinkKind.TRANSIT:
        return shapes.arrow(curves, color, 1.8)
    return shapes.stroke(curves, color, dashes, 2)


def _arrow_lines(arrow: _Arrow, plan: Geometry) -> Iterator[str]:
    for number, (link, start) in enumerate(arrow.links):
        curves = plan.curves[link.a, link.b]
        if start != link.a:
            curves = reversed_curves(curves)
        last = number == len(arrow.links) - 1
        yield shapes.arrow(curves, arrow.color, 3.2) if last else shapes.stroke(curves, arrow.color, "", 3.2)


def _box(name: str, box: Box, label: _Label) -> Iterator[str]:
    dashes = ' stroke-dasharray="5 4"' if label.dashed else ""
    yield (
        f'<rect x="{decimal(box.x - box.width / 2)}" y="{decimal(box.top)}" width="{decimal(box.width)}" '
        f'height="{decimal(box.height)}" rx="8" fill="{label.fill}" stroke="{label.border}" '
        f'stroke-width="{decimal(label.border_width)}"{dashes}/>'
    )
    first = box.top + (box.height - _LINE * (1 + len(label.lines))) / 2 + 13
    yield shapes.words(Point(box.x, first), name, 14, bold=True)
    for number, line in enumerate(label.lines, 1):
        yield shapes.words(Point(box.x, first + number * _LINE), line, 12.5)
