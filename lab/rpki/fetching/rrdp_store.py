"""What was fetched from one RRDP server: an SQLite file, changed by whole synchronisations only."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lab.rpki.fetching.limits import FetchError
from lab.rpki.fetching.rrdp_xml import Version

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
    id INTEGER PRIMARY KEY,
    directory TEXT NOT NULL,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (directory, name)
);
"""
_UPSERT: Final = """
INSERT INTO object (directory, name, digest, content) VALUES (?, ?, ?, ?)
ON CONFLICT (directory, name) DO UPDATE SET digest = excluded.digest, content = excluded.content
RETURNING id
"""
_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG)


class _DamageError(Exception):
    """The file is not as SQLite and this module left it."""


@dataclass(frozen=True, slots=True)
class Held:
    """An object in the store: its identity there, its SHA-256 and its size in bytes."""

    id: int
    digest: bytes
    size: int


@dataclass(slots=True)
class Size:
    """A number of objects and the bytes of them all."""

    files: int = 0
    bytes: int = 0


class RrdpStore:
    """The objects of one notification URI. No server's objects are ever another's: each has its own store.

    A file that is damaged is thrown away, and the server fetched from the start. One that cannot be used for
    another reason, for want of descriptors or by a lock, stays.
    """

    def __init__(self, path: Path, check: bool = True) -> None:
        """`check` looks for damage in all of the file. Raises FetchError when it cannot be opened or made."""
        self._path = path
        try:
            self._connection = self._open(check)
        except (sqlite3.Error, _DamageError, OSError) as error:
            raise FetchError(f"the cache {path} cannot be used: {error}") from None

    def close(self) -> None:
        """Idempotent."""
        self._connection.close()

    @property
    def version(self) -> Version | None:
        """What the objects are a copy of, None before the first synchronisation. Raises FetchError."""
        session, serial = self.state("session"), self.state("serial")
        return Version(session, int(serial)) if session and serial.isdecimal() else None

    @property
    def digests(self) -> dict[int, str]:
        """The hashes of deltas that the server has named so far in this session, by serial (RFC 9697)."""
        try:
            return {int(serial): digest for serial, digest in json.loads(self.state("digests")).items()}
        except (ValueError, AttributeError):
            return {}

    def state(self, name: str) -> str:
        """A remembered value, empty when there is none. Raises FetchError when the file cannot be read."""
        rows = self._rows("SELECT value FROM state WHERE name = ?", (name,))
        return rows[0][0] if rows else ""

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep values by name."""
        self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", list(values.items()))

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """All changes inside are kept together, or none if an exception leaves the block.

        Raises FetchError when the disk does not take them.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            if not isinstance(error, sqlite3.Error):
                raise
            if _is_damage(error):
                self._give_up()
            raise FetchError(f"the cache {self._path} cannot be written: {error}") from None

    def read(self, uri: str, limit: int) -> bytes | None:
        """An object of at most `limit` bytes."""
        query = "SELECT content, digest FROM object WHERE directory = ? AND name = ? AND length(content) <= ?"
        rows = self._found(query, (*_split(uri), limit))
        if not rows:
            return None
        content, digest = rows[0]
        if hashlib.sha256(content).digest() != digest:
            self._give_up()
            return None
        return bytes(content)

    def names(self, directory: str) -> tuple[str, ...]:
        """Names of the objects directly in the directory URI, sorted."""
        query = "SELECT name FROM object WHERE directory = ? ORDER BY name"
        return tuple(row[0] for row in self._found(query, (directory.rstrip("/"),)))

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        """128 bits of the object's SHA-256."""
        rows = self._found("SELECT digest FROM object WHERE directory = ? AND name = ?", _split(uri))
        return (int.from_bytes(rows[0][0][:16], "big"),) if rows else None

    def size(self) -> Size:
        """How much there is in the store."""
        query = "SELECT count(*), coalesce(sum(length(content)), 0) FROM object"
        return Size(*self._connection.execute(query).fetchone())

    def find(self, uri: str) -> Held | None:
        """What is held under a URI, without its content."""
        query = "SELECT id, digest, length(content) FROM object WHERE directory = ? AND name = ?"
        row = self._connection.execute(query, _split(uri)).fetchone()
        return Held(*row) if row else None

    def put(self, uri: str, digest: bytes, content: bytes) -> int:
        """Hold an object instead of what was there; its new identity. Only inside `change`."""
        row = self._connection.execute(_UPSERT, (*_split(uri), digest, content)).fetchone()
        return int(row[0])

    def remove(self, ids: Iterable[int]) -> None:
        """Hold objects no longer. Only inside `change`."""
        self._connection.executemany("DELETE FROM object WHERE id = ?", ((key,) for key in ids))

    def ids(self) -> set[int]:
        """The identities of all objects held."""
        return {row[0] for row in self._connection.execute("SELECT id FROM object")}

    def _found(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        """The rows for a reader, to whom what cannot be read is not there."""
        try:
            return self._rows(query, values)
        except FetchError:
            return []

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            if _is_damage(error):
                self._give_up()
            raise FetchError(f"the cache {self._path} cannot be read: {error}") from None

    def _give_up(self) -> None:
        """The file is damaged: what cannot be read is not there, and the next run starts anew."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _open(self, check: bool) -> sqlite3.Connection:
        try:
            return self._connect(check)
        except (sqlite3.Error, _DamageError) as error:
            if not _is_damage(error):
                raise
            self._path.unlink(missing_ok=True)
            return self._connect(check)

    def _connect(self, check: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        connection.text_factory = _text
        try:
            _set_up(connection)
            if check:
                _check(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _set_up(connection: sqlite3.Connection) -> None:
    """Make the tables that are missing. Raises _DamageError, sqlite3.Error."""
    try:
        # What a power cut damages is noticed and fetched anew.
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
    except UnicodeDecodeError:  # the message quotes what is damaged
        raise _DamageError("its schema is damaged") from None
    except sqlite3.Error as error:
        if _code(error) != sqlite3.SQLITE_ERROR:
            raise
        raise _DamageError(str(error)) from None  # these statements are right, so the file is not


def _check(connection: sqlite3.Connection) -> None:
    """Raise _DamageError or sqlite3.Error if the file contradicts itself.

    An index that does not name what its table holds goes unnoticed otherwise, and names something else.
    """
    if _schema(connection) != _expected_schema():
        raise _DamageError("its schema is another one")
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise _DamageError(verdict)


def _schema(connection: sqlite3.Connection) -> list[Any]:
    return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


@functools.cache
def _expected_schema() -> list[Any]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_SCHEMA)
        return _schema(connection)


def _is_damage(error: Exception) -> bool:
    """Whether the file itself is the trouble, and not what happens around it."""
    return isinstance(error, _DamageError) or _code(error) in _DAMAGE


def _code(error: Exception) -> int:
    """SQLite's primary result code, 0 for an error that is Python's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _text(stored: bytes) -> str:
    """Damaged text matches nothing; sqlite3 by itself could not return it."""
    return stored.decode("utf-8", "replace")


def _split(uri: str) -> tuple[str, str]:
    directory, _, name = uri.rpartition("/")
    return directory, name
