"""GraphML, read back by networkx, and DOT, read by Graphviz."""

import io
import shutil
import subprocess
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from support import snapshots
from support.examples import examples
from support.internets import internets

from lab.bgp.prefix import Prefix
from lab.observe.exports.dot import dot
from lab.observe.exports.graphml import graphml
from lab.observe.graphs import as_graph, forwarding_graph

PREFIX = Prefix.parse("203.0.113.0/24")


def parsed(text, **how):
    return nx.read_graphml(io.BytesIO(text.encode()), **how)


@given(internets())
@settings(max_examples=examples(30))
def test_the_as_graph_read_back_from_graphml_is_the_same(internet):
    snapshot = snapshots.unrouted(internet.topology)
    graph = as_graph(internet.topology)
    read = parsed(graphml(snapshot), node_type=int, force_multigraph=True)
    assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
    assert edges(read) == edges(graph)


@given(internets())
@settings(max_examples=examples(30))
def test_the_forwarding_graph_read_back_from_graphml_is_the_same(internet):
    snapshot = snapshots.of_internet(internet)
    graph = forwarding_graph(snapshot.topology, snapshot.views, PREFIX)
    read = parsed(graphml(snapshot, PREFIX))
    assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
    assert edges(read) == edges(graph)


def edges(graph):
    """Sorted, without the identifiers that GraphML gives the edges of a multigraph."""
    return sorted(
        (a, b, sorted((key, value) for key, value in data.items() if key != "id"))
        for a, b, data in graph.edges(data=True)
    )


def test_a_customer_points_to_its_provider_in_dot():
    text = dot(snapshots.of_lab("byoip"))
    assert '64496 -> 64510 [class="customer-to-provider"];' in text
    assert '64510 -> 64511 [class="peer-to-peer", style=dashed, dir=none, constraint=false];' in text


def test_a_speaker_points_to_its_next_hop_in_dot_with_a_prefix():
    text = dot(snapshots.of_lab("byoip"), PREFIX)
    assert '"eyeball" -> "transit-b" [class="provider"];' in text
    assert r'"customer" [label="customer\nAS64496\ndelivers valid"' in text
    assert '"transit-b" -> "eyeball"' not in text


def test_quotes_and_backslashes_in_a_title_are_escaped_in_dot():
    topology = replace(snapshots.of_lab("byoip").topology, title='a "quoted" \\N title\\')
    assert r'label="a \"quoted\" \\N title\\";' in dot(snapshots.unrouted(topology))


@pytest.mark.skipif(not shutil.which("dot"), reason="graphviz is not installed")
@pytest.mark.parametrize("prefix", [None, PREFIX])
def test_graphviz_draws_what_dot_says_whatever_is_in_it(prefix):
    snapshot = snapshots.of_lab("byoip")
    hostile = replace(snapshot.topology, title='"];\n} digraph { a -> b \\" <b>&amp;</b> \\')
    text = dot(replace(snapshot, topology=hostile), prefix)
    drawn = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True)
    assert drawn.stderr == ""
    nodes = [line for line in drawn.stdout.splitlines() if line.startswith("node ")]
    assert len(nodes) == len(list(snapshot.topology.routers()))
