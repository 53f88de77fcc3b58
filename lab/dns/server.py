"""The DNS server of a lab: UDP and TCP at one port of loopback (RFC 1035 section 4.2, RFC 7766)."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Final

from lab.dns.answering import Transport, failure
from lab.serving.background import BackgroundLoop
from lab.serving.datagrams import DatagramServer
from lab.serving.listening import ListenError, listen, listen_datagrams
from lab.serving.streams import StreamServer

IDLE: Final = 10.0
"""Seconds that a TCP client may take for its next question, and for an answer of the lab."""
_TRIES: Final = 20
"""Free ports tried for one that is free for UDP as well as TCP."""

Answer = Callable[[bytes, Transport], bytes | None]
Submit = Callable[[Callable[[], bytes | None]], "Future[bytes | None]"]

_log: Final = logging.getLogger(__name__)


class DnsServer:
    """Answers at 127.0.0.1. `answer` makes the packet of an answer from that of a question, or None to drop
    it; `submit` carries it out where that may be done, such as `Mailbox.submit`.

    What waits there is bounded: one question per TCP connection, and so many datagrams as a DatagramServer
    lets wait; what comes over UDP beyond that is dropped.
    """

    def __init__(self, answer: Answer, submit: Submit, port: int = 0) -> None:
        """Listens at once; port 0 lets the system choose. Raises lab.serving.listening.ListenError."""
        self._answer = answer
        self._submit = submit
        self._closed = False
        listener, bound = _both(port)
        self.port: int = listener.getsockname()[1]
        self._streams = StreamServer(self._talk)
        self._datagrams = DatagramServer(partial(self._answered, over="udp"))
        self._loop = BackgroundLoop("lab-dns")
        self._loop.run(self._start(listener, bound))

    def close(self) -> None:
        """End all conversations and release the port. Idempotent."""
        if not self._closed:
            self._closed = True
            self._loop.run(self._stop())
            self._loop.close()

    async def _start(self, listener: socket.socket, bound: socket.socket) -> None:
        await self._streams.start(listener)
        await self._datagrams.start(bound)

    async def _stop(self) -> None:
        await self._streams.close()
        await self._datagrams.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the questions of one client in their order, whenever it sends them."""
        while True:
            async with asyncio.timeout(IDLE):
                length = int.from_bytes(await reader.readexactly(2), "big")
                packet = await reader.readexactly(length)
            answer = await self._answered(packet, "tcp")
            if answer is None:
                return
            writer.write(len(answer).to_bytes(2, "big") + answer)
            async with asyncio.timeout(IDLE):
                await writer.drain()

    async def _answered(self, packet: bytes, over: Transport) -> bytes | None:
        """None for what deserves no answer, and where the lab is ending."""
        try:
            return await asyncio.wrap_future(self._submit(lambda: self._answer(packet, over)))
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return None
        except Exception:
            _log.exception("a fault of the lab while it answered a DNS packet of %s octets", len(packet))
            return failure(packet)


def _both(port: int) -> tuple[socket.socket, socket.socket]:
    """A TCP and a UDP socket at one port. Raises ListenError."""
    for tries_left in reversed(range(_TRIES)):
        listener = listen("127.0.0.1", port)
        try:
            return listener, listen_datagrams("127.0.0.1", listener.getsockname()[1])
        except ListenError:
            listener.close()
            if port or not tries_left:
                raise
    raise AssertionError("the last try has returned or raised")
