"""What a record contains, as text and in a packet."""

from __future__ import annotations

import ipaddress

import dnslib
import pytest
from dnslib.label import DNSBuffer
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.dns.contents import RECORD_TYPES, ContentError, rdata


def packed(rtype: str, content: str) -> bytes:
    buffer = DNSBuffer()
    rdata(rtype, content).pack(buffer)
    return bytes(buffer.data)


@given(st.ip_addresses())
def test_an_address_travels_as_its_octets(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert packed("A" if address.version == 4 else "AAAA", str(address)) == address.packed


@given(st.text(max_size=600))
def test_a_text_travels_in_strings_of_at_most_255_octets(text: str) -> None:
    travels, strings = packed("TXT", text), []
    while travels:
        strings.append(travels[1 : 1 + travels[0]])
        travels = travels[1 + travels[0] :]
    assert b"".join(strings).decode() == text


def test_an_empty_text_is_one_empty_string() -> None:
    assert packed("TXT", "") == b"\0"


@pytest.mark.parametrize(
    ("rtype", "content", "octets"),
    [
        ("CNAME", "A.Example.", b"\x01a\x07example\0"),
        ("MX", "10 a.example", b"\0\x0a\x01a\x07example\0"),
        ("MX", "0 .", b"\0\0\0"),
        ("SRV", "1 2 443 a.example", b"\0\x01\0\x02\x01\xbb\x01a\x07example\0"),
        ("CAA", '0 issue "ca.example"', b"\0\x05issueca.example"),
        ("HINFO", '"RFC8482" ""', b"\x07RFC8482\0"),
    ],
)
def test_contents_travel_as_their_rfcs_say(rtype: str, content: str, octets: bytes) -> None:
    assert packed(rtype, content) == octets


@pytest.mark.parametrize(
    ("rtype", "content"),
    [
        ("A", "192.0.2"),
        ("A", " 192.0.2.1"),
        ("A", "192.0.2.0/24"),
        ("AAAA", "2001:db8::g"),
        ("CNAME", ""),
        ("MX", "65536 a.example"),
        ("MX", "-1 a.example"),
        ("SRV", "1 2 65536 a.example"),
        ("SRV", "1 2 443 a.example\nb 1 A 192.0.2.1"),
        ("CAA", "0 issue"),
        ("TLSA", "x" * 4097),
        ("RRSIG", "A 1"),
        ("TXT", "\ud800"),
        ("OPT", ""),
        ("", ""),
    ],
)
def test_what_cannot_travel_is_refused(rtype: str, content: str) -> None:
    with pytest.raises(ContentError):
        rdata(rtype, content)


@given(st.sampled_from(sorted(RECORD_TYPES)), st.text(max_size=100))
@settings(max_examples=examples(500))
def test_any_content_travels_or_is_refused(rtype: str, content: str) -> None:
    try:
        found = rdata(rtype, content)
    except ContentError:
        return
    buffer = DNSBuffer()
    dnslib.RR("a.example", getattr(dnslib.QTYPE, rtype), 1, 0, found).pack(buffer)
    assert dnslib.RR.parse(DNSBuffer(buffer.data)).rtype == getattr(dnslib.QTYPE, rtype)
