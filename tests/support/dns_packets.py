"""Packets that are no DNS queries, or hardly: mutations of good ones, noise, loops and bombs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import dnslib
from dnslib import DNSRecord
from support.dns_lab import ZONE

_NAMES = (f"cf-validation.{ZONE}", ZONE, "www.example.com", "8.b.d.0.1.0.0.2.ip6.arpa", ".")
_TYPES = ("TXT", "A", "PTR", "NS", "SOA", "ANY", "AXFR", "DS")
_COUNTS = (0, 1, 2, 255, 65535)


def good_query(rng: random.Random) -> bytes:
    """A query such as resolvers send."""
    record = DNSRecord.question(rng.choice(_NAMES), rng.choice(_TYPES))
    record.header.id = rng.randrange(65536)
    if rng.random() < 0.5:
        option = dnslib.EDNSOption(rng.randrange(16), rng.randbytes(rng.randrange(12)))
        record.add_ar(dnslib.EDNS0(udp_len=rng.randrange(65536), flags="do", opts=[option]))
    return bytes(record.pack())


def malformed_packets(seed: str, count: int) -> Iterator[bytes]:
    """`count` packets, the same ones for one seed."""
    rng = random.Random(seed)
    for _ in range(count):
        yield rng.choice(_WAYS)(rng)


def _flipped(rng: random.Random) -> bytes:
    packet = bytearray(good_query(rng))
    for _ in range(rng.randrange(1, 8)):
        packet[rng.randrange(len(packet))] ^= 1 << rng.randrange(8)
    return bytes(packet)


def _truncated(rng: random.Random) -> bytes:
    packet = good_query(rng)
    return packet[: rng.randrange(len(packet))]


def _extended(rng: random.Random) -> bytes:
    return good_query(rng) + rng.randbytes(rng.randrange(1, 600))


def _noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(0, 700))


def _noise_behind_a_header(rng: random.Random) -> bytes:
    return _header(rng, 1, 0, 0, rng.choice((0, 1, 2))) + rng.randbytes(rng.randrange(0, 400))


def _wrong_counts(rng: random.Random) -> bytes:
    packet = good_query(rng)
    return _header(rng, *(rng.choice(_COUNTS) for _ in range(4))) + packet[12:]


def _pointer_loop(rng: random.Random) -> bytes:
    """Pointers to themselves, to each other, into the header and into a label."""
    question = b"\x01a\0\0\x10\0\x01" if rng.random() < 0.7 else b""
    size = rng.randrange(1, 40)
    pointers = b"".join(
        rng.choice((b"", b"\x01a", b"\x3f")) + (0xC000 | rng.randrange(12 + 2 * size)).to_bytes(2, "big")
        for _ in range(size)
    )
    return _header(rng, 1, 0, 0, rng.choice((1, 2))) + question + pointers + bytes(10)


def _compression_bomb(rng: random.Random) -> bytes:
    """A chain of labels and pointers as long as a datagram, each to the one before."""
    packet = bytearray(_header(rng, 1, 0, 0, 2) + b"\x01a\0\0\x10\0\x01\x01b\0")
    while len(packet) < rng.randrange(500, 3900):
        last = len(packet) - 3
        packet += b"\x3f" + b"x" * 63 + (0xC000 | max(last, 12)).to_bytes(2, "big")
    return bytes(packet)


def _long_name(rng: random.Random) -> bytes:
    size = rng.choice((63, 64, 127, 191, 1))
    labels = (bytes([size]) + b"y" * size) * rng.randrange(1, 300)
    return _header(rng, 1, 0, 0, 0) + labels[: rng.randrange(3000)] + b"\0\0\x10\0\x01"


def _header(rng: random.Random, *counts: int) -> bytes:
    flags = rng.choice((0x0100, 0x0000, 0x0120, 0x8180, rng.randrange(65536)))
    return b"".join(value.to_bytes(2, "big") for value in (rng.randrange(65536), flags, *counts))


_WAYS: tuple[Callable[[random.Random], bytes], ...] = (
    _flipped,
    _truncated,
    _extended,
    _noise,
    _noise_behind_a_header,
    _wrong_counts,
    _pointer_loop,
    _compression_bomb,
    _long_name,
)
