"""The IRR's whois server: connections on loopback, whose queries the lab's own thread answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from lab.registry.irr.whois import WhoisSession
from lab.serving.background import BackgroundLoop
from lab.serving.listening import listen
from lab.serving.streams import StreamServer

Submit = Callable[[Callable[[], bytes]], "Future[bytes]"]

_READ: Final = 4096
"""Bytes that are taken from a client at once."""

_log: Final = logging.getLogger(__name__)


class WhoisServer:
    """Serves whois and the IRRd protocol. `submit` carries an answer out where that may be done, such as
    `Mailbox.submit`; the next is asked for when the client has taken the last."""

    def __init__(
        self,
        session_factory: Callable[[], WhoisSession],
        submit: Submit,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Listens at once; port 0 lets the system choose. Raises lab.serving.listening.ListenError."""
        self._make_session = session_factory
        self._submit = submit
        listener = listen(host, port)
        self.port: int = listener.getsockname()[1]
        self._server = StreamServer(self._talk)
        self._loop = BackgroundLoop("lab-whois")
        self._loop.run(self._server.start(listener))
        self._closed = False

    def close(self) -> None:
        """End all connections and release the port. Idempotent."""
        if not self._closed:
            self._closed = True
            self._loop.run(self._server.close())
            self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=0)  # so that what is not taken keeps the next back
        session = self._make_session()
        while not session.closed:
            async with asyncio.timeout(session.timeout):
                command = await _next_command(session, reader)
            if command is None:
                return
            answer = await self._answer(session, command)
            if answer is None:
                return
            async with asyncio.timeout(session.timeout):
                writer.write(answer)
                await writer.drain()

    async def _answer(self, session: WhoisSession, command: str) -> bytes | None:
        """What the lab's thread answers; None where it cannot any more."""
        try:
            return await asyncio.wrap_future(self._submit(lambda: session.answer(command)))
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return None
        except Exception:
            _log.exception("a fault of the lab while it answered the whois query %a", command)
            return None


async def _next_command(session: WhoisSession, reader: asyncio.StreamReader) -> str | None:
    """The next command; None where the client has hung up."""
    while (command := session.next_command()) is None:
        data = await reader.read(_READ)
        if not data:
            return None
        session.feed(data)
    return command
