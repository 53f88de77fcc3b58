import io
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.attributes import BLACKHOLE
from lab.bgp.commands import SetPolicy
from lab.bgp.prefix import Address, Prefix
from lab.dataplane.probe import probe
from lab.observe.catchment import catchment
from lab.observe.graphs import as_graph, forwarding_graph, path_graph
from lab.topology.model import UrpfMode

HELD, PART = Prefix.parse("203.0.113.0/24"), Prefix.parse("203.0.113.0/25")


def test_the_forwarding_graph_follows_the_traffic_to_the_origin(byoip):
    byoip.announce("customer", str(HELD))
    graph = forwarding_graph(byoip.topology, byoip.views(), HELD)
    assert list(nx.shortest_path(graph, "eyeball", "customer")) == ["eyeball", "transit-b", "customer"]
    assert graph.nodes["customer"] == {
        "asn": 64496, "origin": True, "state": "delivers", "match": str(HELD), "path": "", "rov": "not-found",
    }  # fmt: skip
    assert graph.nodes["eyeball"]["path"] == "64511 64496"
    assert graph.edges["eyeball", "transit-b"]["relationship"] == "provider"
    assert "collector" not in graph


def test_nodes_without_a_route_and_blackholes_are_marked(byoip):
    host = Prefix.parse("203.0.113.9/32")
    byoip.apply("transit-b", SetPolicy(blackhole=True))
    byoip.announce("customer", str(HELD))
    byoip.announce("customer", str(host), communities=(BLACKHOLE,))
    states = {
        name: data["state"]
        for name, data in forwarding_graph(byoip.topology, byoip.views(), host).nodes(data=True)
    }
    assert (states["customer"], states["transit-a"]) == ("delivers", "forwards")
    assert (states["transit-b"], states["eyeball"]) == ("discards", "forwards")
    ends = catchment(byoip.topology, byoip.views(), host).ends
    assert (ends["customer"], ends["transit-a"]) == ("customer", "customer")
    assert (ends["transit-b"], ends["eyeball"]) == (None, None)


def test_the_as_graph_points_to_providers(byoip):
    graph = as_graph(byoip.topology)
    assert graph.nodes[16509]["speakers"] == "cloud-east cloud-west"
    assert {data["relationship"] for data in graph.get_edge_data(64496, 64510).values()} == {
        "customer-to-provider"
    }
    assert graph.has_edge(64510, 64511)
    assert not graph.has_edge(64511, 64510)
    assert 65551 not in graph


def test_the_path_graph_counts_the_vantage_points_on_each_link(byoip):
    byoip.announce("customer", str(HELD), prepend=2)
    graph = path_graph(byoip.table(), HELD)
    assert graph.nodes[64496]["origin"]
    assert graph.edges[64511, 64496]["count"] == 4  # transit-b, its eyeball, cloud-west and attacker
    assert graph.nodes[16509]["vantage_points"] == "cloud-east cloud-west"
    assert not list(nx.selfloop_edges(graph))


@pytest.mark.parametrize("make", ["forwarding", "as", "path"])
def test_every_graph_can_be_written_as_graphml(byoip, make):
    byoip.announce("customer", str(HELD))
    graph = {
        "forwarding": lambda: forwarding_graph(byoip.topology, byoip.views(), HELD),
        "as": lambda: as_graph(byoip.topology),
        "path": lambda: path_graph(byoip.table(), HELD),
    }[make]()
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    assert len(nx.read_graphml(io.BytesIO(file.getvalue()))) == len(graph)


def test_the_catchment_shares_out_the_speakers(byoip):
    byoip.announce("customer", str(HELD))
    byoip.announce("attacker", str(HELD))
    found = catchment(byoip.topology, byoip.views(), HELD)
    # transit-b has two customer routes of one length; the lower router ID is the customer's.
    assert found.ends == dict.fromkeys(found.ends, "customer") | {"attacker": "attacker"}
    assert found.share("attacker") == pytest.approx(100 / 7)
    assert found.share("customer") == pytest.approx(600 / 7)
    assert (found.share("eyeball"), found.lost) == (0, 0)


def test_a_subprefix_hijack_catches_everyone_and_leaves_the_rest_of_the_prefix_alone(byoip):
    byoip.announce("customer", str(HELD))
    byoip.announce("attacker", str(PART))
    assert catchment(byoip.topology, byoip.views(), PART).share("attacker") == 100
    assert catchment(byoip.topology, byoip.views(), HELD).share("customer") == 100


def test_a_speaker_without_the_more_specific_follows_the_less_specific(byoip):
    byoip.announce("customer", str(HELD))
    part_elsewhere = catchment(byoip.topology, byoip.views(), PART)
    assert part_elsewhere.share("customer") == 100


def test_packets_in_a_loop_end_nowhere(byoip):
    byoip.announce("customer", str(HELD))
    views = byoip.views()
    turned = views["transit-b"].best[HELD]._replace(neighbor="transit-a")
    back = views["transit-a"].best[HELD]._replace(neighbor="transit-b")
    for name, route in (("transit-b", turned), ("transit-a", back)):
        views[name] = replace(views[name], best={HELD: route})
    ends = catchment(byoip.topology, views, HELD).ends
    assert {name for name, end in ends.items() if end is None} == set(ends) - {"customer"}


def test_without_any_route_all_is_lost(byoip):
    assert catchment(byoip.topology, byoip.views(), HELD).lost == 100


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(st.sampled_from(["customer", "attacker", "cloud-east", "cloud-west", "eyeball"]), unique=True)
)
def test_the_catchment_is_where_probes_end(observe, byoip_topology, origins):
    lab = observe.Watched(byoip_topology)
    for number, name in enumerate(origins):
        lab.announce(name, str(HELD), prepend=number)
    views = lab.views()
    found = catchment(lab.topology, views, HELD)
    for start, end in found.ends.items():
        trace = probe(
            lab.topology,
            views,
            lambda speaker, neighbor: UrpfMode.OFF,
            start,
            Address.parse("192.0.2.1"),
            Address.parse("203.0.113.9"),
        )
        assert end == (trace.at if trace.delivered else None)
