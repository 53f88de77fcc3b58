"""The MRT export, read back by mrtparse, which shares no code with it."""

import io

import mrtparse
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import snapshots
from support.bgp_values import attributes_of, prefixes

from lab.bgp.attributes import Attributes, community_text
from lab.bgp.prefix import Prefix, address_text
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route, RouterView
from lab.bgp.rov import RovState
from lab.observe.exports.mrt import mrt
from lab.observe.table import Table
from lab.topology.model import Link, LinkKind, Speaker, Topology

ASNS = {"near": 64496, "far": 4294967295, "silent": 65551}
SPEAKERS = {name: Speaker(name, asn, 0xC6120001 + i) for i, (name, asn) in enumerate(ASNS.items())}
WATCHED = Topology(
    "watched",
    "",
    {**SPEAKERS, "collector": Speaker("collector", 65536, 0xC61200FF, collector=True)},
    tuple(Link(name, "collector", LinkKind.COLLECTING) for name in ASNS),
    "collector",
)


def collected(routes):
    """A collector that holds these attributes by prefix and vantage point."""
    adj_in = {
        prefix: tuple(
            Route(name, Relationship.VANTAGE_POINT, attributes, 100, RovState.NOT_FOUND)
            for name, attributes in seen.items()
        )
        for prefix, seen in routes.items()
    }
    return snapshots.unrouted(WATCHED, RouterView("collector", 65536, {}, adj_in), now=1700000000.9)


def records(data):
    found = []
    for record in mrtparse.Reader(io.BytesIO(data)):
        assert record.err is None, record.err_msg
        found.append(record.data)
    return found


def read_table(data):
    """The paths by prefix and vantage point, and every entry's other attributes by their type codes."""
    index, *ribs = records(data)
    names = {address_text(4, speaker.router_id): name for name, speaker in SPEAKERS.items()}
    peers = [names[peer["peer_bgp_id"]] for peer in index["peer_entries"]]
    entries = {}
    for rib in ribs:
        prefix = Prefix.parse(f"{rib['prefix']}/{rib['length']}")
        for entry in rib["rib_entries"]:
            attributes = {next(iter(each["type"])): each["value"] for each in entry["path_attributes"]}
            entries[prefix, peers[entry["peer_index"]]] = attributes
    return entries


def as_path(attributes):
    return tuple(int(asn) for segment in attributes[2] for asn in segment["value"])


@st.composite
def tables(draw):
    found = {}
    for prefix in draw(st.lists(prefixes(), max_size=4, unique=True)):
        names = draw(st.lists(st.sampled_from(["near", "far"]), min_size=1, unique=True))
        found[prefix] = {
            name: draw(attributes_of(ASNS[name]))._replace(
                large_communities=draw(st.sampled_from([(), ((64500, 1, 4294967295),)]))
            )
            for name in names
        }
    return found


@given(tables())
def test_what_is_read_back_is_the_collectors_table(routes):
    snapshot = collected(routes)
    paths = {}
    for (prefix, name), attributes in read_table(mrt(snapshot)).items():
        paths.setdefault(prefix, {})[name] = as_path(attributes)
    assert paths == Table.from_view(snapshot.collected).paths


@given(tables())
def test_every_path_attribute_is_read_back(routes):
    entries = read_table(mrt(collected(routes)))
    for prefix, seen in routes.items():
        for name, sent in seen.items():
            read = entries[prefix, name]
            assert next(iter(read[1])) == sent.origin
            assert read.get(4) == sent.med
            assert read.get(8, []) == [_standard(value) for value in sent.communities]
            assert read.get(32, []) == [community_text(value) for value in sent.large_communities]
            assert (35 in read) == (sent.otc is not None)
            router_id = SPEAKERS[name].router_id
            if prefix.version == 4:
                assert read[3] == address_text(4, router_id)
            else:
                assert read[14]["next_hop"] == [address_text(6, 0x20010002 << 96 | router_id)]


def _standard(value):
    return f"{value >> 16}:{value & 0xFFFF}"


def test_only_to_customer_is_attribute_35_with_the_asn_in_four_octets():
    data = mrt(collected({Prefix.parse("192.0.2.0/24"): {"near": Attributes((64496,), otc=64496)}}))
    assert bytes([0xC0, 35, 4]) + (64496).to_bytes(4, "big") in data


def test_the_peer_index_names_every_vantage_point_even_one_that_sends_nothing():
    (index,) = records(mrt(collected({})))
    assert index["collector_bgp_id"] == "198.18.0.255"
    assert index["view_name"] == "watched"
    assert [int(peer["peer_as"]) for peer in index["peer_entries"]] == list(ASNS.values())


def test_the_time_of_a_live_lab_is_whole_seconds():
    (index,) = records(mrt(collected({})))
    assert next(iter(index["timestamp"])) == 1700000000


def test_a_path_of_more_than_255_ases_is_read_back_whole():
    path = (64496, *[64500] * 400)
    data = mrt(collected({Prefix.parse("192.0.2.0/24"): {"near": Attributes(path)}}))
    (attributes,) = read_table(data).values()
    assert as_path(attributes) == path


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ("203.0.113.0/24", ["203.0.113.0/24", "203.0.113.128/25"]),
        ("203.0.113.128/25", ["203.0.113.128/25"]),
        ("2001:db8::/32", []),
    ],
)
def test_with_a_prefix_it_holds_that_and_its_more_specifics(wanted, left):
    route = {"near": Attributes((64496,))}
    held = ["192.0.2.0/24", "203.0.113.0/24", "203.0.113.128/25"]
    snapshot = collected({Prefix.parse(text): route for text in held})
    assert [str(prefix) for prefix, _ in read_table(mrt(snapshot, Prefix.parse(wanted)))] == left


def test_the_demo_is_exported_with_what_its_collector_sees():
    snapshot = snapshots.of_lab("demo")
    index, *ribs = records(mrt(snapshot))
    table = Table.from_view(snapshot.collected)
    assert [int(peer["peer_as"]) for peer in index["peer_entries"]] == [
        speaker.asn for speaker in snapshot.topology.routers()
    ]
    assert {f"{rib['prefix']}/{rib['length']}": rib["entry_count"] for rib in ribs} == {
        str(prefix): len(seen) for prefix, seen in table.paths.items()
    }
