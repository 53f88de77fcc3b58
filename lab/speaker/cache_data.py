"""What a speaker holds of its RTR cache, turned into commands for the router and events.

The simulator's speakers use it too, so both engines tell the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lab.bgp.aspa import Aspa
from lab.bgp.commands import Command, SetAspas, SetVrps
from lab.bgp.events import CacheFailed, PayloadsReceived, RouterEvent
from lab.bgp.rov import Vrp
from lab.rtr.client_events import CacheError, ClientEvent, Flushed, Synchronised


class CacheData:
    """The VRPs and ASPAs of speaker `name` from the cache `cache` ("" for the lab's).

    `emit` gets PayloadsReceived when there is something new or a failure is over, and CacheFailed once for
    each failure.
    """

    def __init__(self, name: str, cache: str = "", emit: Callable[[RouterEvent], None] | None = None) -> None:
        self.held: tuple[int, int] | None = None
        """The session ID and the serial of what is held; None while that is nothing."""
        self._name = name
        self._cache = cache
        self._emit = emit
        self._vrps: frozenset[Vrp] = frozenset()
        self._aspas: frozenset[Aspa] = frozenset()
        self._trouble = ""

    def heard(self, events: Iterable[ClientEvent], now: float) -> list[Command]:
        """Take what happened at once; the commands that bring the router to it."""
        vrps, aspas, trouble = self._vrps, self._aspas, ""
        for event in events:
            match event:
                case Synchronised():
                    self._received(event, now)
                    trouble = ""
                case Flushed(reason):
                    self._vrps, self._aspas, self.held = frozenset(), frozenset(), None
                    trouble = trouble or reason
                case CacheError(reason):
                    trouble = reason
        if trouble:
            self._failed(trouble, lost=(self._vrps, self._aspas) != (vrps, aspas), now=now)
        commands: list[Command] = []
        if self._vrps != vrps:
            commands.append(SetVrps(tuple(self._vrps)))
        if self._aspas != aspas:
            commands.append(SetAspas(tuple(self._aspas)))
        return commands

    def _received(self, event: Synchronised, now: float) -> None:
        held = (event.session_id, event.serial)
        problems = {aspa: problem for aspa in event.aspas if (problem := aspa.problem())}
        self._vrps, self._aspas = event.vrps, event.aspas - problems.keys()
        if self._emit is not None and (held != self.held or self._trouble):
            ignored = "; ".join(problems[aspa] for aspa in sorted(problems))
            self._emit(
                PayloadsReceived(
                    now, self._name, self._cache, event.serial, len(self._vrps), len(self._aspas), ignored
                )
            )
        self.held = held
        self._trouble = ""

    def _failed(self, reason: str, lost: bool, now: float) -> None:
        if self._emit is not None and (lost or reason != self._trouble):
            self._emit(CacheFailed(now, self._name, self._cache, reason, len(self._vrps), len(self._aspas)))
        self._trouble = reason
