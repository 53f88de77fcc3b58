"""Tables of records, changed in transactions: all of a change happens, or none of it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from pathlib import Path
from typing import Any, Generic, TypeVar

from lab.bgp.jsonable import JsonError, from_json, to_json
from lab.state.errors import StateError
from lab.state.file import StateFile

R = TypeVar("R")


class Table(Mapping[str, R], Generic[R]):
    """Records (frozen dataclasses) by key, in the order in which their keys first came.

    Read it as a mapping. `put` and `remove` only within a transaction of its state.
    """

    def __init__(self, name: str, rows: dict[str, R], touch: Callable[[str, str, R | None], None]) -> None:
        self.name = name
        self._rows = rows
        self._touch = touch

    def __getitem__(self, key: str) -> R:
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def values(self) -> ValuesView[R]:
        """The records as they are now: what is put or removed meanwhile does not matter."""
        return dict(self._rows).values()

    def items(self) -> ItemsView[str, R]:
        """Keys and records as they are now."""
        return dict(self._rows).items()

    def put(self, key: str, record: R) -> R:
        """Set the record of `key`, and return it."""
        self._touch(self.name, key, self._rows.get(key))
        self._rows[key] = record
        return record

    def remove(self, key: str) -> R:
        """Take the record of `key` away, and return it. Raises KeyError."""
        record = self._rows[key]
        self._touch(self.name, key, record)
        return self._rows.pop(key)


class State:
    """All tables of a lab. With `path` they live in that SQLite file, made if absent; else in memory only.

    What a transaction changed is on disk when its `with` block ends: it survives kill -9 of this process. One
    thread at a time. Raises StateError if the file is none of a lab, or is in use by another.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._file = None if path is None else StateFile(path)
        self._tables: dict[str, Table[Any]] = {}
        self._rows: dict[str, dict[str, Any]] = {}
        self._before: dict[tuple[str, str], Any] | None = None
        """What records were before the transaction that is under way; None outside of one."""
        self._order: dict[str, tuple[str, ...]] = {}
        """The keys of the tables that it has touched, as they were before."""
        self._last_acts: list[Callable[[], object]] = []
        self._changes = 0

    @property
    def is_kept(self) -> bool:
        """Whether there is a file: another lab may have been here before, and may come after."""
        return self._file is not None

    @property
    def changes(self) -> int:
        """A number that grows with every change of a record: while it is the same, so are all records."""
        return self._changes

    def table(self, name: str, record: type[R]) -> Table[R]:
        """The table `name` of dataclass `record`, with what the file has of it. Each name once.

        Raises StateError where a row of the file is no such record.
        """
        if name in self._tables:
            raise ValueError(f"there is a table {name!r} already")
        if any(field.name == "type" for field in dataclasses.fields(record)):  # type: ignore[arg-type]
            raise ValueError(f"{record.__name__} has a member 'type', which its JSON form has for itself")
        rows: dict[str, R] = {}
        for key, body in self._file.rows(name) if self._file else ():
            try:
                rows[key] = from_json(record, body)
            except JsonError as error:
                raise StateError(f"{self._file}: {name} {key!r} cannot be read: {error}") from None
        self._rows[name] = rows
        self._tables[name] = table = Table(name, rows, self._remember)
        return table

    @contextlib.contextmanager
    def transaction(self, *, commit: bool = True) -> Iterator[None]:
        """What is changed inside is kept as a whole at the end, or, after an exception, not at all.

        With `commit=False` it is taken back at the end in any case: a rehearsal. Inside of another
        transaction it only joins that one. Raises StateError if the file cannot be written; nothing is
        changed then.
        """
        if self._before is not None:
            yield
            return
        self._before, self._order = {}, {}
        try:
            yield
            if commit:
                self._save()
            else:
                self._undo()
        except BaseException:
            self._undo()
            raise
        finally:
            self._before = None

    def before_keeping(self, act: Callable[[], object]) -> None:
        """Have `act` done, within the transaction, before anything is written to the file."""
        self._last_acts.append(act)

    def close(self) -> None:
        """Close the file. Idempotent."""
        if self._file:
            self._file.close()

    def _remember(self, table: str, key: str, record: Any) -> None:
        if self._before is None:
            raise RuntimeError(f"{table} {key!r} is changed outside of a transaction")
        self._changes += 1
        self._before.setdefault((table, key), record)
        self._order.setdefault(table, tuple(self._rows[table]))

    def _save(self) -> None:
        if self._file and self._before:
            for act in self._last_acts:
                act()
            self._file.write(
                {
                    (table, key): to_json(self._rows[table][key]) if key in self._rows[table] else None
                    for table, key in self._before
                }
            )

    def _undo(self) -> None:
        self._changes += 1
        for (table, key), record in (self._before or {}).items():
            if record is None:
                self._rows[table].pop(key, None)
            else:
                self._rows[table][key] = record
        for table, keys in self._order.items():
            rows = self._rows[table]
            in_order = {key: rows[key] for key in keys}
            rows.clear()
            rows.update(in_order)
