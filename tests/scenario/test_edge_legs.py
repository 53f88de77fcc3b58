"""The CDN and Spectrum behind the edge: the way to the origin and back, and replies with the right source."""

from __future__ import annotations

import pytest
from support.edge_lab import HELD, SITES, WEB, at_cloudflare, checking, sent, settled, ways
from support.edge_rooms import FakeRooms

from lab.bgp.prefix import Address
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


def cdn(*origins: str) -> FakeRooms:
    return FakeRooms().bind(ServiceName.CDN).proxy("www.example.com", *origins)


def sources(trace) -> dict[str, str]:
    return {leg.name: str(leg.trace.source) for leg in trace.legs}


@pytest.mark.seed(180, 198, 210)
def test_the_cdn_asks_the_origin_from_its_own_address_and_answers_from_the_one_that_was_asked() -> None:
    trace = sent(at_cloudflare(), cdn("192.0.2.200"), host="www.example.com")
    assert (trace.delivered, trace.at) == (True, "cf-sjc")
    assert ways(trace) == {
        "edge to origin": ("cf-sjc", "transit-b", "transit-a", "isp", "customer"),
        "origin to edge": ("customer", "isp", "transit-a", "cf-ams"),
        "reply": ("cf-sjc", "transit-b", "eyeball"),
    }
    assert sources(trace) == {
        "edge to origin": "192.0.2.1", "origin to edge": "192.0.2.200", "reply": WEB,
    }  # fmt: skip


@pytest.mark.seed(208, 209, 210)
@pytest.mark.parametrize("tunnel", [DIRECT_RETURN, EGRESS])
def test_an_origin_in_a_magic_transit_prefix_is_asked_through_the_tunnel(tunnel: Tunnel) -> None:
    rooms = magic(tunnel).proxy("www.example.com", "203.0.113.150")
    trace = sent(at_cloudflare(), rooms, host="www.example.com")
    assert trace.delivered
    assert trace.legs[0].trace.destination == ENDPOINT
    assert ways(trace)["edge to origin"][-1] == "customer"
    assert sources(trace) == {
        "edge to origin": "192.0.2.1",
        "origin to edge": str(ENDPOINT) if tunnel.egress else "203.0.113.150",
        "reply": WEB,
    }


@pytest.mark.seed(173, 174)
@pytest.mark.parametrize("tunnel", [DIRECT_RETURN, EGRESS, INTERCONNECT])
def test_the_same_address_for_ingress_and_origin_is_no_loop(tunnel: Tunnel) -> None:
    trace = sent(at_cloudflare(), magic(tunnel).proxy("www.example.com", WEB), host="www.example.com")
    assert trace.delivered
    assert ways(trace)["edge to origin"][-1] == "customer"
    assert str(trace.legs[-1].trace.source) == WEB


@pytest.mark.seed(232)
def test_an_origin_that_answers_by_itself_is_dropped_by_strict_urpf_too() -> None:
    rooms = magic().proxy("www.example.com", "203.0.113.150")
    network = checking(at_cloudflare(), {"isp": UrpfMode.STRICT})
    trace = sent(network, rooms, host="www.example.com")
    assert (trace.reason, trace.at) == (DropReason.URPF_STRICT, "isp")
    assert trace.explanation.startswith("origin to edge: ")


def test_an_origin_in_a_cdn_prefix_that_only_cloudflare_announces_is_unreachable_and_no_loop() -> None:
    trace = sent(at_cloudflare(), cdn(WEB), host="www.example.com")
    assert (trace.delivered, trace.reason, trace.at) == (False, DropReason.NO_ROUTE, "cf-sjc")
    assert trace.explanation == f"edge to origin: cf-sjc has no route to {WEB} but its own"


@pytest.mark.seed(174)
def test_a_request_for_an_origin_that_comes_back_to_cloudflare_is_not_proxied_again() -> None:
    halves = [(site, half) for site in SITES for half in ("203.0.113.0/25", "203.0.113.128/25")]
    trace = sent(settled(*halves, ("customer", HELD)), cdn(WEB), host="www.example.com")
    assert (trace.delivered, trace.reason, trace.at) == (False, DropReason.NOT_SERVED, "cf-sjc")
    assert ways(trace) == {"edge to origin": ("cf-sjc", "transit-b", "cf-sjc")}
    assert "comes back to Cloudflare at cf-sjc, which announces 203.0.113.0/25" in trace.explanation


def test_of_several_origins_the_first_that_answers_counts() -> None:
    trace = sent(at_cloudflare(), cdn("198.18.0.1", "192.0.2.200"), host="www.example.com")
    assert trace.delivered
    assert trace.legs[0].trace.destination == Address.parse("192.0.2.200")
    dead = sent(at_cloudflare(), cdn("198.18.0.1", "198.18.0.2"), host="www.example.com")
    assert (dead.reason, dead.at) == (DropReason.NO_ROUTE, "cf-sjc")
    assert "198.18.0.1" in dead.explanation


def test_an_origin_of_an_ip_version_that_cloudflare_has_not_is_not_asked() -> None:
    trace = sent(at_cloudflare(), cdn("2001:db8::1"), host="www.example.com")
    assert trace.reason is DropReason.NO_ROUTE
    assert "Cloudflare has no IPv6 address of its own to ask 2001:db8::1 from" in trace.explanation


def test_an_answer_to_cloudflare_that_somebody_else_draws_is_lost() -> None:
    network = at_cloudflare(("attacker", "192.0.2.0/27"))
    trace = sent(network, cdn("192.0.2.200"), host="www.example.com")
    assert (trace.reason, trace.at) == (DropReason.ELSEWHERE, "attacker")
    assert "expected it at Cloudflare" in trace.explanation


def test_an_answer_to_a_client_that_somebody_else_draws_is_lost() -> None:
    trace = sent(at_cloudflare(("attacker", "198.51.100.0/25")), magic(), "203.0.113.9")
    assert (trace.reason, trace.at) == (DropReason.ELSEWHERE, "attacker")
    assert "expected it at eyeball, which has asked" in trace.explanation


@pytest.mark.parametrize("tunnel", [DIRECT_RETURN, EGRESS, INTERCONNECT])
def test_an_answer_to_a_client_in_a_magic_transit_prefix_takes_its_tunnel(tunnel: Tunnel) -> None:
    rooms = magic(tunnel).proxy("www.example.com", "192.0.2.70")
    trace = sent(at_cloudflare(), rooms, start="customer", source="203.0.113.9", host="www.example.com")
    assert trace.delivered
    assert [leg.name for leg in trace.legs[-2:]] == ["reply", "edge to client"]
    assert ways(trace)["edge to client"][-1] == "customer"


def test_an_answer_through_a_tunnel_that_leads_to_somebody_else_is_lost() -> None:
    rooms = magic().proxy("www.example.com", "192.0.2.70")
    trace = sent(at_cloudflare(), rooms, source="203.0.113.9", host="www.example.com")
    assert (trace.reason, trace.at) == (DropReason.ELSEWHERE, "customer")
    assert trace.explanation.endswith("expected it at eyeball, which has asked")


def test_an_answer_to_a_client_in_a_prefix_that_cloudflare_serves_itself_is_lost_there() -> None:
    rooms = cdn("192.0.2.200")
    trace = sent(at_cloudflare(), rooms, start="customer", source="203.0.113.9", host="www.example.com")
    assert (trace.reason, trace.at) == (DropReason.ELSEWHERE, "cf-ams")


@pytest.mark.seed(170, 210)
def test_spectrum_asks_its_origin_and_answers_from_the_address_that_was_asked() -> None:
    rooms = FakeRooms().bind(ServiceName.SPECTRUM).listen("203.0.113.18", "tcp", 22, "192.0.2.200")
    trace = sent(at_cloudflare(), rooms, "203.0.113.18", port="tcp/22")
    assert trace.delivered
    assert ways(trace)["edge to origin"][-1] == "customer"
    assert sources(trace)["reply"] == "203.0.113.18"


@pytest.mark.seed(267)
def test_what_nothing_is_bound_to_ends_at_the_site() -> None:
    trace = sent(at_cloudflare(), FakeRooms())
    assert (trace.delivered, trace.reason, trace.at) == (False, DropReason.NOT_SERVED, "cf-sjc")
    assert trace.legs == ()
    assert trace.explanation.startswith("cf-sjc originates 203.0.113.0/24")
