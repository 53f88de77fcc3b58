"""The stores of all RRDP servers that were fetched from, in one directory."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lab.rpki.fetching.fetched import Fetched
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.rrdp_client import RrdpClient
from lab.rpki.fetching.rrdp_store import RrdpStore
from lab.rpki.uris import HttpsUri

_OPEN: Final = 16
"""How many stores are open at a time: each takes file descriptors."""


class RrdpCache:
    """One SQLite file for each notification URI; those used last are open until the next run."""

    def __init__(
        self, directory: Path, client: RrdpClient, limits: FetchLimits, now: Callable[[], float] = time.time
    ) -> None:
        """`now` gives UNIX time. Raises OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._client = client
        self._limits = limits
        self._now = now
        self._open: dict[Path, RrdpStore] = {}

    def fetch(self, uri: HttpsUri) -> Fetched:
        """Bring the store of a notification URI up to date, or say why it stays as it was."""
        deadline = Deadline(self._limits.server_seconds)
        path = self._directory / f"{hashlib.sha256(str(uri).encode()).hexdigest()}.sqlite"
        try:
            store = self._use(path, RrdpStore)
        except FetchError as error:
            return Fetched(error=str(error))
        files = _StoredFiles(lambda: self._use(path, _unchecked))
        try:
            result = self._client.synchronise(uri, store, deadline)
            with store.change():
                store.remember({"fetched": repr(self._now())})
        except FetchError as error:
            return _last_good(files, store, str(error))
        return Fetched(files, self._now(), True, result.changed, result.problem)

    def close(self) -> None:
        """Close all stores. Idempotent."""
        for store in self._open.values():
            store.close()
        self._open.clear()

    def prune(self) -> None:
        """Remove stores, none of them open, that could not be fetched for too long. Raises OSError."""
        oldest = self._now() - self._limits.cache_seconds
        for path in self._directory.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink()

    def _use(self, path: Path, make: Callable[[Path], RrdpStore]) -> RrdpStore:
        """The store at a path, opened by `make` if it is not open. Raises FetchError."""
        store = self._open.pop(path, None)
        if store is None:
            while len(self._open) >= _OPEN:
                self._open.pop(next(iter(self._open))).close()
            store = make(path)
        self._open[path] = store
        return store


class _StoredFiles:
    """The files in a store, which is opened again when others had to be in the meantime."""

    def __init__(self, store: Callable[[], RrdpStore]) -> None:
        self._store = store

    def read(self, uri: str, limit: int) -> bytes | None:
        try:
            return self._store().read(uri, limit)
        except FetchError:
            return None

    def names(self, directory: str) -> tuple[str, ...]:
        try:
            return self._store().names(directory)
        except FetchError:
            return ()

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        try:
            return self._store().stamp(uri)
        except FetchError:
            return None


def _unchecked(path: Path) -> RrdpStore:
    return RrdpStore(path, check=False)


def _last_good(files: _StoredFiles, store: RrdpStore, error: str) -> Fetched:
    try:
        if store.version is None:
            return Fetched(error=error)
        return Fetched(files, float(store.state("fetched") or 0), error=error)
    except (FetchError, ValueError):
        return Fetched(error=error)
