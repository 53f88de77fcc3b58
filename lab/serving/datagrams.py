"""A UDP server with bounds: so many questions at a time, and what comes beyond is lost."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

MOST_WAITING: Final = 256
"""Datagrams that wait for their answer."""

Reply = Callable[[bytes], Awaitable[bytes | None]]


class DatagramServer:
    """Has `reply` answer each datagram on a bound socket; None is no answer, and so is what it raises.

    Beyond MOST_WAITING that wait, and while the network takes no more answers, datagrams are dropped. Make
    it, and close it, on the loop that runs it.
    """

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, bound: socket.socket) -> None:
        """Begin to answer."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Talk(self._reply), sock=bound)

    async def close(self) -> None:
        """Release the port. Idempotent."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


class _Talk(asyncio.DatagramProtocol):
    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._waiting: set[asyncio.Task[None]] = set()
        self._congested = False
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not every transport of this kind says that it is one: that of Python 3.11 does not.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, client: tuple[Any, ...]) -> None:
        if self._congested or len(self._waiting) >= MOST_WAITING:
            return
        task = asyncio.get_running_loop().create_task(self._answer(data, client))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def pause_writing(self) -> None:
        self._congested = True

    def resume_writing(self) -> None:
        self._congested = False

    async def _answer(self, data: bytes, client: tuple[Any, ...]) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            answer = await self._reply(data)
            if answer is not None and not self._transport.is_closing():
                self._transport.sendto(answer, client)
