"""A router's side of RTR over a socket: `fetch` asks a cache once, `RtrClient` follows it in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Self

from lab.rtr.address import Address
from lab.rtr.client_connection import ClientConnection
from lab.rtr.client_events import CacheError, ClientEvent, Flushed, Synchronised
from lab.rtr.client_session import ClientSession
from lab.rtr.errors import FetchError
from lab.rtr.pdu import MAX_VERSION
from lab.rtr.timers import Timers


def fetch(address: Address, timeout: float, version: int = MAX_VERSION) -> Synchronised:
    """All that the cache at `address` serves, in protocol `version` or an older one if it has only those.

    Raises FetchError if it is not there, has no data or does not answer within `timeout` seconds.
    """
    try:
        connection = ClientConnection(address, ClientSession(version), time.monotonic)
    except OSError as error:
        raise FetchError(f"no data from the cache at {address}: {error.strerror}") from None
    deadline = time.monotonic() + timeout
    try:
        while time.monotonic() < deadline:
            for event in connection.step(deadline):
                if isinstance(event, Synchronised):
                    return event
                if isinstance(event, CacheError):
                    raise FetchError(f"no data from the cache at {address}: {event.reason}")
    finally:
        connection.close()
    raise FetchError(f"no data from the cache at {address}: no full answer within {timeout:g} seconds")


class RtrClient:
    """Follows the cache at `address` in a thread, from when it is made until `close`.

    `held` is what it holds of the cache; None while that is nothing. `retry` is how many seconds to wait
    after a failure until the cache says so itself. `on_event` is called in the thread.
    """

    def __init__(
        self,
        address: Address,
        *,
        version: int = MAX_VERSION,
        retry: float = Timers().retry,
        on_event: Callable[[ClientEvent], None] | None = None,
    ) -> None:
        self.held: Synchronised | None = None
        self.last_error = ""
        """What went wrong last; empty if nothing did since the data were in order."""
        self._changed = threading.Condition()
        self._on_event = on_event
        self._is_closing = False
        self._connection = ClientConnection(address, ClientSession(version, retry), time.monotonic)
        self._thread = threading.Thread(target=self._run, name=f"rtr-client {address}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait_until(self, condition: Callable[[Synchronised | None], bool], timeout: float) -> bool:
        """Wait until `condition` holds of what is held, at most `timeout` seconds; whether it does."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self.held), timeout)

    def close(self) -> None:
        """Hang up. To be called as often as one likes; what is held stays readable."""
        self._is_closing = True
        self._connection.wake()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._is_closing:
                for event in self._connection.step(inf):
                    self._take(event)
        finally:
            self._connection.close()

    def _take(self, event: ClientEvent) -> None:
        with self._changed:
            match event:
                case Synchronised():
                    self.held, self.last_error = event, ""
                case Flushed(reason):
                    self.held, self.last_error = None, reason
                case CacheError(reason):
                    self.last_error = reason
            self._changed.notify_all()
        if self._on_event is not None:
            self._on_event(event)
