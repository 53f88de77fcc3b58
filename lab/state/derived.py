"""What is made of all records of a table, such as an index, and kept as long as they are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from lab.state.state import State, Table

R = TypeVar("R")
D = TypeVar("D")


class Derived(Generic[R, D]):
    """`make` makes it of the records, in their order. Changes of other tables do not have it made anew."""

    def __init__(self, state: State, table: Table[R], make: Callable[[tuple[R, ...]], D]) -> None:
        self._state = state
        self._table = table
        self._make = make
        self._as_of = -1
        self._records: tuple[R, ...] = ()
        self._made = make(())

    def get(self) -> D:
        """As the records are now."""
        if self._as_of != self._state.changes:
            records = tuple(self._table.values())
            if records != self._records:
                self._made, self._records = self._make(records), records
            self._as_of = self._state.changes
        return self._made
