"""Applying RRDP snapshots and deltas to a store, every hash checked (RFC 8182 sections 3.4.2 and 3.4.3)."""

from __future__ import annotations

import hashlib

from lab.rpki.fetching.limits import FetchLimits
from lab.rpki.fetching.rrdp_store import Held, RrdpStore, Size
from lab.rpki.fetching.rrdp_xml import Change, RrdpError


class _Changes:
    def __init__(self, store: RrdpStore, limits: FetchLimits, size: Size) -> None:
        self.changed = False
        self._store = store
        self._limits = limits
        self._size = size

    def _count(self, files: int, size: int) -> None:
        self._size.files += files
        self._size.bytes += size
        if self._size.files > self._limits.repository_files:
            raise RrdpError(f"the repository has more than {self._limits.repository_files} files")
        if self._size.bytes > self._limits.repository_bytes:
            raise RrdpError(f"the repository is larger than {self._limits.repository_bytes} bytes")


class DeltaChanges(_Changes):
    """Deltas, one after another: each change must fit what is held."""

    def __init__(self, store: RrdpStore, limits: FetchLimits) -> None:
        super().__init__(store, limits, store.size())

    def apply(self, change: Change) -> None:
        """Raises RrdpError when the change does not fit, or a bound is passed."""
        held = self._store.find(change.uri)
        self._check(change, held)
        if change.content is None:
            assert held is not None
            self._count(-1, -held.size)
            self._store.remove([held.id])
        else:
            self._count(0 if held else 1, len(change.content) - (held.size if held else 0))
            self._store.put(change.uri, hashlib.sha256(change.content).digest(), change.content)
        self.changed = True

    def _check(self, change: Change, held: Held | None) -> None:
        verb = "withdraws" if change.content is None else "replaces"
        if change.replaces is None and held is not None:
            raise RrdpError(f"a delta publishes {change.uri} as new, which is there already")
        if change.replaces is not None and held is None:
            raise RrdpError(f"a delta {verb} {change.uri}, which is not there")
        if held is not None and held.digest != change.replaces:
            raise RrdpError(f"a delta {verb} {change.uri} with another hash than it has")


class SnapshotChanges(_Changes):
    """A snapshot: what it does not name is no longer held once it is complete."""

    def __init__(self, store: RrdpStore, limits: FetchLimits) -> None:
        super().__init__(store, limits, Size())
        self._named: set[int] = set()

    def apply(self, change: Change) -> None:
        """Raises RrdpError when an object is there twice, or a bound is passed."""
        assert change.content is not None
        self._count(1, len(change.content))
        digest = hashlib.sha256(change.content).digest()
        held = self._store.find(change.uri)
        if held is not None and held.id in self._named:
            raise RrdpError(f"the snapshot publishes {change.uri} twice")
        if held is not None and held.digest == digest:
            self._named.add(held.id)
        else:
            self._named.add(self._store.put(change.uri, digest, change.content))
            self.changed = True

    def complete(self) -> None:
        """Drop what the snapshot did not name."""
        if dropped := self._store.ids() - self._named:
            self._store.remove(dropped)
            self.changed = True
