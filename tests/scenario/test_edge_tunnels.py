"""Magic Transit behind the edge: anycast, the tunnel to the data centre, and replies that uRPF judges."""

from __future__ import annotations

import pytest
from support.edge_lab import CLIENT, HELD, SITES, WEB, at_cloudflare, checking, sent, settled, ways
from support.edge_rooms import FakeRooms

from lab.bgp.prefix import Address, Prefix
from lab.topology.cloudflare_section import ServiceName, Tunnel
from lab.topology.model import UrpfMode
from lab.topology.vocabulary import DropReason

ENDPOINT = Address.parse("192.0.2.193")
DIRECT_RETURN = Tunnel("customer", ENDPOINT)
EGRESS = Tunnel("customer", ENDPOINT, egress=True)
INTERCONNECT = Tunnel("customer")


def magic(tunnel: Tunnel = DIRECT_RETURN) -> FakeRooms:
    rooms = FakeRooms(the_tunnel=tunnel).bind(ServiceName.MAGIC_TRANSIT)
    return rooms.bind(ServiceName.CDN, "203.0.113.96/29")


def sources(trace) -> dict[str, str]:
    return {leg.name: str(leg.trace.source) for leg in trace.legs}


@pytest.mark.seed(122)
def test_every_site_announces_and_each_client_lands_at_its_nearest() -> None:
    network = at_cloudflare()
    rooms = magic()
    assert sent(network, rooms, "203.0.113.9").at == "cf-sjc"
    assert sent(network, rooms, "203.0.113.9", start="campus", source="192.0.2.130").at == "cf-ams"
    ends = {
        name: network.walk(name, Address.parse(CLIENT), Address.parse(WEB)).at
        for name in ("customer", "isp", "transit-a", "campus", "transit-b", "eyeball", "attacker")
    }
    assert ends == {
        "customer": "cf-ams", "isp": "cf-ams", "transit-a": "cf-ams", "campus": "cf-ams",
        "transit-b": "cf-sjc", "eyeball": "cf-sjc", "attacker": "cf-sjc",
    }  # fmt: skip


def test_a_client_whose_site_has_withdrawn_lands_at_the_other() -> None:
    assert sent(settled(("cf-ams", HELD)), magic(), "203.0.113.9").at == "cf-ams"


@pytest.mark.seed(222)
def test_while_the_data_centre_announces_too_some_do_not_pass_cloudflare() -> None:
    network = at_cloudflare(("customer", HELD))
    client, server = Address.parse(CLIENT), Address.parse("203.0.113.9")
    assert network.walk("eyeball", client, server).at == "cf-sjc"
    assert network.walk("isp", client, server).at == "customer"


@pytest.mark.seed(223)
def test_with_a_less_specific_route_at_the_data_centre_packets_always_have_a_way() -> None:
    less = ("customer", "2001:db8:100::/44")
    client, server = Address.parse("2001:db8:e::7"), Address.parse("2001:db8:100::9")
    more = [(site, "2001:db8:100::/48") for site in SITES]
    assert settled(less).walk("isp", client, server).at == "customer"
    assert settled(less, *more).walk("isp", client, server).at == "cf-ams"
    assert settled(less, *more).walk("eyeball", client, server).at == "cf-sjc"


@pytest.mark.seed(172, 209)
def test_magic_transit_tunnels_to_the_data_centre_which_answers_by_itself() -> None:
    trace = sent(at_cloudflare(), magic(), "203.0.113.9")
    assert (trace.delivered, trace.at) == (True, "cf-sjc")
    assert ways(trace) == {
        "edge to data centre": ("cf-sjc", "transit-b", "transit-a", "isp", "customer"),
        "reply": ("customer", "isp", "transit-a", "transit-b", "eyeball"),
    }
    assert sources(trace) == {"edge to data centre": "192.0.2.1", "reply": "203.0.113.9"}
    assert "Magic Transit sends it to customer" in trace.explanation


@pytest.mark.seed(209)
def test_with_egress_the_answer_goes_back_through_the_tunnel_and_out_at_cloudflare() -> None:
    trace = sent(at_cloudflare(), magic(EGRESS), "203.0.113.9")
    assert trace.delivered
    assert ways(trace) == {
        "edge to data centre": ("cf-sjc", "transit-b", "transit-a", "isp", "customer"),
        # Anycast: the outer packet goes to the site that is nearest to the data centre.
        "data centre to edge": ("customer", "isp", "transit-a", "cf-ams"),
        "reply": ("cf-ams", "transit-a", "transit-b", "eyeball"),
    }
    assert sources(trace)["reply"] == "203.0.113.9"


def test_an_interconnect_needs_no_route() -> None:
    trace = sent(at_cloudflare(), magic(INTERCONNECT), "203.0.113.9")
    assert ways(trace)["edge to data centre"] == ("cf-sjc", "customer")
    assert trace.legs[0].trace.destination == Address.parse("203.0.113.9")
    back = sent(at_cloudflare(), magic(Tunnel("customer", None, egress=True)), "203.0.113.9")
    assert ways(back)["data centre to edge"] == ("customer", "cf-sjc")
    assert ways(back)["reply"][0] == "cf-sjc"


@pytest.mark.seed(232, 233)
@pytest.mark.parametrize(
    ("mode", "tunnel", "reason"),
    [
        (UrpfMode.STRICT, DIRECT_RETURN, DropReason.URPF_STRICT),
        (UrpfMode.LOOSE, DIRECT_RETURN, None),
        (UrpfMode.STRICT, EGRESS, None),
    ],
)
def test_strict_urpf_drops_direct_return_and_loose_or_egress_pass(
    mode: UrpfMode, tunnel: Tunnel, reason: DropReason | None
) -> None:
    trace = sent(checking(at_cloudflare(), {"isp": mode}), magic(tunnel), "203.0.113.9")
    assert (trace.delivered, trace.reason) == (reason is None, reason)
    if reason is not None:
        assert trace.at == "isp"
        assert trace.explanation == (
            "reply: isp drops it on arrival: the best route to 203.0.113.0/24 is via transit-a, "
            "the packet came from customer"
        )


@pytest.mark.seed(233)
def test_loose_urpf_drops_a_source_that_nobody_announces() -> None:
    network = checking(at_cloudflare(), {"isp": UrpfMode.LOOSE})
    reply = network.walk("customer", Address.parse("198.18.0.1"), Address.parse(CLIENT))
    assert (reply.delivered, reply.reason) == (False, DropReason.URPF_LOOSE)


def test_strict_urpf_passes_direct_return_while_the_data_centre_announces_too() -> None:
    network = checking(at_cloudflare(("customer", "203.0.113.0/24")), {"isp": UrpfMode.STRICT})
    assert sent(network, magic(), "203.0.113.9").delivered


def test_a_tunnel_whose_end_is_in_the_protected_prefix_comes_back() -> None:
    trace = sent(at_cloudflare(), magic(Tunnel("customer", Address.parse("203.0.113.1"))), "203.0.113.9")
    assert (trace.delivered, trace.reason) == (False, DropReason.TUNNEL_DOWN)
    assert trace.explanation == (
        "edge to data centre: the GRE packet comes back to Cloudflare at cf-sjc: 203.0.113.1, "
        "the tunnel's end, is in 203.0.113.0/24, which Cloudflare announces (tunnel recursion); "
        "expected an endpoint outside it"
    )
    assert [leg.name for leg in trace.legs] == ["edge to data centre"]


def test_a_tunnel_whose_end_has_no_route_is_down() -> None:
    trace = sent(at_cloudflare(), magic(Tunnel("customer", Address.parse("198.18.0.1"))), "203.0.113.9")
    assert (trace.reason, trace.at) == (DropReason.TUNNEL_DOWN, "cf-sjc")
    assert "198.18.0.1, the end of the GRE tunnel, cannot be reached: " in trace.explanation


def test_a_tunnel_may_end_at_an_address_that_the_isp_has_given_the_link() -> None:
    trace = sent(at_cloudflare(), magic(Tunnel("customer", Address.parse("192.0.2.65"))), "203.0.113.9")
    assert trace.delivered
    assert ways(trace)["edge to data centre"][-1] == "isp"


def test_a_tunnel_that_ends_with_somebody_else_is_down() -> None:
    trace = sent(at_cloudflare(), magic(Tunnel("customer", Address.parse("192.0.2.130"))), "203.0.113.9")
    assert (trace.reason, trace.at) == (DropReason.TUNNEL_DOWN, "campus")
    assert "is at campus; expected it at customer" in trace.explanation


def test_a_hijacked_tunnel_end_takes_the_tunnel_down() -> None:
    network = at_cloudflare(("attacker", "192.0.2.192/28"))
    trace = sent(network, magic(), "203.0.113.9")
    assert (trace.reason, trace.at) == (DropReason.TUNNEL_DOWN, "attacker")


def test_without_an_address_of_its_own_cloudflare_has_no_tunnel() -> None:
    rooms = magic()
    rooms.own = (Prefix.parse("2001:db8:cf::/48"),)
    trace = sent(at_cloudflare(), rooms, "203.0.113.9")
    assert trace.reason is DropReason.TUNNEL_DOWN
    assert "Cloudflare has no IPv4 address for its end of the tunnel" in trace.explanation
