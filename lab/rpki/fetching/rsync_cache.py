"""The rsync modules that were fetched, as a tree <host>/<module>/<path>."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lab.rpki.fetching.fetched import Fetched
from lab.rpki.fetching.layout_tree import LayoutTree
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.rsync_client import RsyncClient
from lab.rpki.uris import RsyncUri
from lab.rpki.versioned_directory import VersionedDirectory, remove_tree


class RsyncCache:
    """Each module is fetched beside the one there is, and takes its place when it is complete."""

    def __init__(
        self, directory: Path, client: RsyncClient, limits: FetchLimits, now: Callable[[], float] = time.time
    ) -> None:
        """`now` gives UNIX time. Raises OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._client = client
        self._limits = limits
        self._now = now
        self._tree = LayoutTree(directory)

    def fetch(self, uri: RsyncUri) -> Fetched:
        """Bring the module of a URI up to date, or say why it stays as it was."""
        module = VersionedDirectory(self._directory / uri.authority / uri.module, kept=1)
        previous = module.current
        deadline = Deadline(self._limits.server_seconds)
        try:
            new = module.prepare()
            try:
                changed = self._client.module(uri.module_uri, new, previous, deadline)
                if changed:
                    module.commit(new)
            finally:
                if module.current != new:
                    remove_tree(new)
            now = self._now()
            os.utime(module.path, (now, now), follow_symlinks=False)
        except FetchError as error:
            return self._last_good(module, str(error))
        except OSError as error:
            return self._last_good(module, f"{uri.module_uri}: the cache cannot be written: {error.strerror}")
        self._tree.forget()
        return Fetched(self._tree, now, True, changed)

    def file(self, uri: str, limit: int) -> bytes | None:
        """One file from its server, None if it has more than `limit` bytes; not kept. Raises FetchError."""
        try:
            with tempfile.TemporaryDirectory(prefix=".file.", dir=self._directory) as directory:
                return self._client.file(uri, Path(directory), limit, Deadline(self._limits.server_seconds))
        except OSError as error:
            raise FetchError(f"{uri}: the cache cannot be written: {error.strerror}") from None

    def prune(self) -> None:
        """Remove modules that could not be fetched for too long, and what a run that was killed has left.
        Only between fetches. Raises OSError."""
        oldest = self._now() - self._limits.cache_seconds
        for path in self._directory.glob("*/*"):
            if path.is_symlink() and path.lstat().st_mtime < oldest:
                VersionedDirectory(path).remove()
        for path in [*self._directory.glob(".*"), *self._directory.glob("*/.*")]:
            if not _in_use(path):
                _remove(path)
        self._tree.forget()

    def _last_good(self, module: VersionedDirectory, error: str) -> Fetched:
        if module.current is None:
            return Fetched(error=error)
        return Fetched(self._tree, module.path.lstat().st_mtime, error=error)


def _in_use(version: Path) -> bool:
    """Whether a hidden directory is the present version of a module: `.<module>.<number>`."""
    module = version.name[1:].rpartition(".")[0]
    return bool(module) and VersionedDirectory(version.with_name(module)).current == version


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        remove_tree(path)
    else:
        path.unlink(missing_ok=True)
