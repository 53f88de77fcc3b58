"""When each key has last published: its next publication's thisUpdate must be later, in the next lab too.

A lab that is made again has the same keys, and so relying parties take its CAs for those they have seen.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Final

from lab.rpki.issuing import periods
from lab.rpki.issuing.keys import private_directory, user_cache_directory

_MAX_RECORD: Final = 32


class UpdateTimes:
    """The last thisUpdate of each key, by key identifier, in memory: for a lab whose calendar is its own.

    Times are UNIX seconds. One that is later than now comes from a clock that was wrong, and is forgotten.
    """

    def __init__(self) -> None:
        self._last: dict[bytes, int] = {}

    def last(self, key: bytes, now: int) -> int:
        """When a key has last published, 0 if it has not."""
        last = self._last.get(key, 0)
        return last if last <= now else 0

    def take(self, key: bytes, now: int) -> int:
        """The thisUpdate of a publication at `now`. No other publication with this key gets it."""
        taken = _next(self.last(key, now), now)
        self._last[key] = taken
        return taken


class KeptUpdateTimes(UpdateTimes):
    """The same, kept in a directory for the next lab. Several processes may use it at once.

    What cannot be read or written there is kept in memory.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory

    def last(self, key: bytes, now: int) -> int:
        """When a key has last published, here or in another process."""
        here = super().last(key, now)
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return here
        with os.fdopen(descriptor, "rb", buffering=0) as record:
            return max(here, _read(record.fileno(), now))

    def take(self, key: bytes, now: int) -> int:
        """The thisUpdate of a publication at `now`. No other publication with this key gets it."""
        with contextlib.suppress(OSError):
            private_directory(self._directory)
            descriptor = os.open(self._path(key), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "r+b", buffering=0) as record:
                fcntl.flock(record, fcntl.LOCK_EX)  # until it is closed
                taken = _next(max(super().last(key, now), _read(record.fileno(), now)), now)
                text = b"%d\n" % taken
                os.pwrite(record.fileno(), text, 0)
                os.ftruncate(record.fileno(), len(text))
                self._last[key] = taken
                return taken
        return super().take(key, now)

    def _path(self, key: bytes) -> Path:
        return self._directory / key.hex()


def user_update_times() -> UpdateTimes:
    """Those in the user's cache directory, beside the keys: for what is published by the real calendar."""
    cache = user_cache_directory()
    return UpdateTimes() if cache is None else KeptUpdateTimes(cache / "rpki-update-times")


def _next(last: int, now: int) -> int:
    return max(now - periods.BACKDATED, last + 1)


def _read(descriptor: int, now: int) -> int:
    """The time in a record, 0 if there is none that makes sense."""
    text = os.pread(descriptor, _MAX_RECORD, 0).strip()
    last = int(text) if text.isdigit() else 0
    return last if last <= now else 0
