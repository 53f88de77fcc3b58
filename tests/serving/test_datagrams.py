"""The UDP server and its bounds."""

from __future__ import annotations

import asyncio
import socket

import pytest

from lab.serving.datagrams import MOST_WAITING, DatagramServer
from lab.serving.listening import ListenError, listen_datagrams


class Talk:
    """Answers in upper case, once it may; "none" has no answer and "fault" raises."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.may = asyncio.Event()

    async def __call__(self, packet: bytes) -> bytes | None:
        self.asked.append(packet)
        await self.may.wait()
        if packet == b"fault":
            raise ValueError(packet)
        return None if packet == b"none" else packet.upper()


async def _sent(client: socket.socket, bound: socket.socket, packet: bytes) -> None:
    """Send, and let the server take it."""
    client.send(packet)
    while True:
        try:
            bound.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        await asyncio.sleep(0)


async def _flood() -> None:
    talk, bound = Talk(), listen_datagrams("127.0.0.1", 0)
    server = DatagramServer(talk)
    await server.start(bound)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.connect(bound.getsockname())
        for number in range(2 * MOST_WAITING):
            await _sent(client, bound, b"a%d" % number)
        while len(talk.asked) < MOST_WAITING:
            await asyncio.sleep(0)
        assert talk.asked == [b"a%d" % number for number in range(MOST_WAITING)]
        talk.may.set()
        answers = [await asyncio.wait_for(loop.sock_recv(client, 100), 20) for _ in range(MOST_WAITING)]
        assert sorted(answers) == sorted(asked.upper() for asked in talk.asked)
        for packet in (b"none", b"fault", b"last"):
            await _sent(client, bound, packet)
        assert await asyncio.wait_for(loop.sock_recv(client, 100), 20) == b"LAST"
        assert talk.asked[MOST_WAITING:] == [b"none", b"fault", b"last"]
    await server.close()
    await server.close()


def test_of_a_flood_so_many_wait_and_the_rest_is_lost_and_it_answers_afterwards() -> None:
    asyncio.run(_flood())


def test_a_port_of_udp_is_on_loopback_and_free() -> None:
    with pytest.raises(ListenError, match="not a loopback address"):
        listen_datagrams("192.0.2.1", 0)
    with listen_datagrams("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(ListenError, match=rf"cannot listen at 127\.0\.0\.1 port {port}: .*in use"):
            listen_datagrams("127.0.0.1", port)
    with pytest.raises(ListenError, match="expected port 0 to 65535"):
        listen_datagrams("127.0.0.1", 65536)
