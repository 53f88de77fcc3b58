"""The drawing: where things stand, what is shown, and that its text can do no harm."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import snapshots
from support.examples import examples
from support.internets import internets

from lab.bgp.attributes import Attributes
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route
from lab.bgp.rov import RovState
from lab.observe.exports.geometry import geometry
from lab.observe.exports.layers import layers
from lab.observe.exports.svg import svg
from lab.topology.model import Link, LinkKind, Speaker, Topology

PREFIX = Prefix.parse("203.0.113.0/24")
SVG = "{http://www.w3.org/2000/svg}"
HEIGHT = 60.0


def topology(*links, title=""):
    """Links as in a file; every speaker that is named in one."""
    split = [line.split() for line in links]
    names = dict.fromkeys(name for a, _, b in split for name in (a, b))
    speakers = {name: Speaker(name, 64496 + i, i + 1) for i, name in enumerate(names)}
    speakers["collector"] = Speaker("collector", 65551, 99, collector=True)
    return Topology(
        "test", title, speakers, tuple(Link(a, b, LinkKind(arrow)) for a, arrow, b in split), "collector"
    )


def rows(*links):
    return [sorted(place[0] for place in row if len(place) == 1) for row in layers(topology(*links)).rows]


def placed(drawn_topology):
    """The geometry, with boxes as wide as their names are long."""
    widths = {speaker.name: 30.0 + 10 * len(speaker.name) for speaker in drawn_topology.routers()}
    return geometry(layers(drawn_topology), widths, HEIGHT)


def points(curves, steps=24):
    for p0, p1, p2, p3 in curves:
        for step in range(steps + 1):
            t = step / steps
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            yield (
                a * p0.x + b * p1.x + c * p2.x + d * p3.x,
                a * p0.y + b * p1.y + c * p2.y + d * p3.y,
            )


def inside(box, x, y, by=1.0):
    return abs(x - box.x) < box.width / 2 - by and box.top + by < y < box.bottom - by


# --- rows --------------------------------------------------------------------------------------------------


def test_a_provider_stands_above_its_customers():
    assert rows("a -> b", "b -> c", "a -> c") == [["c"], ["b"], ["a"]]


def test_peers_stand_on_the_same_row():
    assert rows("a -> b", "c -- b", "d -> c", "d -- a") == [["b", "c"], ["a", "d"]]


def test_a_peering_across_the_hierarchy_does_not_turn_it_over():
    assert rows("a -> b", "b -> c", "a -- c") == [["c"], ["b"], ["a"]]


def test_providers_of_each_other_share_a_row():
    assert rows("a -> b", "b -> c", "c -> a", "d -> a") == [["a", "b", "c"], ["d"]]


def test_a_route_server_stands_below_its_highest_client_and_above_the_others():
    assert rows("low -> high", "rs => high", "rs => low") == [["high"], ["rs"], ["low"]]


@given(internets(most=20))
@settings(max_examples=examples(25), deadline=None)
def test_every_provider_stands_above_its_customers(internet):
    boxes = placed(internet.topology).boxes
    for link in internet.topology.links:
        if link.kind is LinkKind.TRANSIT:
            assert boxes[link.b].bottom < boxes[link.a].top


# --- places ------------------------------------------------------------------------------------------------


@given(internets(most=25))
@settings(max_examples=examples(25), deadline=None)
def test_no_box_overlaps_another(internet):
    boxes = list(placed(internet.topology).boxes.values())
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a.top != b.top or abs(a.x - b.x) >= (a.width + b.width) / 2 + 10


@given(internets(most=25))
@settings(max_examples=examples(25), deadline=None)
def test_no_link_runs_through_a_box(internet):
    plan = placed(internet.topology)
    for ends, curves in plan.curves.items():
        for x, y in points(curves):
            assert not [name for name, box in plan.boxes.items() if inside(box, x, y)], ends


@given(internets(most=25))
@settings(max_examples=examples(25), deadline=None)
def test_every_link_goes_from_the_edge_of_one_end_to_that_of_the_other_without_a_gap(internet):
    plan = placed(internet.topology)
    assert {(link.a, link.b) for link in internet.topology.links if link.b != "collector"} == set(plan.curves)
    for ends, curves in plan.curves.items():
        for name, at in zip(ends, (curves[0].start, curves[-1].end), strict=True):
            box = plan.boxes[name]
            assert abs(at.x - box.x) <= box.width / 2 + 1e-6
            assert box.top <= at.y <= box.bottom
        assert all(a.end == b.start for a, b in pairwise(curves))


@given(internets(most=25))
@settings(max_examples=examples(25), deadline=None)
def test_everything_lies_within_the_drawing(internet):
    plan = placed(internet.topology)
    for curves in plan.curves.values():
        for x, y in points(curves):
            assert -1e-6 <= x <= plan.width + 1e-6
            assert -1e-6 <= y <= plan.height + 1e-6


# --- the drawing -------------------------------------------------------------------------------------------


def texts(drawing):
    return [element.text for element in ET.fromstring(drawing).iter(f"{SVG}text")]


def strokes(drawing, color):
    return [path for path in ET.fromstring(drawing).iter(f"{SVG}path") if path.get("stroke") == color]


def test_every_speaker_but_the_collector_is_labelled_with_its_name_and_as_number():
    snapshot = snapshots.of_lab("byoip")
    found = texts(svg(snapshot))
    for speaker in snapshot.topology.routers():
        at = found.index(speaker.name)
        assert found[at + 1] == f"AS{speaker.asn}"
    assert "collector" not in found


def test_the_boxes_say_what_origin_validation_says_and_where_packets_end():
    drawing = svg(snapshots.of_lab("demo"), PREFIX)
    found = texts(drawing)
    assert found[found.index("cloudflare") :][:3] == ["cloudflare", "AS13335", "delivers, valid"]
    assert found[found.index("eyeball") :][:3] == ["eyeball", "AS64500", "valid"]
    assert "packets end at cloudflare" in found
    assert "no route" not in found


def test_a_less_specific_route_is_named():
    found = texts(svg(snapshots.of_lab("byoip"), Prefix.parse("203.0.113.0/25")))
    assert found[found.index("eyeball") :][:4] == ["eyeball", "AS64500", "valid", "by 203.0.113.0/24"]


def test_the_title_names_the_more_specifics_that_the_picture_leaves_out():
    snapshot = snapshots.of_text(HIJACK)
    found = texts(svg(snapshot, PREFIX))
    assert found[0] == "Forwarding to 203.0.113.0/24 without 203.0.113.0/25"
    assert "packets end at attacker" not in found
    assert "packets end at attacker" in texts(svg(snapshot, Prefix.parse("203.0.113.0/25")))


HIJACK = """
topology: byoip
name: hijack
scenario:
  - hijack: {by: attacker, prefix: 203.0.113.0/25}
"""


def test_who_has_no_route_is_shown_so():
    snapshot = snapshots.unrouted(topology("a -> b"))
    assert texts(svg(snapshot, PREFIX)).count("no route") == 3  # two boxes and the legend


def test_packets_that_loop_are_drawn_as_lost():
    """Each of two peers holds the other's route to the prefix."""
    snapshot = snapshots.unrouted(topology("a -- b"))
    views = {
        at: replace(view, best={PREFIX: route_by(via)})
        for (at, view), via in zip(snapshot.views.items(), ("b", "a"), strict=True)
    }
    drawing = svg(replace(snapshot, views=views), PREFIX)
    assert "packets are lost on the way" in texts(drawing)
    assert len(strokes(drawing, "#6e7781")) == 3  # a to b, b to a, and the legend


def test_a_speaker_that_discards_packets_is_shown_so():
    snapshot = snapshots.unrouted(topology("a -- b"))
    views = {**snapshot.views}
    views["a"] = replace(views["a"], best={PREFIX: route_by("b")._replace(discard=True)})
    found = texts(svg(replace(snapshot, views=views), PREFIX))
    assert found[found.index("a") :][:3] == ["a", "AS64496", "discards, not found"]


def route_by(neighbor):
    return Route(neighbor, Relationship.PEER, Attributes((64500,)), 100, RovState.NOT_FOUND)


@pytest.mark.parametrize("more", ["", ", {link: a -- b, local_pref: {b: 50}}"])
def test_packets_across_an_exchange_are_drawn_past_its_route_server(more):
    """Even where the two have a link of their own that is not preferred."""
    drawing = svg(snapshots.of_text(f"{EXCHANGE}links: [rs => a, rs => b{more}]"), PREFIX)
    assert len(strokes(drawing, "#0072b2")) == 3  # to the route server, from there, and the legend
    assert "route server" in texts(drawing)
    assert "packets cross the exchange, not its route server" in texts(drawing)


EXCHANGE = """
name: exchange
ases:
  a: {asn: 64496, prefixes: [203.0.113.0/24]}
  b: {asn: 64497}
  rs: {asn: 64498}
"""


def test_a_link_that_is_down_is_crossed_out():
    snapshot = snapshots.of_lab("byoip")
    cut = replace(snapshot, links_down=frozenset({("customer", "transit-a"), ("transit-a", "customer")}))
    assert "link is down" in texts(svg(cut))
    assert len(strokes(svg(cut), "#c4321f")) == 2  # the link and the legend
    assert "link is down" not in texts(svg(snapshot))


def test_the_same_lab_is_drawn_the_same_twice():
    assert svg(snapshots.of_lab("demo"), PREFIX) == svg(snapshots.of_lab("demo"), PREFIX)


@given(st.text(max_size=200))
@settings(max_examples=examples(25), deadline=None)
def test_any_title_is_text_and_nothing_else(title):
    drawing = ET.fromstring(svg(snapshots.unrouted(topology("a -> b", title=title))))
    plain = ET.fromstring(svg(snapshots.unrouted(topology("a -> b", title="plain"))))
    tags = {element.tag for element in drawing.iter()}
    assert tags <= {element.tag for element in plain.iter()}


@pytest.mark.parametrize("prefix", [None, PREFIX])
def test_nothing_is_loaded_and_nothing_runs(prefix):
    drawing = svg(snapshots.of_lab("demo"), prefix)
    assert drawing.count("http") == 1  # the namespace's name
    for word in ("href", "<script", "url(", "@import", "<image", "<foreignObject"):
        assert word not in drawing


def test_a_lab_without_links_is_drawn():
    lone = replace(topology("a -> b"), links=())
    assert {"a", "b"} <= set(texts(svg(snapshots.unrouted(lone))))
