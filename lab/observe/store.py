"""The timeline on disk: one SQLite file, appended to event by event."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lab.bgp.jsonable import JsonError, from_json, to_json

SCHEMA_VERSION: Final = 1
_APPLICATION_ID: Final = 0x4C41424C  # "LABL", so that another program's database is not mistaken for ours
_SCHEMA: Final = f"""
BEGIN;
CREATE TABLE event (
  number INTEGER PRIMARY KEY,
  time REAL NOT NULL,
  at TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL
);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""What sqlite3 raises; the second where its message would quote what is damaged."""


class StoreError(Exception):
    """A timeline file cannot be opened, read or written; the message names the file and what is wrong."""


class TimelineStore:
    """Events in the SQLite file `path`, made if absent. `types` are the event classes it can hold, by name.

    Every append is a transaction in write-ahead mode: it survives kill -9 of this process. Others may read
    meanwhile. Raises StoreError if the file is not a timeline of this version.
    """

    def __init__(self, path: Path, types: Mapping[str, type[Any]]) -> None:
        self._path = path
        self._types = types
        try:
            # Whoever owns the timeline calls it from one thread at a time, but maybe not always the same one.
            self._database = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be opened as a timeline: {error}") from None
        try:
            self._prepare()
        except StoreError:
            self.close()
            raise
        except _ERRORS as error:
            self.close()
            raise StoreError(f"{path}: cannot be opened as a timeline: {error}") from None

    def _prepare(self) -> None:
        version = self._pragma("user_version")
        if version == 0 and not self._database.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.executescript(_SCHEMA)
        elif self._pragma("application_id") != _APPLICATION_ID:
            raise StoreError(f"{self._path}: is a database, but not a timeline of this lab")
        elif version != SCHEMA_VERSION:
            raise StoreError(
                f"{self._path}: holds timeline format {version}, this lab reads format {SCHEMA_VERSION}"
            )
        self._database.execute("PRAGMA synchronous = NORMAL")

    def _pragma(self, name: str) -> int:
        return int(self._database.execute(f"PRAGMA {name}").fetchone()[0])

    def append(self, event: Any) -> None:
        """Write one event.

        Raises TypeError for a class not among `types`, as nobody could read it, and StoreError if that fails.
        """
        name = type(event).__name__
        if self._types.get(name) is not type(event):
            raise TypeError(f"{name} is not among the event types of this timeline")
        body = json.dumps(to_json(event), separators=(",", ":"))
        try:
            self._database.execute(
                "INSERT INTO event (time, at, type, body) VALUES (?, ?, ?, ?)",
                (event.time, event.at, name, body),
            )
        except _ERRORS as error:
            raise StoreError(f"{self._path}: cannot write the timeline: {error}") from None

    def read(self, after: int = 0) -> Iterator[tuple[int, Any]]:
        """The events numbered above `after`, each with its number (from 1), in order. Raises StoreError."""
        query = "SELECT number, type, body FROM event WHERE number > ? ORDER BY number"
        try:
            rows: Iterator[tuple[int, str, str]] = self._database.execute(query, (after,))
        except _ERRORS as error:
            raise self._unreadable(error) from None
        while (row := self._next(rows)) is not None:
            number, name, body = row
            yield number, self._decode(number, name, body)

    def _next(self, rows: Iterator[tuple[int, str, str]]) -> tuple[int, str, str] | None:
        try:
            return next(rows, None)
        except _ERRORS as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> StoreError:
        return StoreError(f"{self._path}: is damaged and cannot be read as a timeline: {error}")

    def _decode(self, number: int, name: str, body: str) -> Any:
        if name not in self._types:
            raise StoreError(f"{self._path}: event {number} is of unknown type {name!r}")
        try:
            return from_json(self._types[name], json.loads(body))
        except (JsonError, TypeError, ValueError, RecursionError) as error:
            raise StoreError(f"{self._path}: event {number} ({name}) cannot be read: {error}") from None

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._database.close()
