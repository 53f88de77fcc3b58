"""The agent's connection to its RTR cache: made again whenever it is lost, each time after a longer wait."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final

from lab.rtr.address import parse_address
from lab.rtr.client_connection import ClientConnection
from lab.rtr.client_events import CacheError, ClientEvent, Synchronised
from lab.rtr.client_session import ClientSession

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
"""Seconds until a lost connection is made again; it doubles with every failure. A cache that asks for a
shorter retry interval gets it."""
FIRST_PATIENCE: Final = 1.0
"""Seconds for which a speaker that starts waits for its cache before it judges routes without it."""
PATIENCE: Final = 10.0
"""Seconds for which an answer is worth waiting for before the routes are taken as settled without it."""


class CacheLink:
    """The connection to the cache at `address`. `clock` gives seconds that only pass."""

    def __init__(self, address: str, clock: Callable[[], float]) -> None:
        self._session = ClientSession(retry=LONGEST_WAIT)
        self._connection = ClientConnection(parse_address(address), self._session, clock)
        self._clock = clock
        self._failures = 0
        self._waiting_since: float | None = None
        self._due = -inf

    def fileno(self) -> int:
        """For selectors."""
        return self._connection.fileno()

    @property
    def is_due(self) -> bool:
        """Whether `step` has something to do though nothing is readable."""
        return self._clock() >= self._due

    def timeout(self) -> float | None:
        """Seconds until it is due; None for never."""
        return None if self._due == inf else max(0.0, self._due - self._clock())

    def first_answer(self) -> list[ClientEvent]:
        """Wait for the first answer, so that no route is judged without it, but not for long; what came of
        it."""
        end = self._clock() + FIRST_PATIENCE
        events = self.step()
        while self.is_awaited and self._clock() < end:
            events += self.step(until=end)
        return events

    def step(self, until: float = -inf) -> list[ClientEvent]:
        """Do what there is to do, after waiting for it until a time of the clock; what came of it."""
        events = self._connection.step(until)
        now = self._clock()
        for event in events:
            match event:
                case Synchronised():
                    self._failures = 0
                case CacheError():
                    self._failures += 1
        if self._failures:
            wait = min(FIRST_WAIT * 2.0 ** min(self._failures - 1, 10), LONGEST_WAIT)
            self._session.connect_at = min(self._session.connect_at, now + wait)
        if not self._connection.is_waiting:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = now
        self._due = self._connection.wake_at()
        return events

    @property
    def is_awaited(self) -> bool:
        """Whether an answer is under way that may change which routes are used, and may still come soon."""
        return self._waiting_since is not None and self._clock() < self._waiting_since + PATIENCE
