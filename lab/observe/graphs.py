"""The table and the topology as networkx graphs, for layout, export and analysis.

Node and edge attributes are strings, numbers and booleans only, so that every format can hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import networkx as nx

from lab.bgp.prefix import Prefix
from lab.bgp.rib import RouterView
from lab.dataplane.fib import forwarders, longest_match, next_hop
from lab.observe.adjacency import compress
from lab.observe.table import Table
from lab.topology.model import LinkKind, Topology


def forwarding_graph(topology: Topology, views: Mapping[str, RouterView], prefix: Prefix) -> nx.DiGraph[str]:
    """Who hands packets to `prefix` to whom: an edge from each speaker to its next hop.

    Nodes are the speakers that carry packets, with `asn`, `origin` (delivers here), `state` (`forwards`,
    `delivers`, `discards` or `no-route`), and of the route in use `match` (its prefix), `path`, `rov`, each
    "" if there is none. A speaker without a route to exactly `prefix` follows its next less specific one.
    Edges have `relationship`: what the next hop is to the sender, `rs` across an exchange.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(prefix=str(prefix))
    for speaker in forwarders(topology):
        match = longest_match(views[speaker.name].best, prefix)
        graph.add_node(
            speaker.name, asn=speaker.asn, origin=False, state="no-route", match="", path="", rov=""
        )
        if match is None:
            continue
        node = graph.nodes[speaker.name]
        attributes = match.route.attributes
        node.update(
            match=str(match.prefix),
            path=" ".join(map(str, attributes.as_path)),
            rov=match.route.rov.value,
        )
        if match.route.discard:
            node["state"] = "discards"
        elif match.route.is_own:
            node.update(state="delivers", origin=True)
        elif (step := next_hop(views, speaker.name, match)) is not None:
            node["state"] = "forwards"
            relationship = match.route.relationship
            graph.add_edge(
                speaker.name, step.speaker, relationship=relationship.value if relationship else ""
            )
    return graph


def as_graph(topology: Topology) -> nx.MultiDiGraph[int]:
    """The ASes and who pays whom: nodes by ASN with `speakers`; an edge per link, with `relationship`.

    `customer-to-provider` points to the provider, `route-server-to-client` to the client; `peer-to-peer` is
    one edge from the lower ASN. Collecting sessions are left out.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(name=topology.name)
    for speaker in topology.routers():
        graph.add_node(speaker.asn, speakers=" ".join(topology.names_of(speaker.asn)))
    for link in topology.links:
        if link.kind is LinkKind.COLLECTING:
            continue
        ends = topology.speakers[link.a].asn, topology.speakers[link.b].asn
        if link.kind is LinkKind.PEERING:
            ends = min(ends), max(ends)
        graph.add_edge(*ends, relationship=_EDGE[link.kind], a=link.a, b=link.b)
    return graph


_EDGE = {
    LinkKind.TRANSIT: "customer-to-provider",
    LinkKind.PEERING: "peer-to-peer",
    LinkKind.ROUTE_SERVER: "route-server-to-client",
}


def path_graph(table: Table, prefix: Prefix) -> nx.DiGraph[int]:
    """The AS paths to `prefix` that the collector sees, in the direction of the traffic.

    Nodes are ASNs with `origin` and `vantage_points` (names, as text); edges have `count`, the number of
    vantage points whose path uses them. Prepending is left out.
    """
    graph: nx.DiGraph[int] = nx.DiGraph(prefix=str(prefix))
    for name, path in table.paths.get(prefix, {}).items():
        hops = compress(path)
        for asn in hops:
            if asn not in graph:
                graph.add_node(asn, origin=False, vantage_points="")
        graph.nodes[hops[-1]]["origin"] = True
        first = graph.nodes[hops[0]]
        first["vantage_points"] = f"{first['vantage_points']} {name}".strip()
        for left, right in pairwise(hops):
            if graph.has_edge(left, right):
                graph.edges[left, right]["count"] += 1
            else:
                graph.add_edge(left, right, count=1)
    return graph
