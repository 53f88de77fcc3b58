"""Clients of a lab that wait for time to pass, while everybody else is served."""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from lab.bgp.events import Event
from lab.observe.events import ScenarioStep
from lab.scenario.lab import Lab
from lab.scenario.outcome_showing import step_result
from lab.scenario.outcomes import StepResult
from lab.scenario.running import step_text
from lab.topology.steps import Step, Wait

TURN: Final = 0.2
"""About so many seconds of the wall clock pass in one turn: as long others may have to wait."""
MOST_EVENTS: Final = 1000
"""The last so many events that somebody who waits is told of."""
_FIRST_STRIDE: Final = 1.0
_NOTHING: Final = 1e-5
"""Seconds of a calendar that cannot be told from none: a float of UNIX seconds is no finer."""


@dataclass(frozen=True, slots=True)
class _Waiter:
    client: socket.socket
    step: Step
    end: float
    """UNIX seconds of the calendar."""
    events: deque[Event]
    """What it is told of."""


class Waiting:
    """Time passes by turns until the last of them has what it waits for, or has gone.

    A turn is as much of the calendar as passes in TURN, which differs by engine and speed, so it is learnt.
    """

    def __init__(self, lab: Lab, answer: Callable[[socket.socket, dict[str, Any]], None]) -> None:
        """`answer` sends a client what its request has come to."""
        self._lab = lab
        self._answer = answer
        self._waiters: list[_Waiter] = []
        self._stride = _FIRST_STRIDE

    def __bool__(self) -> bool:
        return bool(self._waiters)

    def add(self, client: socket.socket, step: Step, events: Iterable[Event]) -> None:
        """Have a client wait as long as its `wait` step says, and tell it of `events` and what comes.

        The socket is closed afterwards.
        """
        assert isinstance(step.body, Wait)
        self._lab.timeline.append(ScenarioStep(self._lab.engine.now(), "", step_text(step), step.line))
        end = self._lab.engine.calendar() + step.body.duration
        self._waiters.append(_Waiter(client, step, end, deque(events, MOST_EVENTS)))

    def keep(self, event: Event) -> None:
        """Something has happened of which those who wait are to be told."""
        for waiter in self._waiters:
            waiter.events.append(event)

    def turn(self) -> None:
        """Let a little time pass, and answer who has waited long enough. Raises what `Lab.wait` raises."""
        for waiter in [each for each in self._waiters if _is_gone(each.client)]:
            self._end(waiter)
        if not self._waiters:
            return
        left = max(min(each.end for each in self._waiters) - self._lab.engine.calendar(), 0.0)
        began = time.monotonic()
        self._lab.wait(min(left, self._stride))
        self._learn(time.monotonic() - began, left)
        now = self._lab.engine.calendar()
        for waiter in [each for each in self._waiters if each.end - now < _NOTHING]:
            done = StepResult(waiter.step, step_text(waiter.step), tuple(waiter.events))
            self._answer(waiter.client, {"ok": step_result(done)})
            self._end(waiter)

    def refuse(self, answer: dict[str, Any]) -> None:
        """Answer everybody alike, and let nobody wait any longer."""
        for waiter in tuple(self._waiters):
            self._answer(waiter.client, answer)
            self._end(waiter)

    def _learn(self, took: float, left: float) -> None:
        if took < TURN / 2 and self._stride < left:
            self._stride *= 2
        elif took > TURN:
            self._stride = max(self._stride / 2, TURN / 2)

    def _end(self, waiter: _Waiter) -> None:
        self._waiters.remove(waiter)
        waiter.client.close()


def _is_gone(client: socket.socket) -> bool:
    """Whether the other end has closed the connection."""
    patience = client.gettimeout()
    client.setblocking(False)
    try:
        return not client.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        client.settimeout(patience)
