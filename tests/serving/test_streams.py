"""The TCP server and its bounds: a client counts until its socket is released."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading

import pytest

from lab.serving import streams
from lab.serving.background import BackgroundLoop
from lab.serving.listening import listen
from lab.serving.streams import StreamServer

LARGE = b"x" * (32 * 1024 * 1024)
"""More than the sockets between two programs keep."""


async def _generous(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers what is large to a capital letter; to a D it also waits until that is taken."""
    asked = await reader.readexactly(1)
    writer.write(LARGE if asked.isupper() else b"small")
    if asked == b"D":
        await writer.drain()


async def _start(server: StreamServer) -> int:
    listener = listen("127.0.0.1", 0)
    await server.start(listener)
    return int(listener.getsockname()[1])


async def _all(port: int, asked: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    with contextlib.suppress(ConnectionError):
        writer.write(asked)
        answer = await reader.read()
    writer.close()
    return answer


def _greedy(port: int, asked: bytes) -> socket.socket:
    """A client that takes the first octet of an answer, and no more."""
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.send(asked)
    assert client.recv(1) == b"x"
    return client


def test_a_client_that_takes_nothing_counts_until_it_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(streams, "FAREWELL", 0.2)

    async def scenario() -> None:
        server = StreamServer(_generous)
        port = await _start(server)
        with await asyncio.to_thread(_greedy, port, b"L"):
            assert await _all(port, b"s") == b"", "the only place is taken"
            async with asyncio.timeout(20):
                while await _all(port, b"s") != b"small":
                    await asyncio.sleep(0.01)
        await server.close()

    asyncio.run(scenario())


def test_who_takes_its_time_gets_all_of_an_answer_though_the_conversation_is_over() -> None:
    async def scenario() -> None:
        server = StreamServer(_generous)
        port = await _start(server)
        assert await _all(port, b"L") == LARGE
        await server.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("asked", [b"L", b"D"])
def test_a_server_ends_at_once_whether_its_clients_take_their_answers_or_not(
    asked: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    loop = BackgroundLoop("test-streams")
    server = StreamServer(_generous)
    port = loop.run(_start(server))
    with _greedy(port, asked):
        loop.run(server.close())
        ended = threading.Thread(target=loop.close, daemon=True)
        ended.start()
        ended.join(5)
        assert not ended.is_alive()
    assert not caplog.records
