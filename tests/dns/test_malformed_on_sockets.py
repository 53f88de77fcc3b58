"""The DNS server after thousands of malformed packets: bounded in memory, and it answers dig."""

from __future__ import annotations

import gc
import random
import socket
import tracemalloc

import pytest
from dnslib import DNSRecord
from support.dns_lab import TOKEN, Dig
from support.dns_packets import good_query, malformed_packets

from lab.dns.server import DnsServer

pytestmark = [pytest.mark.dns, pytest.mark.slow]

NAME = "cf-validation.2.0.192.in-addr.arpa"
MANY = 10_000
BATCH = 50
TRACED_FROM = 9_000
"""Memory is traced from here on, when everything has been met; that takes its time."""


def test_ten_thousand_malformed_datagrams_later_it_answers(customer_server: DnsServer, dig: Dig) -> None:
    packets, before = list(malformed_packets("over udp", MANY)), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.connect(("127.0.0.1", customer_server.port))
        for start in range(0, MANY, BATCH):
            before = _traced() if start == TRACED_FROM else before
            for packet in packets[start : start + BATCH]:
                client.send(packet)
            _wait_for_answer(client, start // BATCH)
    assert _traced() - before < 200_000
    tracemalloc.stop()
    assert dig("+short", NAME, "TXT") == f'"{TOKEN}"\n'


def _wait_for_answer(client: socket.socket, number: int) -> None:
    """Ask something good, and read until it is answered."""
    record = DNSRecord.question(f"n{number}.example.com", "A")
    question = bytes(record.pack())
    client.send(question)
    while question[12:] not in (received := client.recv(65536)) or received[:2] != question[:2]:
        assert received[2] & 0x80


def test_ten_thousand_malformed_messages_over_tcp_later_it_answers(
    customer_server: DnsServer, dig: Dig
) -> None:
    rng = random.Random("over tcp")
    packets, before = list(malformed_packets("over tcp", MANY)), 0
    for start in range(0, MANY, BATCH):
        before = _traced() if start == TRACED_FROM else before
        # Somebody whose packet deserves no answer is hung up on: half of the conversations begin anew.
        waiting = packets[start : start + BATCH]
        while waiting:
            waiting = waiting[_conversed(customer_server, waiting, rng) :]
    assert _traced() - before < 200_000
    tracemalloc.stop()
    assert dig("+tcp", "+short", NAME, "TXT") == f'"{TOKEN}"\n'


def _conversed(server: DnsServer, packets: list[bytes], rng: random.Random) -> int:
    """How many packets one conversation has had answered or ended by: at least one."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        for count, packet in enumerate(packets, 1):
            if rng.random() < 0.05:
                client.sendall(rng.randbytes(rng.randrange(1, 40)))  # no frame at all
                return count
            client.sendall(len(packet).to_bytes(2, "big") + packet)
            head = client.recv(2, socket.MSG_WAITALL)
            if len(head) < 2:
                return count
            answer = client.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
            assert answer[:2] == packet[:2]
            assert answer[2] & 0x80
        good = good_query(rng)
        client.sendall(len(good).to_bytes(2, "big") + good)
        assert client.recv(4, socket.MSG_WAITALL)[2:] == good[:2]
    return len(packets)


def _traced() -> int:
    """Octets that Python has allocated since this was first asked for."""
    gc.collect()
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    return tracemalloc.get_traced_memory()[0]
