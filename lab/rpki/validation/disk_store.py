"""A store on disk: what one run found is there for the next, in another process too."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

from lab.rpki.validation.store import KEPT, Store
from lab.rpki.validation.store_format import StoreFormatError, decode, encode
from lab.rpki.validation.versions import PointVersion

_LARGEST: Final = 1 << 30
"""Bytes of a file that is read; what is larger is not ours."""


class DiskStore(Store):
    """A store in a directory of its own, which is made when there is something to keep.

    It may be lost at any time, or hold what something else wrote: then it is as if nothing were known, and
    `complaints` say so. Every file is replaced as a whole, and read by its user only. There is one for each
    publication point; its modification time is when the version in it runs out, so that old ones are told
    without being read.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory

    def point(self, key: str) -> PointVersion | None:
        if key not in self._points:
            path = self._path("points", key)
            data = self._read(path)
            if data is not None:
                try:
                    self._points[key] = decode(data)
                except StoreFormatError as error:
                    self.complaints.append(f"{path} is not used: {error}")
        return super().point(key)

    def keep_point(self, key: str, version: PointVersion) -> None:
        super().keep_point(key, version)
        self._write(self._path("points", key), encode(version), version.times.expires)

    def anchor(self, key: str) -> bytes | None:
        if key not in self._anchors:
            data = self._read(self._path("anchors", key))
            if data is not None:
                self._anchors[key] = data
        return super().anchor(key)

    def keep_anchor(self, key: str, certificate: bytes) -> None:
        if self.anchor(key) != certificate:
            super().keep_anchor(key, certificate)
            self._write(self._path("anchors", key), certificate, None)

    def finish(self, now: int) -> None:
        super().finish(now)
        with contextlib.suppress(OSError), os.scandir(self._directory / "points") as entries:
            for entry in entries:
                if entry.stat(follow_symlinks=False).st_mtime + KEPT < now:
                    os.unlink(entry.path)

    def _path(self, kind: str, key: str) -> Path:
        return self._directory / kind / hashlib.sha256(key.encode()).hexdigest()

    def _read(self, path: Path) -> bytes | None:
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.complaints.append(f"{path} is not used: {error.strerror}")
            return None
        if len(data) > _LARGEST:
            self.complaints.append(f"{path} is not used: it has more than {_LARGEST} bytes")
            return None
        return data

    def _write(self, path: Path, data: bytes, runs_out: int | None) -> None:
        """Replace a file as a whole. What cannot be written is verified again next time: that is all."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                if runs_out is not None:
                    os.utime(temporary, (runs_out, runs_out))
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
        except (OSError, OverflowError) as error:
            self.complaints.append(f"{path} could not be written: {error}")
