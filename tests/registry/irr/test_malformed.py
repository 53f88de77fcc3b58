"""Whatever arrives, a session answers it or ends, and keeps no more than a line."""

from __future__ import annotations

import random

import pytest
from support.irr_lab import IrrLab, connect, received, served

from lab.registry.irr.server import WhoisServer
from lab.registry.irr.whois import LONGEST_LINE, WhoisSession

NUMBER = 10_000
WHOIS = [
    "-T", "-i", "-s", "-x", "-l", "-L", "-m", "-M", "-K", "-V", "-k", "-z", "--", "-", "-ixT", "origin",
    "mnt-by", "route", "as-set", "RIPE", "ARIN,RPKI", "203.0.113.0/24", "203.0.113.1/24", "203.0.113.0/999",
    "::/0", "0.0.0.0/0", "1.2.3", "/", "AS64496", "as-x", "AS-X:AS1", "AS99999999999", "é", "\x00", "\x7f",
    "%", "\t", "'", "x" * 300,
]  # fmt: skip
IRRD = [
    "!", "!!", "!g", "!6", "!a", "!a4", "!i", "!r", "!m", "!o", "!s", "!t", "!v", "!n", "!j", "!J", "!q",
    "AS64496", "as-x", ",1", ",o", ",L", ",M", "-lc", "-*", "route,", "203.0.113.0/24", "::/0", "x" * 300,
    "\x00", "é", "²", " ",
]  # fmt: skip


def inputs(words: list[str], seed: str) -> list[bytes]:
    """Lines of words in any order, some cut, some with bytes turned, some that are only bytes."""
    chance = random.Random(seed)
    found = []
    for number in range(NUMBER):
        glue = " " if words is WHOIS else ""
        line = bytearray(glue.join(chance.choices(words, k=chance.randint(0, 5))).encode())
        if number % 3 == 0 and line:
            line[chance.randrange(len(line))] = chance.randrange(256)
        if number % 10 == 0:
            line = bytearray(chance.randbytes(chance.randint(0, 80)))
        if number % 500 == 0:
            line *= 2000
        found.append(bytes(line) + chance.choice([b"\n", b"\r\n", b"\n\n", b"\r", b""]))
    return found


def lab_with_objects() -> IrrLab:
    lab = IrrLab()
    lab.add("203.0.113.0/24", 64496)
    lab.editor.put_as_set("AS-X", ["AS64496", "AS-X"])
    return lab


@pytest.mark.parametrize("words", [WHOIS, IRRD], ids=["whois", "irrd"])
def test_ten_thousand_malformed_inputs_are_answered_or_end_the_conversation(words: list[str]) -> None:
    lab = lab_with_objects()
    session, ended = lab.session(), 0
    for packet in inputs(words, "in memory"):
        _hear(session, packet[:5000])
        if session.closed:
            session, ended = lab.session(), ended + 1
            _hear(session, b"!!\n")
    assert 0 < ended < NUMBER
    assert lab.whois("AS-X").startswith("as-set:         AS-X\n")


def _hear(session: WhoisSession, packet: bytes) -> None:
    session.feed(packet)
    while (command := session.next_command()) is not None:
        answer = session.answer(command)
        assert not answer or answer.endswith(b"\n")
        if not command.startswith("!"):
            continue
        assert answer[:1] in (b"", b"A", b"C", b"D", b"F") or len(command) > LONGEST_LINE


@pytest.mark.irr
@pytest.mark.slow
@pytest.mark.parametrize("words", [WHOIS, IRRD], ids=["whois", "irrd"])
def test_ten_thousand_malformed_inputs_over_tcp_leave_the_server_alive(words: list[str]) -> None:
    lab = lab_with_objects()
    packets = inputs(words, "over TCP")
    with served(lab) as server:
        for start in range(0, NUMBER, 20):
            _send(server, packets[start : start + 20])
        with connect(server) as connection:
            connection.sendall(b"!gAS64496\n")
            assert received(connection) == b"A15\n203.0.113.0/24\nC\n"


def _send(server: WhoisServer, packets: list[bytes]) -> None:
    """All of the packets, as many connections as they take; the server has to end each."""
    waiting = list(packets)
    while waiting:
        with connect(server) as connection:
            try:
                connection.sendall(b"!!\n")
                while waiting:
                    connection.sendall(waiting.pop(0))
                connection.sendall(b"\n!q\n")
            except (BrokenPipeError, ConnectionResetError):
                continue
            received(connection)
