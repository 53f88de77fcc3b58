"""The socket of one router, as the server's loop handles it: never blocking, never keeping more than one
answer."""

from __future__ import annotations

import contextlib
import selectors
import socket
from math import inf
from typing import Final

from lab.rtr.server_session import ServerSession

STALL_SECONDS: Final = 30.0
"""How long a router may take nothing of what waits for it, or ask nothing after it has connected."""
LINGER_SECONDS: Final = 2.0
"""How long a router has to read what was said last before the connection is torn down."""
_QUERY_BYTES: Final = 4096
_SEGMENTS: Final = 64
"""How many pieces of the answers are handed to the kernel at once."""


class ServerConnection:
    """A router's socket and session.

    While something waits to be sent, nothing more is read or answered: a router that does not take its
    answers cannot pile up new ones. One that asks much at once gets one answer in each turn of the loop.
    """

    def __init__(self, sock: socket.socket, peer: str, session: ServerSession, now: float) -> None:
        self.sock = sock
        self.peer = peer
        self.session = session
        self._waiting: list[memoryview] = []
        self._since = now
        self._is_over = False

    @property
    def interest(self) -> int:
        """The selector events that it waits for."""
        return selectors.EVENT_WRITE if self._is_busy else selectors.EVENT_READ

    @property
    def _is_busy(self) -> bool:
        """Whether the router has answers to take, or questions that wait for that."""
        return bool(self._waiting) or self.session.is_waiting

    def deadline(self) -> float:
        """When its patience ends; infinity while the router is in no debt."""
        if self._is_over:
            return self._since + LINGER_SECONDS
        if self._is_busy or self.session.version is None:
            return self._since + STALL_SECONDS
        return inf

    def wake_at(self) -> float:
        """When to call `proceed` again though nothing arrives."""
        notify_at = None if self._waiting or self.session.closing else self.session.notify_at()
        return self.deadline() if notify_at is None else min(self.deadline(), notify_at)

    def read(self) -> None:
        """Take what the router sent. Raises EOFError or OSError when it is gone."""
        try:
            data = self.sock.recv(_QUERY_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise EOFError
        if not self._is_over:
            self.session.bytes_received(data)

    def proceed(self, now: float) -> None:
        """Say what there is to be said. Raises OSError when the router is gone, TimeoutError when it
        stalls."""
        if not self._waiting and not self.session.closing:
            self.session.proceed()
            self.session.notify(now)
        if self.session.outgoing:
            if not self._waiting:
                self._since = now
            self._waiting += map(memoryview, self.session.outgoing)
            self.session.outgoing.clear()
        with contextlib.suppress(BlockingIOError):
            self._write(now)
        if self.session.closing and not self._waiting and not self._is_over:
            self._is_over = True
            self._since = now
            self.sock.shutdown(socket.SHUT_WR)
        if now >= self.deadline():
            raise TimeoutError

    def _write(self, now: float) -> None:
        while self._waiting:
            sent = self.sock.sendmsg(self._waiting[:_SEGMENTS])
            self._since = now
            done = 0
            while done < len(self._waiting) and sent >= len(self._waiting[done]):
                sent -= len(self._waiting[done])
                done += 1
            del self._waiting[:done]
            if sent:
                self._waiting[0] = self._waiting[0][sent:]
