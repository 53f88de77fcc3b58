"""Handing work to the one thread that owns the lab."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Mailbox:
    """Other threads submit; the owner waits for `fileno` to become readable, in a selector, and runs all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._closed = False
        self._wake, self._bell = socket.socketpair()
        self._wake.setblocking(False)
        self._bell.setblocking(False)

    def fileno(self) -> int:
        """Readable while something waits."""
        return self._wake.fileno()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have `work` done by the owner: the future has what it returned or raised. It is cancelled if the
        mailbox is closed."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
                return future
            if not self._waiting:
                self._bell.send(b"\0")
            self._waiting.append((work, future))
        return future

    def run_all(self) -> None:
        """Do what waits now, in order; what is submitted meanwhile waits for the next time."""
        with self._lock:
            batch, self._waiting = self._waiting, deque()
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(64)
        for work, future in batch:
            if future.set_running_or_notify_cancel():
                try:
                    result = work()
                except Exception as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)

    def close(self) -> None:
        """Cancel what waits, and all that comes. Idempotent."""
        with self._lock:
            self._closed = True
            batch, self._waiting = self._waiting, deque()
        for _, future in batch:
            future.cancel()
        self._wake.close()
        self._bell.close()
