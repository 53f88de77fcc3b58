from dataclasses import replace
from itertools import pairwise

import pytest

from lab.bgp.prefix import Address, Prefix
from lab.bgp.relationship import Relationship
from lab.dataplane.probe import TTL, ProbeError, probe
from lab.topology.model import Holding, UrpfMode
from lab.topology.vocabulary import DropReason

PREFIX = "203.0.113.0/24"
SOURCE_PREFIX = "198.51.100.0/24"
SOURCE, DESTINATION = Address.parse("198.51.100.7"), Address.parse("203.0.113.9")


def off(speaker, neighbor):
    return UrpfMode.OFF


def everywhere(mode):
    return lambda speaker, neighbor: mode


@pytest.fixture
def chain(build):
    """eyeball -> transit <- customer; the eyeball has 198.51.100.0/24 and the customer 203.0.113.0/24."""
    topology = build.topology(
        {"eyeball": 64500, "transit": 64510, "customer": 64496}, "eyeball -> transit", "customer -> transit"
    )
    views = {
        "eyeball": build.rib(
            {PREFIX: [build.learned("transit", "provider", 64510, 64496)], SOURCE_PREFIX: [build.own()]},
            "eyeball",
            64500,
        ),
        "transit": build.rib(
            {
                PREFIX: [build.learned("customer", "customer", 64496)],
                SOURCE_PREFIX: [build.learned("eyeball", "customer", 64500)],
            },
            "transit",
            64510,
        ),
        "customer": build.rib(
            {PREFIX: [build.own()], SOURCE_PREFIX: [build.learned("transit", "provider", 64510, 64500)]},
            "customer",
            64496,
        ),
    }
    return topology, views


def test_a_packet_follows_the_best_routes_to_the_originator(chain):
    trace = probe(*chain, everywhere(UrpfMode.STRICT), "eyeball", SOURCE, DESTINATION)
    assert trace.path == ("eyeball", "transit", "customer")
    assert (trace.delivered, trace.at, trace.reason) == (True, "customer", None)
    assert trace.explanation == "customer originates 203.0.113.0/24"
    assert [hop.arrived_on for hop in trace.hops] == ["", "eyeball", "transit"]
    assert trace.hops[0].urpf is None
    assert trace.hops[1].route.neighbor == "customer"


@pytest.mark.parametrize(
    ("announced", "explanation"),
    [
        ("203.0.113.0/25", "eyeball originates 203.0.113.0/25, which customer holds"),
        ("203.0.112.0/23", "eyeball originates 203.0.112.0/23, but customer holds 203.0.113.0/24"),
    ],
)
def test_a_packet_that_ends_with_somebody_else_than_the_holder_says_so(build, chain, announced, explanation):
    topology = replace(chain[0], registry=(Holding(Prefix.parse(PREFIX), "customer", "ARIN", ""),))
    views = {"eyeball": build.rib({announced: [build.own()]}, "eyeball", 64500)}
    trace = probe(topology, views, off, "eyeball", SOURCE, DESTINATION)
    assert (trace.delivered, trace.explanation) == (True, explanation)


def test_a_packet_that_ends_at_another_site_of_the_holder_is_where_it_belongs(build):
    topology = build.topology({"east": 16509, "west": 16509, "transit": 64510}, "east -> transit")
    topology = replace(topology, registry=(Holding(Prefix.parse(PREFIX), "east", "ARIN", ""),))
    views = {"west": build.rib({PREFIX: [build.own()]}, "west", 16509)}
    trace = probe(topology, views, off, "west", SOURCE, DESTINATION)
    assert trace.explanation == "west originates 203.0.113.0/24"


def test_a_packet_to_the_own_prefix_goes_nowhere(chain):
    trace = probe(*chain, off, "customer", SOURCE, DESTINATION)
    assert trace.path == ("customer",)
    assert trace.delivered


def test_a_forged_source_passes_the_start_and_is_dropped_on_arrival(chain):
    trace = probe(*chain, everywhere(UrpfMode.STRICT), "eyeball", DESTINATION, DESTINATION)
    assert (trace.delivered, trace.at, trace.reason) == (False, "transit", DropReason.URPF_STRICT)
    assert trace.explanation == (
        "transit drops it on arrival: "
        "the best route to 203.0.113.0/24 is via customer, the packet came from eyeball"
    )
    assert trace.hops[-1].route is None


def test_urpf_applies_at_the_destination_too(chain):
    def at_customer(speaker, neighbor):
        return UrpfMode.LOOSE if speaker == "customer" else UrpfMode.OFF

    trace = probe(*chain, at_customer, "eyeball", Address.parse("192.0.2.1"), DESTINATION)
    assert (trace.at, trace.reason) == ("customer", DropReason.URPF_LOOSE)


def test_the_mode_is_asked_for_by_receiver_and_sender(chain):
    asked = []

    def urpf_at(speaker, neighbor):
        asked.append((speaker, neighbor))
        return UrpfMode.OFF

    probe(*chain, urpf_at, "eyeball", SOURCE, DESTINATION)
    assert asked == [("transit", "eyeball"), ("customer", "transit")]


def test_a_packet_without_a_route_is_dropped_where_it_is(chain):
    trace = probe(*chain, off, "eyeball", SOURCE, Address.parse("192.0.2.1"))
    assert (trace.at, trace.reason) == ("eyeball", DropReason.NO_ROUTE)
    assert trace.explanation == "eyeball has no route to 192.0.2.1"


def test_a_blackhole_drops_one_address_and_leaves_its_neighbours(build, chain):
    topology, views = chain
    held = dict(views["transit"].adj_in)
    routes = {str(prefix): list(found) for prefix, found in held.items()}
    routes["203.0.113.9/32"] = [build.learned("customer", "customer", 64496, discard=True)]
    views = views | {"transit": build.rib(routes, "transit", 64510)}
    trace = probe(topology, views, off, "eyeball", SOURCE, DESTINATION)
    assert (trace.at, trace.reason) == ("transit", DropReason.BLACKHOLE)
    assert trace.explanation == "transit discards it: 203.0.113.9/32 is a blackhole there"
    assert probe(topology, views, off, "eyeball", SOURCE, Address.parse("203.0.113.10")).delivered


def test_a_loop_ends_when_the_ttl_does_and_is_shown(build):
    topology = build.topology(
        {"s": 64499, "a": 64500, "b": 64501, "c": 64502}, "s -> a", "a -- b", "b -- c", "c -- a"
    )
    ring = {"s": "a", "a": "b", "b": "c", "c": "a"}
    views = {
        name: build.rib({PREFIX: [build.learned(following, "peer", 64510)]}, name)
        for name, following in ring.items()
    }
    trace = probe(topology, views, off, "s", SOURCE, DESTINATION)
    assert trace.reason is DropReason.TTL
    assert trace.path[:4] == ("s", "a", "b", "c")
    # s sends TTL 64; a receives 64, so the 64th to receive it is the one that cannot pass it on.
    walked = ["s"]
    while len(walked) <= TTL:
        walked.append(ring[walked[-1]])
    assert trace.at == walked[TTL]
    assert "a -> b -> c -> a" in trace.explanation


@pytest.mark.parametrize(("length", "delivered"), [(TTL + 1, True), (TTL + 2, False)])
def test_the_ttl_lets_a_packet_pass_so_many_speakers_and_no_more(build, length, delivered):
    names = [f"r{number}" for number in range(length)]
    topology = build.topology(
        {name: 65536 + number for number, name in enumerate(names)},
        *(f"{a} -> {b}" for a, b in pairwise(names)),
    )
    views = {a: build.rib({PREFIX: [build.learned(b, "provider", 64496)]}, a) for a, b in pairwise(names)}
    views[names[-1]] = build.rib({PREFIX: [build.own()]}, names[-1])
    trace = probe(topology, views, off, "r0", SOURCE, DESTINATION)
    assert trace.delivered == delivered
    assert trace.at == f"r{TTL if not delivered else length - 1}"
    assert trace.reason == (None if delivered else DropReason.TTL)


@pytest.fixture
def exchange(build):
    """Two clients of a route server."""
    topology = build.topology({"a": 64500, "b": 64496, "rs": 64505}, "rs => a", "rs => b")
    views = {
        "a": build.rib(
            {PREFIX: [build.learned("rs", "rs", 64496)], SOURCE_PREFIX: [build.own()]}, "a", 64500
        ),
        "b": build.rib(
            {PREFIX: [build.own()], SOURCE_PREFIX: [build.learned("rs", "rs", 64500)]}, "b", 64496
        ),
        "rs": build.rib(
            {
                PREFIX: [build.learned("b", "rs-client", 64496)],
                SOURCE_PREFIX: [build.learned("a", "rs-client", 64500)],
            },
            "rs",
            64505,
        ),
    }
    return topology, views


def test_packets_cross_an_exchange_without_passing_the_route_server(exchange):
    trace = probe(*exchange, everywhere(UrpfMode.STRICT), "a", SOURCE, DESTINATION)
    assert trace.path == ("a", "b")
    assert trace.delivered
    assert trace.hops[1].arrived_on == "rs"


def test_a_route_server_that_lost_its_client_leaves_no_next_hop(build, exchange):
    topology, views = exchange
    trace = probe(topology, views | {"rs": build.rib({}, "rs", 64505)}, off, "a", SOURCE, DESTINATION)
    assert (trace.at, trace.reason) == ("a", DropReason.NO_ROUTE)
    assert trace.explanation == "a has 203.0.113.0/24 from route server rs, no client has it now"


def test_ipv6_packets_walk_the_same_way(build):
    topology = build.topology({"a": 64500, "b": 64496}, "b -> a")
    views = {
        "a": build.rib({"2001:db8:100::/48": [build.learned("b", "customer", 64496)]}, "a", 64500),
        "b": build.rib({"2001:db8:100::/48": [build.own()]}, "b", 64496),
    }
    trace = probe(topology, views, off, "a", Address.parse("2001:db8::1"), Address.parse("2001:db8:100::9"))
    assert trace.delivered
    trace = probe(
        topology,
        views,
        everywhere(UrpfMode.LOOSE),
        "a",
        Address.parse("2001:db8::1"),
        Address.parse("2001:db8:100::9"),
    )
    assert trace.reason is DropReason.URPF_LOOSE


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("eyebal", "no packet can be sent from 'eyebal'; did you mean 'eyeball'?"),
        ("x", "no packet can be sent from 'x'; expected one of eyeball, transit, customer"),
        ("collector", "no packet can be sent from 'collector'; expected one of eyeball, transit, customer"),
    ],
)
def test_a_probe_from_nowhere_is_refused_with_the_choices(chain, start, message):
    with pytest.raises(ProbeError) as error:
        probe(*chain, off, start, SOURCE, DESTINATION)
    assert str(error.value) == message


def test_a_route_server_sends_no_packets(exchange):
    with pytest.raises(ProbeError, match="no packet can be sent from 'rs'"):
        probe(*exchange, off, "rs", SOURCE, DESTINATION)


def test_source_and_destination_must_have_one_ip_version(chain):
    with pytest.raises(ProbeError, match=r"source 2001:db8::1 is IPv6, destination 203\.0\.113\.9 is IPv4"):
        probe(*chain, off, "eyeball", Address.parse("2001:db8::1"), DESTINATION)


def test_the_modes_of_the_topology_can_be_used_as_they_are(chain):
    topology, views = chain
    assert topology.link("transit", "eyeball").relationship_from("transit") is Relationship.CUSTOMER
    assert probe(topology, views, topology.urpf_at, "eyeball", SOURCE, DESTINATION).delivered
