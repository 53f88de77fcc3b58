"""What every cloud's control plane is: calls carried out as a whole, and time passing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from lab.bgp.events import Event
from lab.clouds.due_times import earliest
from lab.state.state import State

E = TypeVar("E", bound=Event)
T = TypeVar("T")


class Room(Protocol):
    """A part of a cloud in which things are due at times, in UNIX seconds of the calendar."""

    def next_due(self) -> float | None:
        """When something happens next by itself; None if nothing will."""

    def work(self, now: float, /) -> None:
        """Let happen what is due by then."""


class ControlPlane(Generic[E]):
    """The frame of a cloud, whose rooms change their tables only within `perform` or `work`.

    `now` gives UNIX seconds of the calendar; the rooms add what happens to `events`. One thread at a time.
    """

    def __init__(self, state: State, now: Callable[[], float], events: list[E]) -> None:
        self._state = state
        self._now = now
        self._events = events
        self._timed: tuple[Room, ...] = ()
        """The rooms in which time does something, in the order in which they take their turns."""

    def perform(self, action: Callable[[], T], *, rehearse: bool = False) -> T:
        """Do something as a whole, or, if it raises, not at all. With `rehearse` it is taken back in any
        case. What is due by now happens first."""
        self.work()
        with self._as_a_whole(rehearse=rehearse):
            return action()

    def next_due(self) -> float | None:
        """When something happens next by itself, in UNIX seconds of the calendar; None if nothing will."""
        return earliest(room.next_due() for room in self._timed)

    def work(self) -> None:
        """Let everything happen that is due by now, in its order."""
        now = self._now()
        while (due := self.next_due()) is not None and due <= now:
            with self._as_a_whole():
                for room in self._timed:
                    room.work(due)

    def take_events(self) -> list[E]:
        """What happened since the last call. Times are 0: the lab knows its own."""
        events = list(self._events)
        self._events.clear()
        return events

    @contextlib.contextmanager
    def _as_a_whole(self, *, rehearse: bool = False) -> Iterator[None]:
        """A transaction that takes the events back, too, of what is taken back."""
        mark = len(self._events)
        try:
            with self._state.transaction(commit=not rehearse):
                yield
        except BaseException:
            del self._events[mark:]
            raise
        if rehearse:
            del self._events[mark:]
