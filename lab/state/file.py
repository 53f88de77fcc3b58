"""The state on disk: one SQLite file with the rows of all tables as JSON."""

from __future__ import annotations

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
            # Held until the process ends, however it ends: two labs on one state would undo each other.
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._prepare()
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            reason = "another lab uses it" if "locked" in str(error) else str(error)
            raise StateError(f"{path}: cannot be opened as a lab's state: {reason}") from None
        except sqlite3.Error as error:
            raise StateError(f"{path}: cannot be opened as a lab's state: {error}") from None

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

    def _pragma(self, name: str) -> int:
        return int(self._database.execute(f"PRAGMA {name}").fetchone()[0])

    def rows(self, table: str) -> Iterator[tuple[str, Any]]:
        """Keys and bodies of one table, in the order in which the keys came."""
        query = "SELECT key, body FROM record WHERE kind = ? ORDER BY number"
        for key, body in self._database.execute(query, (table,)):
            try:
                yield key, json.loads(body)
            except ValueError as error:
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
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise StateError(f"{self._path}: cannot be written: {error}") from None

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._database.close()

    def __str__(self) -> str:
        return str(self._path)
