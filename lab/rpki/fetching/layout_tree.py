"""Files by their rsync URIs in a tree <root>/<host>/<module>/<path>, which somebody else may have filled."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from lab.rpki.uris import UriError, is_segment, parse_rsync

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class LayoutTree:
    """The tree below `root`. A host with a port is the directory `host:port`.

    Only regular files exist; a directory may be a symbolic link that stays below `root`. A URI that cannot be
    used names nothing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._directories: dict[str, str | None] = {}

    def forget(self) -> None:
        """Look at directories anew: links may point elsewhere now."""
        self._directories.clear()

    def read(self, uri: str, limit: int) -> bytes | None:
        """The file's bytes, or None when it is absent, unreadable or larger than `limit` bytes."""
        path = self._file(uri)
        if path is None:
            return None
        try:
            descriptor = os.open(path, _READ)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                return None
            return _read_at_most(descriptor, limit)
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def names(self, directory: str) -> tuple[str, ...]:
        """Names of the files directly in the directory URI, sorted."""
        real = self.directory(directory)
        if real is None:
            return ()
        try:
            with os.scandir(real) as entries:
                names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError:
            return ()
        return tuple(sorted(name for name in names if is_segment(name)))

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        """Modification time in ns, size in bytes and inode of a file, None when it is absent."""
        path = self._file(uri)
        if path is None:
            return None
        try:
            status = os.lstat(path)
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino) if stat.S_ISREG(status.st_mode) else None

    def directory(self, uri: str) -> str | None:
        """Where the directory of a URI is on disk, if it is in the tree. Looked up once, until `forget`."""
        key = uri.rstrip("/")
        if key not in self._directories:
            self._directories[key] = self._look_up(key)
        return self._directories[key]

    def _file(self, uri: str) -> str | None:
        base, _, name = uri.rpartition("/")
        real = self.directory(base) if is_segment(name) else None
        return None if real is None else f"{real}/{name}"

    def _look_up(self, uri: str) -> str | None:
        try:
            parsed = parse_rsync(uri)
        except UriError:
            return None
        root = os.path.realpath(self.root)
        real = os.path.realpath(os.path.join(root, parsed.authority, parsed.module, *parsed.path))
        return real if real.startswith(root + os.sep) and os.path.isdir(real) else None


def _read_at_most(descriptor: int, limit: int) -> bytes | None:
    parts: list[bytes] = []
    left = limit + 1
    while left and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts) if left else None
