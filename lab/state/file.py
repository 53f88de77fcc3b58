"""The state on disk: one SQLite file with the rows of all tables as JSON."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lab.state.errors import StateError

SCHEMA_VERSION: Final = 1
_APPLICATION_ID: Final = 0x4C414253  # "LABS", so that another program's database is not mistaken for ours
_SCHEMA: Final = f"""
BEGIN;
CREATE TABLE record (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (kind, key)
);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""What sqlite3 raises; the second where its message would quote what is damaged."""


class StateFile:
    """Rows by table and key. One process at a time may have it open. Raises StateError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.touch(mode=0o600)  # what is kept has secret keys in it
        except OSError as error:
            raise StateError(f"{path}: cannot be opened as a lab's state: {error.strerror}") from None
        try:
            self._database = sqlite3.connect(path, isolation_level=None, timeout=0.2, check_same_thread=False)
        except sqlite3.Error as error:
            raise StateError(f"{path}: cannot be opened as a lab's state: {error}") from None
        try:
            self._take()
        except StateError:
            self.close()
            raise
        except _ERRORS as error:
            self.close()
            reason = "another lab uses it" if "locked" in str(error) else str(error)
            raise StateError(f"{path}: cannot be opened as a lab's state: {reason}") from None

    def _take(self) -> None:
        # Held until the process ends, however it ends: two labs on one state would undo each other.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._prepare()
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("COMMIT")

    def _prepare(self) -> None:
        version = self._pragma("user_version")
        if version == 0 and not self._database.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._database.executescript(_SCHEMA)
        elif self._pragma("application_id") != _APPLICATION_ID:
            raise StateError(f"{self._path}: is a database, but not the state of a lab")
        elif version != SCHEMA_VERSION:
            raise StateError(
                f"{self._path}: holds state format {version}, this lab reads format {SCHEMA_VERSION}"
            )
        # Rows that damage has cut off would else be missing without a word.
        (found,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise self._unreadable(found)

    def _pragma(self, name: str) -> int:
        return int(self._database.execute(f"PRAGMA {name}").fetchone()[0])

    def rows(self, table: str) -> Iterator[tuple[str, Any]]:
        """Keys and bodies of one table, in the order in which the keys came."""
        query = "SELECT key, body FROM record WHERE kind = ? ORDER BY number"
        try:
            found = self._database.execute(query, (table,)).fetchall()
        except _ERRORS as error:
            raise self._unreadable(error) from None
        for key, body in found:
            if not (isinstance(key, str) and isinstance(body, str)):
                raise self._unreadable(f"a row of {table} is no text")
            try:
                yield key, json.loads(body)
            except (ValueError, RecursionError) as error:
                raise StateError(f"{self._path}: {table} {key!r} is no JSON: {error}") from None

    def write(self, changes: Mapping[tuple[str, str], Any]) -> None:
        """Set rows by table and key, or remove those that are None: all of them, or none."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            for (table, key), body in changes.items():
                if body is None:
                    self._database.execute("DELETE FROM record WHERE kind = ? AND key = ?", (table, key))
                else:
                    self._database.execute(
                        "INSERT INTO record (kind, key, body) VALUES (?, ?, ?) "
                        "ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                        (table, key, json.dumps(body, separators=(",", ":"))),
                    )
            self._database.execute("COMMIT")
        except _ERRORS as error:
            if self._database.in_transaction:
                with contextlib.suppress(*_ERRORS):
                    self._database.execute("ROLLBACK")
            raise StateError(f"{self._path}: cannot be written: {error}") from None

    def _unreadable(self, why: object) -> StateError:
        return StateError(
            f"{self._path}: is damaged and cannot be read as a lab's state: {why}; take a copy of it that is"
            " whole, or begin with another file"
        )

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._database.close()

    def __str__(self) -> str:
        return str(self._path)
