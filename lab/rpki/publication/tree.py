"""The files of a publication server on disk, as rsync serves them: <root>/<host>/<module>/<path>."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lab.rpki.uris import UriError, parse_rsync, parse_rsync_file, shown
from lab.rpki.versioned_directory import VersionedDirectory


class PublishedTree:
    """One module's files, replaced as a whole. Unchanged files are hard-linked from version to version.

    The files that a publication changes get its modification time, which rises by a second at least, however
    fast publications follow each other: rsync takes files of equal size and second for the same.
    """

    def __init__(self, root: Path, base: str, now: Callable[[], float] = time.time) -> None:
        """`base` is the module's URI, `rsync://host/module/`; `now` gives UNIX time. Raises UriError."""
        uri = parse_rsync(base)
        if uri.path:
            raise UriError(f"{shown(base)} is not a module; expected {uri.module_uri}")
        self.base = uri.module_uri
        self._directory = VersionedDirectory(root / uri.authority / uri.module)
        self._now = now
        self._published: dict[str, bytes] | None = None

    @property
    def path(self) -> Path:
        """The directory to serve: a symbolic link that moves with every publication."""
        return self._directory.path

    def publish(self, files: Mapping[str, bytes]) -> bool:
        """Make `files`, by URI, the whole content; False when it was that already.

        Raises UriError, with nothing changed, if a URI is not the module's or two cannot both be on disk.
        Raises OSError.
        """
        paths = self.check(files)
        wanted = {path: files[uri] for path, uri in paths.items()}
        if wanted == self._published and self._directory.current is not None:
            return False
        old = self._directory.current
        new = self._directory.prepare()
        for directory in sorted({path.rpartition("/")[0] for path in wanted}):
            (new / directory).mkdir(parents=True, exist_ok=True)
        second = max(int(self._now()), int(old.stat().st_mtime) + 1 if old else 0)
        for path, content in wanted.items():
            if old is not None and self._is_published(old, path, content):
                os.link(f"{old}/{path}", f"{new}/{path}")
            else:
                _write(f"{new}/{path}", content, second)
        os.utime(new, (second, second))
        self._directory.commit(new)
        self._published = wanted
        return True

    def check(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """The URI of each path inside the module. Raises UriError as `publish` does."""
        paths: dict[str, str] = {}
        for uri in files:
            parsed = parse_rsync_file(uri)
            if parsed.module_uri != self.base:
                raise UriError(f"{shown(uri)} is not a file of {self.base}")
            if (twin := paths.setdefault("/".join(parsed.path), uri)) is not uri:
                raise UriError(f"{shown(uri)} and {shown(twin)} are the same file")
        for path in paths:
            parts = path.split("/")
            for end in range(1, len(parts)):
                if (file := paths.get("/".join(parts[:end]))) is not None:
                    raise UriError(
                        f"{shown(file)} cannot be both a file and the directory of {shown(paths[path])}"
                    )
        return paths

    def _is_published(self, old: Path, path: str, content: bytes) -> bool:
        if self._published is not None:
            return self._published.get(path) == content
        try:
            return (old / path).read_bytes() == content
        except OSError:
            return False


def _write(path: str, content: bytes, second: int) -> None:
    with open(path, "xb") as file:
        file.write(content)
    os.utime(path, (second, second))
