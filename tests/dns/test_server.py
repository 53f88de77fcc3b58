"""The DNS server on sockets: UDP and TCP at one port, and clients that are slow or talk nonsense."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from dnslib import RCODE, DNSRecord
from support.dns_lab import TOKEN, ZONE, delegated_lab

import lab.dns.server
from lab.dns.server import Answer, DnsServer
from lab.serving.listening import ListenError, listen, listen_datagrams
from lab.serving.mailbox import Mailbox

NAME = f"cf-validation.{ZONE}"
Serve = Callable[[Answer], DnsServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[DnsServer] = []
    with ThreadPoolExecutor(1) as owner:

        def start(answer: Answer) -> DnsServer:
            servers.append(DnsServer(answer, owner.submit))
            return servers[-1]

        yield start
        for server in servers:
            server.close()


@pytest.fixture
def server(serve: Serve) -> DnsServer:
    return serve(delegated_lab().answer)


def _question(number: int = 1) -> bytes:
    record = DNSRecord.question(NAME, "TXT")
    record.header.id = number
    return bytes(record.pack())


def _framed(packet: bytes) -> bytes:
    return len(packet).to_bytes(2, "big") + packet


def _udp(server: DnsServer) -> socket.socket:
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(20)
    client.connect(("127.0.0.1", server.port))
    return client


def _tcp(server: DnsServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def _exactly(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        assert part, "the server hung up"
        data += part
    return data


def _next(client: socket.socket) -> DNSRecord:
    """The next answer over TCP."""
    return DNSRecord.parse(_exactly(client, int.from_bytes(_exactly(client, 2), "big")))


def test_udp_and_tcp_answer_alike_at_one_port(server: DnsServer) -> None:
    with _udp(server) as udp, _tcp(server) as tcp:
        udp.send(_question())
        tcp.sendall(_framed(_question()))
        over_udp, over_tcp = DNSRecord.parse(udp.recv(4096)), _next(tcp)
    assert over_udp == over_tcp
    assert over_udp.rr[0].rdata.data == [TOKEN.encode()]


def test_questions_in_one_piece_or_octet_by_octet_are_answered_in_their_order(server: DnsServer) -> None:
    with _tcp(server) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"".join(_framed(_question(number)) for number in range(50)))
        assert [_next(client).header.id for _ in range(50)] == list(range(50))
        for octet in _framed(_question(7)):
            client.sendall(bytes([octet]))
        assert _next(client).header.id == 7


@pytest.mark.parametrize("packet", [b"", b"short", b"\0\0\x80" + bytes(9)])
def test_what_deserves_no_answer_ends_a_tcp_conversation_and_no_other(
    server: DnsServer, packet: bytes
) -> None:
    with _tcp(server) as client, _tcp(server) as other, _udp(server) as udp:
        client.sendall(_framed(packet))
        assert client.recv(1) == b""
        other.sendall(_framed(_question(2)))
        assert _next(other).header.id == 2
        udp.send(packet)
        udp.send(_question(3))
        assert udp.recv(4096)[:2] == b"\0\3"


def test_a_client_that_is_silent_is_hung_up_on(server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab.dns.server, "IDLE", 0.05)
    with _tcp(server) as silent, _tcp(server) as half:
        half.sendall(_framed(_question())[:20])
        assert silent.recv(1) == b""
        assert half.recv(1) == b""


def test_a_fault_of_the_lab_is_logged_and_answered_with_servfail(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    whole = delegated_lab().answer

    def faulty(packet: bytes, over: lab.dns.server.Transport) -> bytes | None:
        if packet[:2] == b"\0\x0d":
            raise ZeroDivisionError
        return whole(packet, over)

    server = serve(faulty)
    with caplog.at_level(logging.ERROR), _tcp(server) as tcp, _udp(server) as udp:
        tcp.sendall(_framed(_question(13)) + _framed(_question(14)))
        udp.send(_question(13))
        for reply in (_next(tcp), DNSRecord.parse(udp.recv(4096))):
            assert (reply.header.id, reply.header.qr, RCODE[reply.header.rcode]) == (13, 1, "SERVFAIL")
            assert reply.q == DNSRecord.question(NAME, "TXT").q
        assert _next(tcp).header.id == 14
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError] * 2
    assert NAME not in caplog.text


def test_a_lab_that_has_ended_does_not_answer() -> None:
    mailbox = Mailbox()
    mailbox.close()
    server = DnsServer(delegated_lab().answer, mailbox.submit)
    with _tcp(server) as client:
        client.sendall(_framed(_question()))
        assert client.recv(1) == b""
    server.close()


def test_a_port_that_either_lacks_is_not_to_be_had() -> None:
    for taken in (listen("127.0.0.1", 0), listen_datagrams("127.0.0.1", 0)):
        with taken, pytest.raises(ListenError, match="in use"):
            DnsServer(lambda packet, over: packet, Mailbox().submit, taken.getsockname()[1])


def test_a_free_port_is_free_for_both(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    tried: list[int] = []

    def taken_twice(address: str, port: int) -> socket.socket:
        tried.append(port)
        if len(tried) < 3:
            raise ListenError("taken")
        return listen_datagrams(address, port)

    monkeypatch.setattr(lab.dns.server, "listen_datagrams", taken_twice)
    server = serve(delegated_lab().answer)
    assert (len(tried), tried[-1]) == (3, server.port)
    with _udp(server) as client:
        client.send(_question(5))
        assert client.recv(4096)[:2] == b"\0\5"


def test_a_server_that_is_closed_has_released_its_port(serve: Serve) -> None:
    server = serve(delegated_lab().answer)
    with _tcp(server) as client:
        client.sendall(_framed(_question()))
        _next(client)
        server.close()
        server.close()
        assert client.recv(1) == b""
    listen("127.0.0.1", server.port).close()
    listen_datagrams("127.0.0.1", server.port).close()
