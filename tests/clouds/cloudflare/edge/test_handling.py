"""What a site of Cloudflare does with a packet is decided by bindings, applications and zones, and said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.edge_rooms import BOUND, FakeRooms
from support.examples import examples

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.edge.handling import Handling, Proxied, Tunnelled, Unserved, handle
from lab.clouds.cloudflare.edge.request import HTTP_PORTS, HTTPS_PORTS, Request
from lab.topology.cloudflare_section import ServiceName, Tunnel

AMS, SJC = "cf-ams", "cf-sjc"
TUNNEL = Tunnel("customer", Address.parse("192.0.2.193"))
WEB = "203.0.113.100"
ORIGIN = Address.parse("203.0.113.150")


def sent(
    rooms: FakeRooms, to: str = WEB, port: str = "tcp/443", host: str = "", site: str = AMS
) -> Handling | None:
    return handle(rooms, Request.parse(Address.parse(to), port, host), site)


def refusal(rooms: FakeRooms, **asked: str) -> str:
    found = sent(rooms, **asked)
    assert isinstance(found, Unserved)
    return found.text


@pytest.fixture
def cdn() -> FakeRooms:
    return FakeRooms().bind(ServiceName.CDN).proxy("www.example.com", "203.0.113.150")


@pytest.fixture
def magic() -> FakeRooms:
    rooms = FakeRooms(the_tunnel=TUNNEL).bind(ServiceName.MAGIC_TRANSIT)
    return rooms.bind(ServiceName.CDN, "203.0.113.16/29").bind(ServiceName.SPECTRUM, "203.0.113.200/32")


@pytest.mark.seed(169)
def test_http_to_an_address_of_the_cdn_goes_to_the_origin_of_its_host(cdn: FakeRooms) -> None:
    found = sent(cdn, host="www.example.com")
    assert found == Proxied((ORIGIN,), "the CDN proxies www.example.com of zone example.com to 203.0.113.150")
    assert sent(cdn, host="WWW.Example.COM.") == found


@pytest.mark.seed(169)
@pytest.mark.parametrize("port", [22, 81, 8444, 53])
def test_the_cdn_takes_nothing_but_http(cdn: FakeRooms, port: int) -> None:
    assert refusal(cdn, port=f"tcp/{port}", host="www.example.com") == (
        f"the CDN takes HTTP and HTTPS on their ports only, and nothing on www.example.com on tcp/{port}"
    )


def test_an_application_at_an_address_of_the_cdn_is_named_with_why_it_waits_in_vain(cdn: FakeRooms) -> None:
    cdn.listen(WEB, "tcp", 22, "203.0.113.150")
    text = refusal(cdn, port="tcp/22")
    assert text.startswith(
        "the CDN takes HTTP and HTTPS on their ports only, and nothing on tcp/22; the Spectrum"
    )
    assert text.endswith(f"waits for it, but {WEB} is bound to CDN and not to Spectrum")
    assert "Spectrum" not in refusal(cdn, port="tcp/23")


def test_the_cdn_takes_all_of_its_ports_and_http_3(cdn: FakeRooms) -> None:
    ports = [f"tcp/{port}" for port in HTTP_PORTS | HTTPS_PORTS] + ["udp/443"]
    assert all(isinstance(sent(cdn, port=port, host="www.example.com"), Proxied) for port in ports)
    assert "nothing on" in refusal(cdn, port="udp/80", host="www.example.com")


def test_a_host_that_no_zone_proxies_is_not_served(cdn: FakeRooms) -> None:
    assert refusal(cdn, host="www.example.net") == "no zone at Cloudflare proxies www.example.net"


def test_a_host_of_an_account_that_may_not_use_the_address_is_not_served_there(cdn: FakeRooms) -> None:
    cdn.proxy("www.example.net", "192.0.2.150", account="0" * 32)
    assert "may not use 203.0.113.100 (error 1034" in refusal(cdn, host="www.example.net")
    assert isinstance(sent(cdn, to="192.0.2.9", host="www.example.net"), Proxied)


def test_a_handshake_without_a_name_is_answered_for_the_default_sni_of_the_address(cdn: FakeRooms) -> None:
    assert refusal(cdn) == f"the request names no host, and no address map has a default SNI for {WEB}"
    cdn.snis[Address.parse(WEB)] = "www.example.com"
    found = sent(cdn)
    assert isinstance(found, Proxied)
    assert "www.example.com, the default SNI, of zone" in found.text
    assert "no host" in refusal(cdn, to="203.0.113.101")


def test_http_without_tls_has_no_sni(cdn: FakeRooms) -> None:
    cdn.snis[Address.parse(WEB)] = "www.example.com"
    assert "names no host, which HTTP asks for" in refusal(cdn, port="tcp/80")


@pytest.mark.seed(170)
def test_tcp_to_an_address_of_spectrum_goes_to_the_origin_of_its_application() -> None:
    rooms = FakeRooms().bind(ServiceName.SPECTRUM).listen("203.0.113.18", "tcp", 22, "192.0.2.1")
    found = sent(rooms, to="203.0.113.18", port="tcp/22")
    assert found == Proxied((Address.parse("192.0.2.1"),), "Spectrum proxies ssh.example.com to 192.0.2.1")
    assert refusal(rooms, to="203.0.113.18", port="tcp/23") == (
        "no Spectrum application listens on tcp/23 of 203.0.113.18"
    )
    assert "listens on tcp/22 of 203.0.113.19" in refusal(rooms, to="203.0.113.19", port="tcp/22")


@pytest.mark.seed(207)
def test_a_zones_records_and_maps_have_no_say_at_an_address_of_spectrum() -> None:
    rooms = FakeRooms().bind(ServiceName.SPECTRUM).proxy("www.example.com", "203.0.113.150")
    rooms.snis[Address.parse(WEB)] = "www.example.com"
    assert "no Spectrum application listens" in refusal(rooms, host="www.example.com")


@pytest.mark.seed(207)
def test_an_application_has_no_say_at_an_address_of_the_cdn(cdn: FakeRooms) -> None:
    cdn.listen(WEB, "tcp", 22, "192.0.2.1")
    assert "the CDN takes HTTP" in refusal(cdn, port="tcp/22")


@pytest.mark.seed(159, 172)
@settings(max_examples=examples(200))
@given(last=st.integers(0, 255), port=st.sampled_from(["tcp/22", "tcp/443", "udp/53"]))
def test_what_nothing_more_specific_is_bound_to_goes_to_magic_transit(last: int, port: str) -> None:
    magic = FakeRooms(the_tunnel=TUNNEL).bind(ServiceName.MAGIC_TRANSIT)
    magic.bind(ServiceName.CDN, "203.0.113.16/29").bind(ServiceName.SPECTRUM, "203.0.113.200/32")
    found = sent(magic, to=f"203.0.113.{last}", port=port)
    if last == 200:
        assert isinstance(found, Unserved)
        assert found.text.startswith("no Spectrum application listens")
    elif 16 <= last < 24:
        assert isinstance(found, Unserved)
        assert found.text.startswith(("the CDN takes HTTP", "the request names no host"))
    else:
        assert found == Tunnelled(TUNNEL, "Magic Transit sends it to customer")


def test_magic_transit_without_a_tunnel_drops(magic: FakeRooms) -> None:
    magic.the_tunnel = None
    assert "no tunnel" in refusal(magic)


@pytest.mark.seed(267)
def test_what_is_announced_and_bound_to_nothing_is_dropped() -> None:
    assert (
        refusal(FakeRooms()) == "nothing is bound to the address, of 203.0.113.0/24: cf-ams drops the packet"
    )


@pytest.mark.seed(267)
def test_a_default_binding_leaves_no_address_without_a_handler(magic: FakeRooms) -> None:
    assert all("nothing is bound" not in str(sent(magic, to=f"203.0.113.{last}")) for last in range(256))


def test_a_binding_disrupts_its_addresses_at_every_site_until_the_site_has_it(cdn: FakeRooms) -> None:
    arrives = {AMS: BOUND + 14400, SJC: BOUND + 18000}
    cdn.bind(ServiceName.SPECTRUM, "203.0.113.16/29", arrives=arrives)
    cdn.listen("203.0.113.18", "tcp", 22, "192.0.2.1")
    cdn.time = BOUND + 15000
    ssh = {"to": "203.0.113.18", "port": "tcp/22"}
    assert isinstance(sent(cdn, **ssh, site=AMS), Proxied)
    assert refusal(cdn, **ssh, site=SJC) == (
        "the binding of 203.0.113.16/29 to Spectrum is on its way to cf-sjc "
        "since 2026-01-01T00:00:00Z until 2026-01-01T05:00:00Z: the address is disrupted there"
    )
    assert isinstance(sent(cdn, host="www.example.com", site=SJC), Proxied)
    cdn.time = BOUND + 18000
    assert isinstance(sent(cdn, **ssh, site=SJC), Proxied)


def test_a_binding_that_is_being_deleted_disrupts_until_the_site_has_forgotten_it(cdn: FakeRooms) -> None:
    leaves = {AMS: BOUND + 14400}
    cdn.bind(ServiceName.SPECTRUM, f"{WEB}/32", deleted=BOUND, leaves=leaves)
    assert "is being removed from cf-ams" in refusal(cdn, host="www.example.com")
    cdn.time = BOUND + 14400
    assert isinstance(sent(cdn, host="www.example.com"), Proxied)


def test_addresses_for_cdn_egress_take_no_requests() -> None:
    rooms = FakeRooms().bind(ServiceName.CDN_EGRESS).proxy("www.example.com", "203.0.113.150")
    assert "bound to CDN Egress, which takes no requests" in refusal(rooms, host="www.example.com")


@pytest.mark.seed(124)
def test_cloudflares_own_addresses_serve_proxied_hosts_without_any_prefix_of_ones_own(cdn: FakeRooms) -> None:
    assert isinstance(sent(cdn, to="192.0.2.9", host="www.example.com"), Proxied)
    assert "no zone" in refusal(cdn, to="192.0.2.9", host="www.example.net")
    cdn.listen("192.0.2.9", "tcp", 22, "198.51.100.9")
    assert isinstance(sent(cdn, to="192.0.2.9", port="tcp/22"), Proxied)


def test_nothing_is_said_of_addresses_that_cloudflare_has_nothing_to_do_with(cdn: FakeRooms) -> None:
    assert sent(cdn, to="198.51.100.9", host="www.example.com") is None
    assert sent(cdn, to="192.0.2.9") is None
    cdn.is_known = False
    assert sent(cdn, host="www.example.com") is None


def test_a_proxied_name_without_an_address_is_not_served(cdn: FakeRooms) -> None:
    assert "whose origin has no address" in refusal(cdn.proxy("empty.example.com"), host="empty.example.com")


@pytest.mark.parametrize("port", ["443", "tcp/0", "tcp/65536", "sctp/1", "tcp/", "tcp/4 3", "tcp/٤"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="expected for example tcp/443 or udp/53"):
        Request.parse(Address.parse(WEB), port)
