"""The timeline: everything that happened, once, in order. Whoever shows or judges a lab reads it."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, TextIO

from lab.bgp.events import RouterEvent
from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.observe.events import LabEvent
from lab.observe.store import TimelineStore

EVENT_TYPES: tuple[type[Any], ...] = typing.get_args(RouterEvent) + typing.get_args(LabEvent)
"""The event classes of the lower floors. Engines add theirs with the `types` of a Timeline."""

Listener = Callable[[Any], None]


class Timeline:
    """An append-only list of events: dataclasses with `time` (seconds) and `at` (a speaker's name or "").

    With a `path`, events are also written to that SQLite file, and those already in it are read first; then
    only EVENT_TYPES and `types` are accepted. Raises StoreError if the file is no timeline.
    """

    def __init__(self, path: Path | None = None, types: Iterable[type[Any]] = ()) -> None:
        self._events: list[Any] = []
        self._listeners: list[Listener] = []
        self._store: TimelineStore | None = None
        if path is not None:
            known = {cls.__name__: cls for cls in (*EVENT_TYPES, *types)}
            self._store = TimelineStore(path, known)
            self._events += (event for _, event in self._store.read())

    def append(self, event: Any) -> None:
        """Add one event, then tell the listeners. Raises TypeError if it is none, and then adds nothing."""
        if not is_dataclass(event) or not hasattr(event, "time") or not hasattr(event, "at"):
            raise TypeError(f"{type(event).__name__} is no event: it needs a time and a place (at)")
        if self._store is not None:
            self._store.append(event)
        self._events.append(event)
        for listener in tuple(self._listeners):
            listener(event)

    def extend(self, events: Iterable[Any]) -> None:
        """Add events in the order given."""
        for event in events:
            self.append(event)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; the function returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Any]:
        return iter(tuple(self._events))

    def query(
        self,
        *,
        prefix: Prefix | None = None,
        speaker: str | None = None,
        kind: str | type[Any] | None = None,
        since: float | None = None,
    ) -> list[Any]:
        """The events that match everything given, in order.

        `prefix`: about it or a more specific one. `speaker`: at it, or an alert about it. `kind`: the class
        or its name. `since`: at this time or later.
        """
        name = kind.__name__ if isinstance(kind, type) else kind
        return [
            event
            for event in self._events
            if (prefix is None or _concerns(event, prefix))
            and (speaker is None or speaker in (event.at, getattr(event, "by", None)))
            and (name is None or type(event).__name__ == name)
            and (since is None or event.time >= since)
        ]

    def write_json_lines(self, file: TextIO) -> None:
        """Write every event as one line of JSON."""
        for event in self._events:
            file.write(json_line(event) + "\n")

    def close(self) -> None:
        """Close the file, if there is one; the events remain readable. Idempotent."""
        if self._store is not None:
            self._store.close()


def json_line(event: Any) -> str:
    """An event as one line of JSON, its class under `type`."""
    return json.dumps(to_json(event), separators=(",", ":"))


def _concerns(event: Any, prefix: Prefix) -> bool:
    about = getattr(event, "prefix", None)
    return about is not None and prefix.covers(about)
