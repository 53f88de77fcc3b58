"""The files of the RPKI from its servers: RRDP, rsync when that fails, and a cache on disk."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lab.rpki.fetching.fetched import Fetched, Files
from lab.rpki.fetching.https_client import HttpsClient
from lab.rpki.fetching.limits import FetchLimits
from lab.rpki.fetching.rrdp_cache import RrdpCache
from lab.rpki.fetching.rrdp_client import RrdpClient
from lab.rpki.fetching.rsync_cache import RsyncCache
from lab.rpki.fetching.rsync_client import RsyncClient
from lab.rpki.fetching.source import Refreshed
from lab.rpki.fetching.trust_anchors import TrustAnchors
from lab.rpki.uris import UriError, parse_https, parse_rsync


class CacheError(Exception):
    """The cache directory cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class _Try:
    via: str
    key: str
    fetch: Callable[[], Fetched]


class NetworkSource:
    """A source that fetches. What one RRDP server publishes is never read for another's repository.

    One process at a time uses a cache directory. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        cache: Path,
        *,
        limits: FetchLimits | None = None,
        rrdp: bool = True,
        ca_file: Path | None = None,
        proxy: str | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`rrdp` False fetches by rsync only. `ca_file` holds certificates in PEM to trust beside the
        system's; `proxy` is `http://host:port`; `now` gives UNIX time.

        Raises CacheError, or FetchError if the certificates or the proxy cannot be used.
        """
        self._limits = limits or FetchLimits()
        self._rrdp_enabled = rrdp
        self._https = HttpsClient(self._limits, ca_file, proxy)
        self._lock = _lock(cache)
        try:
            client = RrdpClient(self._https, self._limits)
            self._rrdp = RrdpCache(cache / "rrdp", client, self._limits, now)
            self._rsync = RsyncCache(cache / "rsync", RsyncClient(self._limits), self._limits, now)
            self._trust_anchors = TrustAnchors(self._https, self._rsync, self._limits)
        except OSError as error:
            os.close(self._lock)
            raise CacheError(f"the cache {cache} cannot be used: {error.strerror}") from None
        self._fetched: dict[str, Fetched] = {}
        self._generations: dict[str, int] = {}
        self._last_read: dict[str, tuple[str, int]] = {}
        self._views: dict[str, Files | None] = {}
        self._anchors: dict[tuple[str, ...], bytes | None] = {}
        self.problems: list[str] = []
        """What could not be fetched in this run: one sentence each."""

    def begin(self) -> None:
        self._fetched.clear()
        self._views.clear()
        self._anchors.clear()
        self.problems.clear()
        self._rrdp.close()
        self._https.close()
        try:
            self._rrdp.prune()
            self._rsync.prune()
        except OSError as error:
            self.problems.append(f"the cache cannot be tidied up: {error.strerror}")

    def refresh(self, ca_repository: str, notification: str | None) -> Refreshed:
        directory = ca_repository.rstrip("/")
        try:
            uri = parse_rsync(ca_repository)
            by_rrdp = parse_https(notification) if notification and self._rrdp_enabled else None
        except UriError as error:
            self._views[directory] = None
            return Refreshed(False, "rsync", False, str(error))
        tries = [_Try("rsync", uri.module_uri, lambda: self._rsync.fetch(uri))]
        if by_rrdp is not None:
            tries.insert(0, _Try("rrdp", str(by_rrdp), lambda: self._rrdp.fetch(by_rrdp)))
        return self._refresh(directory, tries)

    def read(self, uri: str, limit: int) -> bytes | None:
        files = self._files(uri)
        return files.read(uri, limit) if files else None

    def list(self, directory: str) -> tuple[str, ...]:
        files = self._views.get(directory.rstrip("/"))
        return files.names(directory) if files else ()

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        files = self._files(uri)
        return files.stamp(uri) if files else None

    def trust_anchor(self, uris: Sequence[str], limit: int) -> bytes | None:
        key = tuple(uris)
        if key not in self._anchors:
            self._anchors[key], problems = self._trust_anchors.fetch(uris, limit)
            self.problems += problems
        content = self._anchors[key]
        return content if content is not None and len(content) <= limit else None

    def close(self) -> None:
        """Close connections and files, and let other processes use the cache: nothing can be read any more.
        Idempotent."""
        self._views.clear()
        self._https.close()
        self._rrdp.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _refresh(self, directory: str, tries: Sequence[_Try]) -> Refreshed:
        """Read a directory from the first server that answers; when none does, from what came last."""
        outcomes: list[tuple[Fetched, _Try]] = []
        for attempt in tries:
            fetched = self._once(attempt)
            outcomes.append((fetched, attempt))
            if fetched.ok:
                break
        ok = outcomes[-1][0].ok
        used, attempt = outcomes[-1] if ok else max(outcomes, key=lambda outcome: outcome[0].time)
        errors = "; ".join(fetched.error for fetched, _ in outcomes if fetched.error)
        self._views[directory] = used.files
        if used.files is None:
            return Refreshed(False, attempt.via, False, errors)
        present = (attempt.key, self._generations.get(attempt.key, 0))
        changed = self._last_read.get(directory) != present
        self._last_read[directory] = present
        return Refreshed(ok, attempt.via, changed, errors)

    def _once(self, attempt: _Try) -> Fetched:
        """Fetch from a server unless that was done in this run."""
        key = attempt.key
        if key not in self._fetched:
            fetched = self._fetched[key] = attempt.fetch()
            self._generations[key] = self._generations.get(key, 0) + fetched.changed
            if fetched.error:
                self.problems.append(fetched.error)
        return self._fetched[key]

    def _files(self, uri: str) -> Files | None:
        """Where to read a file: as its directory was refreshed last, and never as another one was.

        A CA may name any directory as its repository, also one above another's, and a server of its own.
        """
        return self._views.get(uri.rpartition("/")[0])


def _lock(cache: Path) -> int:
    """Hold the cache for this process. Raises CacheError."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = os.open(cache / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CacheError(f"the cache {cache} cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise CacheError(f"the cache {cache} is in use by another process") from None
    return lock
