"""What the lab's file says of the IRR, taken into a state once: what is edited afterwards stays edited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from lab.bgp.jsonable import to_json
from lab.registry.irr.records import AsSet, RouteObject
from lab.state.state import State, Table
from lab.topology.model import IrrAsSet, IrrRoute

Said = TypeVar("Said", IrrRoute, IrrAsSet)
Made = TypeVar("Made", RouteObject, AsSet)


@dataclass(frozen=True, slots=True)
class Taken:
    """The object with this `key` was made of an entry of the file; `made` is what it was then, as JSON."""

    key: str
    made: str


class TakenEntries(Generic[Made]):
    """The entries of a file, all of one class, that a state has taken already."""

    def __init__(self, state: State, known: Table[Made]) -> None:
        """`known` is the table that they are taken into. Raises lab.state.errors.StateError where `state`
        holds what cannot be read."""
        self._known: Table[Made] = known
        self._taken = state.table(f"{known.name}_taken", Taken)

    def take(self, said: Iterable[Said], make: Callable[[Said], Made]) -> None:
        """Have in the table what a file says now. In a transaction of the state only.

        An object that is as an earlier file had it goes with its entry. One that somebody has edited stays
        as it is, and one that somebody has removed does not come back for the same entry.
        """
        entries = {_text(each): each for each in said}
        for entry in self._taken.keys() - entries.keys():
            self._forget(self._taken.remove(entry))
        for text, each in entries.items():
            if text not in self._taken:
                made = make(each)
                if made.key not in self._known:
                    self._known.put(made.key, made)
                self._taken.put(text, Taken(made.key, _text(made)))

    def _forget(self, entry: Taken) -> None:
        found = self._known.get(entry.key)
        if found is not None and _text(found) == entry.made:
            self._known.remove(entry.key)


def _text(value: IrrRoute | IrrAsSet | RouteObject | AsSet) -> str:
    return json.dumps(to_json(value))
