"""Packets of whoever: an answer or none, within bounds, and never a fault."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections import Counter

import dnslib
import pytest
from dnslib import DNSRecord
from hypothesis import given, settings
from hypothesis import strategies as st
from support.dns_lab import TOKEN, ZONE, DnsLab, delegated_lab
from support.dns_packets import good_query, malformed_packets
from support.examples import examples

from lab.dns.answering import LONGEST_UDP
from lab.dns.queries import LONGEST_QUERY, MalformedError, read_query

LAB = delegated_lab()
NAME = f"cf-validation.{ZONE}"


def _check(lab: DnsLab, packet: bytes) -> str:
    """The RCODE of the answer; "dropped" for none."""
    packed = lab.answer(packet)
    if packed is None:
        assert len(packet) < 12 or packet[2] & 0x80
        return "dropped"
    assert 12 <= len(packed) <= LONGEST_UDP
    assert packed[:2] == packet[:2]
    assert packed[2] & 0x80
    return dnslib.RCODE[packed[3] & 15]


@pytest.mark.parametrize("part", range(2))
def test_malformed_packets_are_answered_or_dropped(part: int) -> None:
    outcomes = Counter(
        _check(LAB, packet) for packet in malformed_packets(f"pure {part}", 10 * examples(500))
    )
    assert {"dropped", "FORMERR", "NOERROR", "REFUSED"} <= outcomes.keys()
    assert LAB.dns.txt(NAME) == (TOKEN,)


def test_malformed_packets_leave_no_memory_behind() -> None:
    packets = list(malformed_packets("memory", 300))
    for packet in packets:
        _check(LAB, packet)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for packet in packets:
        _check(LAB, packet)
    peak = tracemalloc.get_traced_memory()[1]
    gc.collect()
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert left - before < 100_000
    assert peak - before < 5_000_000


def test_what_is_made_here_is_mostly_malformed_and_good_queries_are_read() -> None:
    rng = random.Random("good")
    for _ in range(100):
        assert read_query(good_query(rng)).question.qname is not None
    refused = 0
    for packet in malformed_packets("mostly", 500):
        try:
            read_query(packet)
        except MalformedError:
            refused += 1
    assert refused > 250


@given(st.binary(max_size=600))
@settings(max_examples=examples(500))
def test_any_octets_are_answered_or_dropped(packet: bytes) -> None:
    _check(LAB, packet)
    _check(LAB, b"\0\1\1\0\0\1\0\0\0\0\0\1" + packet)


@pytest.mark.parametrize(
    "question",
    [
        b"\xc0\x0c\0\x10\0\x01",
        b"\x01a\xc0\x0c\0\x10\0\x01",
        b"\x40" + b"a" * 64 + b"\0\0\x10\0\x01",
        b"\x01a\0\0\x10\0",
        b"\x05a",
        b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 3 + b"\0\0\x10\0\x01",
    ],
)
def test_a_question_that_is_no_name_and_type_is_an_error_of_format(question: bytes) -> None:
    assert _check(LAB, b"\0\1\1\0\0\1\0\0\0\0\0\0" + question) == "FORMERR"


def test_a_query_longer_than_any_is_an_error_of_format() -> None:
    packet = bytes(DNSRecord.question(NAME, "TXT").pack())
    assert _check(LAB, packet + bytes(LONGEST_QUERY - len(packet))) == "NOERROR"
    assert _check(LAB, packet + bytes(LONGEST_QUERY - len(packet) + 1)) == "FORMERR"
