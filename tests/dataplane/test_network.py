"""Packets that leave a speaker by another way than its best route."""

from __future__ import annotations

import pytest

from lab.bgp.prefix import Address, Prefix
from lab.dataplane.network import Network, received_match
from lab.topology.model import UrpfMode
from lab.topology.vocabulary import DropReason

PREFIX = "203.0.113.0/24"
SOURCE, DESTINATION = Address.parse("192.0.2.1"), Address.parse("203.0.113.9")


def off(speaker, neighbor):
    return UrpfMode.OFF


@pytest.fixture
def anycast(build):
    """site -> transit <- customer, both of which announce the prefix; transit prefers the customer."""
    topology = build.topology(
        {"site": 13335, "transit": 64510, "customer": 64496}, "site -> transit", "customer -> transit"
    )
    views = {
        "site": build.rib(
            {PREFIX: [build.own(), build.learned("transit", "provider", 64510, 64496)]}, "site", 13335
        ),
        "transit": build.rib({PREFIX: [build.learned("customer", "customer", 64496)]}, "transit", 64510),
        "customer": build.rib({PREFIX: [build.own()]}, "customer", 64496),
    }
    return Network(topology, views, off)


def test_a_walk_out_leaves_a_speaker_that_announces_the_destination_itself(anycast):
    assert anycast.walk("site", SOURCE, DESTINATION).path == ("site",)
    trace = anycast.walk_out("site", SOURCE, DESTINATION)
    assert trace.path == ("site", "transit", "customer")
    assert trace.delivered
    assert trace.hops[0].route.neighbor == "transit"


def test_a_walk_out_that_comes_back_ends_where_it_began(build, anycast):
    back = build.rib({PREFIX: [build.learned("site", "customer", 13335)]}, "transit", 64510)
    network = Network(anycast.topology, anycast.views | {"transit": back}, off)
    trace = network.walk_out("site", SOURCE, DESTINATION)
    assert trace.path == ("site", "transit", "site")
    assert (trace.delivered, trace.at) == (True, "site")


def test_urpf_applies_to_a_walk_out_from_the_first_hop_on(anycast):
    network = Network(anycast.topology, anycast.views, lambda speaker, neighbor: UrpfMode.STRICT)
    trace = network.walk_out("site", SOURCE, DESTINATION)
    assert (trace.at, trace.reason) == ("transit", DropReason.URPF_STRICT)


def test_with_no_route_but_its_own_a_walk_out_ends_at_once(build, anycast):
    alone = build.rib({PREFIX: [build.own()]}, "site", 13335)
    network = Network(anycast.topology, anycast.views | {"site": alone}, off)
    trace = network.walk_out("site", SOURCE, DESTINATION)
    assert (trace.path, trace.reason) == (("site",), DropReason.NO_ROUTE)
    assert trace.explanation == "site has no route to 203.0.113.9 but its own"


def test_the_most_specific_usable_route_that_was_received_counts(build):
    view = build.rib(
        {
            "203.0.113.0/24": [build.learned("transit", "provider", 64510)],
            "203.0.113.0/25": [build.learned("transit", "provider", 64510, rejected=True)],
            "203.0.113.0/26": [build.own()],
        }
    )
    assert received_match(view, DESTINATION).prefix == Prefix.parse(PREFIX)
    assert received_match(view, Address.parse("198.51.100.1")) is None


def test_what_is_handed_across_needs_no_route(anycast):
    trace = anycast.link_across("site", "customer", SOURCE, Address.parse("198.18.0.1"))
    assert (trace.path, trace.delivered, trace.at) == (("site", "customer"), True, "customer")
    assert [hop.asn for hop in trace.hops] == [13335, 64496]
