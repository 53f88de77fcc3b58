"""The stores of all RRDP servers that were fetched from, in one directory."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from lab.rpki.fetching.fetched import Fetched
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.rrdp_client import RrdpClient
from lab.rpki.fetching.rrdp_store import RrdpStore
from lab.rpki.uris import HttpsUri


class RrdpCache:
    """One SQLite file for each notification URI, open until the next run."""

    def __init__(
        self, directory: Path, client: RrdpClient, limits: FetchLimits, now: Callable[[], float] = time.time
    ) -> None:
        """`now` gives UNIX time. Raises OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._client = client
        self._limits = limits
        self._now = now
        self._open: list[RrdpStore] = []

    def fetch(self, uri: HttpsUri) -> Fetched:
        """Bring the store of a notification URI up to date, or say why it stays as it was."""
        deadline = Deadline(self._limits.server_seconds)
        try:
            store = RrdpStore(self._directory / f"{hashlib.sha256(str(uri).encode()).hexdigest()}.sqlite")
        except FetchError as error:
            return Fetched(error=str(error))
        self._open.append(store)
        try:
            result = self._client.synchronise(uri, store, deadline)
            with store.change():
                store.remember({"fetched": repr(self._now())})
        except FetchError as error:
            if store.version is None:
                return Fetched(error=str(error))
            return Fetched(store, float(store.state("fetched") or 0), error=str(error))
        return Fetched(store, self._now(), True, result.changed, result.problem)

    def close(self) -> None:
        """Close all stores. Idempotent."""
        for store in self._open:
            store.close()
        self._open.clear()

    def prune(self) -> None:
        """Remove stores, none of them open, that could not be fetched for too long. Raises OSError."""
        oldest = self._now() - self._limits.cache_seconds
        for path in self._directory.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink()
