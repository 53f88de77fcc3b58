"""From UNIX sockets to TCP ports of this machine, for speakers in containers, which see nothing of it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from typing import Final

from lab.rtr.address import TcpAddress, UnixAddress
from lab.rtr.listening import Listener

MOST_CONNECTIONS: Final = 4
"""How many connections a UNIX socket passes on at once; more are hung up on."""
_CHUNK: Final = 1 << 16


class Relay:
    """Passes on what arrives at UNIX sockets, in a thread, from when it is made until `close`.

    A connection ends when either side ends it, and at once where nobody listens on the TCP port. Raises
    lab.rtr.errors.ListenError, with nothing left behind.
    """

    def __init__(self, ways: Mapping[UnixAddress, TcpAddress]) -> None:
        self._listeners: list[tuple[Listener, TcpAddress]] = []
        try:
            for here, there in ways.items():
                self._listeners.append((Listener(here), there))
            self._loop = asyncio.new_event_loop()
        except BaseException:
            self._close_listeners()
            raise
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="rtr-relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up and stop listening. To be called as often as one likes."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()
            self._close_listeners()

    def _close_listeners(self) -> None:
        for listener, _ in self._listeners:
            listener.close()

    async def _serve(self) -> None:
        servers = [
            await asyncio.start_unix_server(_Way(there).join, sock=listener.sock)
            for listener, there in self._listeners
        ]
        await self._end.wait()
        for server in servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class _Way:
    """From one UNIX socket to one TCP port."""

    def __init__(self, there: TcpAddress) -> None:
        self._there = there
        self._connections = 0

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        self._connections += 1
        try:
            if self._connections <= MOST_CONNECTIONS:
                await self._pass_on(reader, writer)
        except OSError:
            pass  # nobody listens there, or one side broke off: the other is told by hanging up
        finally:
            self._connections -= 1
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self._there.host, self._there.port)
        both = [
            asyncio.ensure_future(_copy(reader, far_writer)),
            asyncio.ensure_future(_copy(far_reader, writer)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            far_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end, never more ahead than the writer's buffer holds."""
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
