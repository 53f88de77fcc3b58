"""A directory that is replaced as a whole: readers see the old content or the new, never a mixture."""

from __future__ import annotations

import os
from pathlib import Path

KEPT = 3
"""How many versions stay on disk, so that who reads an older one can finish."""


class VersionedDirectory:
    """`path` is a symbolic link to one of the hidden directories `.<name>.<number>` beside it.

    One process writes. What was prepared and not committed is removed by the next `prepare`.
    """

    def __init__(self, path: Path, kept: int = KEPT) -> None:
        self.path = path
        self._prefix = f".{path.name}."
        self._kept = kept

    @property
    def current(self) -> Path | None:
        """The present version, if there is one."""
        try:
            version = self.path.parent / os.readlink(self.path)
        except OSError:
            return None
        return version if version.is_dir() else None

    def prepare(self) -> Path:
        """A new, empty directory for the next version. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        present = self._present()
        for number in [number for number in self._numbers() if number > present]:
            remove_tree(self._version(number))
        version = self._version(present + 1)
        version.mkdir()
        return version

    def commit(self, version: Path) -> None:
        """Make the prepared `version` the present one and remove what is too old. Raises OSError."""
        link = self.path.with_name(f"{self._prefix}link")
        link.unlink(missing_ok=True)
        link.symlink_to(version.name)
        link.replace(self.path)
        for number in self._numbers()[: -self._kept]:
            remove_tree(self._version(number))

    def remove(self) -> None:
        """Remove all versions. Raises OSError."""
        self.path.unlink(missing_ok=True)
        for number in self._numbers():
            remove_tree(self._version(number))

    def _version(self, number: int) -> Path:
        return self.path.with_name(f"{self._prefix}{number}")

    def _present(self) -> int:
        current = self.current
        text = current.name.removeprefix(self._prefix) if current else ""
        return int(text) if text.isdecimal() else max(self._numbers(), default=0)

    def _numbers(self) -> list[int]:
        names = (entry.removeprefix(self._prefix) for entry in os.listdir(self.path.parent))
        return sorted(int(name) for name in names if name.isdecimal() and self._version(int(name)).is_dir())


def remove_tree(directory: Path) -> None:
    """Remove a directory and all below it, however deep strangers have nested it. Raises OSError."""
    waiting, found = [str(directory)], []
    while waiting:
        found.append(waiting.pop())
        with os.scandir(found[-1]) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    os.unlink(entry.path)
    for empty in reversed(found):
        os.rmdir(empty)
