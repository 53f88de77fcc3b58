"""A TCP server with bounds: so many connections, so long for each step of one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Final

MOST_CONNECTIONS: Final = 64
LONGEST_LINE: Final = 64 * 1024
"""Bytes that a reader keeps before somebody takes them."""
FAREWELL: Final = 5.0
"""Seconds that a client may take for what is still on its way to it when the conversation is over."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class StreamServer:
    """Has `talk` hold every conversation on a socket that listens already; what it raises ends that one.

    A connection over MOST_CONNECTIONS is closed at once. One counts until its socket is released: a client
    that does not take what is left for it within FAREWELL is broken off. Make it, and close it, on the loop
    that runs it.
    """

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._server: asyncio.Server | None = None
        self._open = 0

    async def start(self, listener: socket.socket) -> None:
        """Begin to answer."""
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=LONGEST_LINE)

    async def close(self) -> None:
        """Release the port. Idempotent. Conversations end with the loop."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self._open += 1
        try:
            # This is all of a task: asyncio would log one that ends as cancelled as a fault.
            with contextlib.suppress(asyncio.CancelledError):
                await self._converse(reader, writer)
        finally:
            writer.transport.abort()  # nothing is left to do where the socket is closed already
            self._open -= 1

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever talks nonsense, breaks off or takes too long is not talked to any more.
        with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await writer.wait_closed()
