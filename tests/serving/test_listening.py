"""What listens, and the connections that it accepts."""

from __future__ import annotations

import asyncio
import socket

import pytest

from lab.serving.listening import listen


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_server_on_it_sends_small_packets_at_once(address: str) -> None:
    assert asyncio.run(_accepted_option(listen(address, 0), socket.TCP_NODELAY)) != 0


async def _accepted_option(listener: socket.socket, option: int) -> int:
    """A TCP option of the connection that a server of asyncio has accepted on `listener`."""
    seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, option))
        writer.close()

    async with await asyncio.start_server(accept, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        found = await seen
        writer.close()
    return found
