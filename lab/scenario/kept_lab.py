"""Whose a state is, and when it was: the name and the calendar of the lab that left it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.engines.base import Engine
from lab.state.errors import StateError
from lab.state.state import State
from lab.topology.model import Topology

_KEY: Final = "last"


@dataclass(frozen=True, slots=True)
class LastLab:
    """`calendar` is when something was kept last, in UNIX seconds of the lab's calendar."""

    topology: str
    calendar: float


class KeptLab:
    """The lab that goes on with a State. Its calendar is kept with every change: what was due stays due, and
    nothing that is kept is of the future."""

    def __init__(self, state: State) -> None:
        """Raises lab.state.errors.StateError where `state` cannot be read."""
        self._state = state
        self._table = state.table("lab", LastLab)

    def check(self, topology: Topology) -> None:
        """Raises StateError where the state is that of another lab."""
        last = self._table.get(_KEY)
        if last is not None and last.topology != topology.name:
            raise StateError(
                f"this is the state of {last.topology}, not of {topology.name}; bring {last.topology} up, or "
                f"give {topology.name} a state file of its own"
            )

    def go_on(self, engine: Engine) -> None:
        """Let the calendar of `engine` be no earlier than the last lab's, and keep it from now on."""
        last = self._table.get(_KEY)
        if last is not None and last.calendar > engine.calendar():
            engine.set_calendar(last.calendar)
        self._engine = engine
        self._state.before_keeping(self._note)
        self.keep()

    def keep(self) -> None:
        """Keep how late it is. Raises StateError if the file cannot be written."""
        with self._state.transaction():
            self._note()

    def _note(self) -> None:
        self._table.put(_KEY, LastLab(self._engine.topology.name, self._engine.calendar()))
