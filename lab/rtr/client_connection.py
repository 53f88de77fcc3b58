"""The socket of a router's session: connecting, reading and writing without ever blocking but in one
selector."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
from collections.abc import Callable
from typing import Final

from lab.rtr.address import Address
from lab.rtr.client_events import ClientEvent
from lab.rtr.client_session import ClientSession

_CHUNK: Final = 1 << 18
_MOST_SECONDS: Final = 3600.0
"""The longest single wait; infinity is nothing a selector takes."""


class ClientConnection:
    """Connects a `ClientSession` to the cache at `address`, again and again as it asks for."""

    def __init__(self, address: Address, session: ClientSession, clock: Callable[[], float]) -> None:
        self.session = session
        self._address = address
        self._clock = clock
        self._sock: socket.socket | None = None
        self._is_up = False
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ)

    def fileno(self) -> int:
        """For a selector around it: readable when `step` has something to do."""
        return self._selector.fileno()

    def wake_at(self) -> float:
        """The time of the clock at which `step` has something to do though nothing is readable."""
        deadline = self.session.next_deadline()
        return min(deadline, self.session.connect_at) if self._sock is None else deadline

    @property
    def is_waiting(self) -> bool:
        """Whether it is about to be connected, or an answer has not arrived as a whole."""
        return self.session.is_asking or (self._sock is not None and not self._is_up)

    def wake(self) -> None:
        """End a `step` that waits, from another thread."""
        with contextlib.suppress(OSError):
            self._wake_out.send(b"\0")

    def step(self, until: float) -> list[ClientEvent]:
        """Wait for something to do, at most until a time of the clock, and do it; what came of it."""
        now = self._clock()
        if self._sock is None and now >= self.session.connect_at:
            self._connect(now)
        wake_at = now if self.session.events else min(until, self.wake_at())
        ready = self._selector.select(min(max(0.0, wake_at - now), _MOST_SECONDS))
        now = self._clock()
        for key, _ in ready:
            if key.fileobj is self._sock:
                self._proceed(self._sock, now)
            else:
                self._wake_in.recv(_CHUNK)
        self.session.advance(now)
        if self._sock is not None and self._is_up:
            self._write(self._sock, now)
        events, self.session.events = self.session.events, []
        return events

    def close(self) -> None:
        """Let go of the socket; `step` is not to be called any more."""
        if self._sock is not None:
            self._sock.close()
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    def _connect(self, now: float) -> None:
        try:
            self._sock = socket.socket(self._address.family, socket.SOCK_STREAM)
        except OSError as error:
            self.session.disconnected(f"cannot connect: {error.strerror}", now)
            return
        self._sock.setblocking(False)
        self._is_up = False
        code = self._sock.connect_ex(self._address.sockaddr)
        self._selector.register(self._sock, selectors.EVENT_WRITE)
        if code not in (0, errno.EINPROGRESS):
            self._lose(f"cannot connect: {os.strerror(code)}", now)

    def _proceed(self, sock: socket.socket, now: float) -> None:
        """Go on with a socket that is ready."""
        if not self._is_up:
            if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._lose(f"cannot connect: {os.strerror(code)}", now)
            else:
                self._is_up = True
                self.session.connected(now)
            return
        try:
            data = sock.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"the connection broke: {error.strerror}", now)
            return
        if data:
            self.session.bytes_received(data, now)
        else:
            self._lose("the cache closed the connection", now)

    def _write(self, sock: socket.socket, now: float) -> None:
        outgoing = self.session.outgoing
        try:
            while outgoing:
                del outgoing[: sock.send(outgoing)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._lose(f"the connection broke: {error.strerror}", now)
            return
        if self.session.closing and not outgoing:
            self._lose("", now)
        else:
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if outgoing else 0)
            self._selector.modify(sock, events)

    def _lose(self, reason: str, now: float) -> None:
        assert self._sock is not None
        self._selector.unregister(self._sock)
        self._sock.close()
        self._sock = None
        self.session.disconnected(reason, now)
