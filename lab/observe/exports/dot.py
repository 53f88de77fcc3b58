"""DOT, the language of Graphviz: the AS graph, or one prefix's forwarding graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.prefix import Prefix
from lab.observe.exports.snapshot import Snapshot
from lab.observe.graphs import as_graph, forwarding_graph
from lab.topology.model import Topology

_EDGE_STYLES: Final = {
    "customer-to-provider": "",
    "peer-to-peer": "style=dashed, dir=none, constraint=false",
    "route-server-to-client": "style=dotted, dir=none",
}
_ROV_COLORS: Final = {"valid": "#d5f0dd", "invalid": "#fbd5d0", "not-found": "#fdf0bf"}


def dot(snapshot: Snapshot, prefix: Prefix | None = None) -> str:
    """The AS graph with its relationships, providers on top, or with `prefix` the forwarding graph."""
    lines = _as_graph(snapshot.topology) if prefix is None else _forwarding_graph(snapshot, prefix)
    return "\n".join(
        ["digraph {", '  graph [rankdir=BT]; node [shape=box, style="rounded,filled", fillcolor=white];']
        + [f"  {line}" for line in lines]
        + ["}", ""]
    )


def _as_graph(topology: Topology) -> Iterator[str]:
    graph = as_graph(topology)
    yield f"label={_quoted(topology.title or topology.name)}; labelloc=t;"
    for asn, attributes in graph.nodes(data=True):
        yield f"{asn} [label={_quoted(attributes['speakers'], f'AS{asn}')}];"
    for a, b, attributes in graph.edges(data=True):
        relationship = attributes["relationship"]
        style = _EDGE_STYLES[relationship]
        yield f"{a} -> {b} [class={_quoted(relationship)}{style and ', '}{style}];"


def _forwarding_graph(snapshot: Snapshot, prefix: Prefix) -> Iterator[str]:
    graph = forwarding_graph(snapshot.topology, snapshot.views, prefix)
    yield f"label={_quoted(snapshot.forwarding_title(prefix))}; labelloc=t;"
    for name, attributes in graph.nodes(data=True):
        state, rov = attributes["state"], attributes["rov"]
        fill = _ROV_COLORS.get(rov, "#eeeeee")
        label = _quoted(name, f"AS{attributes['asn']}", " ".join(filter(None, (state, rov))))
        shape = ", penwidth=3" if state != "forwards" else ""
        yield f"{_quoted(name)} [label={label}, fillcolor={_quoted(fill)}{shape}];"
    for a, b, attributes in graph.edges(data=True):
        yield f"{_quoted(a)} -> {_quoted(b)} [class={_quoted(attributes['relationship'])}];"


def _quoted(*lines: str) -> str:
    r"""The lines as one quoted DOT string. In it `\` begins an escape (`\N`, `\G`), so it is doubled."""
    return '"' + r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in lines) + '"'
