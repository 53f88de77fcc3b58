"""GraphML: the AS graph, or one prefix's forwarding graph, for Gephi, yEd, Cytoscape, networkx."""

from __future__ import annotations

import networkx as nx

from lab.bgp.prefix import Prefix
from lab.observe.exports.snapshot import Snapshot
from lab.observe.graphs import as_graph, forwarding_graph


def graphml(snapshot: Snapshot, prefix: Prefix | None = None) -> str:
    """The AS graph with its relationships, or with `prefix` the forwarding graph; see lab.observe.graphs."""
    if prefix is None:
        lines = nx.generate_graphml(as_graph(snapshot.topology))
    else:
        lines = nx.generate_graphml(forwarding_graph(snapshot.topology, snapshot.views, prefix))
    return "\n".join(["<?xml version='1.0' encoding='utf-8'?>", *lines, ""])
