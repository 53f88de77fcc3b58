from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_site import addresses
from support.examples import examples

from lab.clouds.cloudflare.spectrum.origins import origin_port, parse_origin
from lab.clouds.cloudflare.spectrum.ports import Ports, parse_ports, parse_protocol

PORTS = st.builds(
    lambda transport, ends: Ports(transport, min(ends), max(ends)),
    st.sampled_from(["tcp", "udp"]),
    st.tuples(st.integers(1, 65535), st.integers(1, 65535)),
)


@settings(max_examples=examples(100))
@given(PORTS, PORTS, st.integers(0, 65536))
def test_ports_are_those_from_the_first_to_the_last(ports, other, port):
    assert parse_protocol(f"{ports.transport}/{ports.first}-{ports.last}") == ports
    assert ports.has(ports.transport, port) == (ports.first <= port <= ports.last)
    assert not ports.has("tcp" if ports.transport == "udp" else "udp", ports.first)
    common = range(max(ports.first, other.first), min(ports.last, other.last) + 1)
    assert ports.shares(other) == (ports.transport == other.transport and len(common) > 0)


def test_one_port_is_a_range_of_itself():
    assert parse_protocol("tcp/22") == Ports("tcp", 22, 22)
    assert parse_ports("22", "udp").count == 1


@pytest.mark.parametrize(
    "text",
    ["", "22", "tcp", "tcp/", "tcp/0", "tcp/65536", "tcp/9-1", "sctp/22", "tcp/1-2-3", "tcp/-1", "TCP/22"],
)
def test_what_is_no_protocol_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        parse_protocol(text)


def test_an_origin_has_an_address_and_a_port():
    assert parse_origin("tcp://192.0.2.1:22") == (*addresses("192.0.2.1"), Ports("tcp", 22, 22))
    found = parse_origin("udp://[2001:db8::1]:1000-2000")
    assert found == (*addresses("2001:db8::1"), Ports("udp", 1000, 2000))


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.1:22",
        "tcp://192.0.2.1",
        "tcp://192.0.2.1:0",
        "tcp://192.0.2.256:22",
        "tcp://2001:db8::1:22",
        "tcp://[192.0.2.1]:22",
        "tcp://host.example.com:22",
        "tcp://192.0.2.0/24:22",
        "http://192.0.2.1:80",
    ],
)
def test_what_is_no_origin_is_refused(text):
    with pytest.raises(ValueError, match=r"is no (origin|port)"):
        parse_origin(text)


def test_a_port_of_a_range_goes_to_the_one_at_the_same_place():
    edge = Ports("tcp", 80, 90)
    assert origin_port(edge, Ports("tcp", 8080, 8090), 83) == 8083
    assert origin_port(edge, Ports("tcp", 22, 22), 83) == 22
