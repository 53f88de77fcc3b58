"""The directory of one running lab: where speakers find their files and where clean-up finds the speakers."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from lab.engines.base import MachineError
from lab.speaker.setup import CONTROL_SOCKET

RUN_LABEL: Final = "BYOIP_LAB_RUN"
"""The environment variable every process of a run carries; its value is the run's id."""
DIRECTORY_LABEL: Final = "BYOIP_LAB_DIRECTORY"
"""The environment variable that holds the path of the run's directory, which tells whether the lab lives."""
_RUN_ID: Final = re.compile(r"[0-9a-f]{8}", re.ASCII)
_LOCK: Final = "lock"
_SOCKET_PATH_LIMIT: Final = 107


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """One run: its id (8 hexadecimal digits) and its directory, which only its owner can enter.

    The one that `create` returns holds it: it counts as in use until it is removed, or this process ends.
    """

    run_id: str
    path: Path
    _lock: IO[str] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def at(cls, path: Path) -> RunDirectory:
        """The run whose directory is `path`, whether it still exists or not."""
        return cls(path.name, path)

    @classmethod
    def create(cls) -> RunDirectory:
        """A new run with a fresh id, held. Raises MachineError where no private directory can be made."""
        run_id = secrets.token_hex(4)
        path = runs_root() / run_id
        unfinished = path.with_name(f".{run_id}")  # a name that nobody cleans up before it is held
        try:
            unfinished.mkdir(mode=0o700)
            lock = _hold(unfinished / _LOCK)
            unfinished.rename(path)
        except BaseException as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            if isinstance(error, OSError):
                raise MachineError(f"cannot make {path}: {error.strerror}") from None
            raise
        return cls(run_id, path, lock)

    def speaker(self, name: str) -> Path:
        """The directory of one speaker; made if it is not there. Raises MachineError if that is too long."""
        path = self.path / name
        if len(os.fsencode(path / CONTROL_SOCKET)) > _SOCKET_PATH_LIMIT:
            raise MachineError(
                f"{path} is too long for a UNIX socket; set XDG_RUNTIME_DIR or TMPDIR to a shorter one"
            )
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    @property
    def labels(self) -> dict[str, str]:
        """The environment variables by which clean-up finds the processes of this run."""
        return {RUN_LABEL: self.run_id, DIRECTORY_LABEL: str(self.path)}

    def release(self) -> None:
        """Let go of it, as the end of this process would."""
        if self._lock is not None:
            self._lock.close()

    @property
    def holder(self) -> int | None:
        """The process id of the living lab that holds it, or None."""
        text = self._holder_text()
        return int(text) if text and text.isdecimal() else None

    @property
    def is_held(self) -> bool:
        """Whether a living lab holds it."""
        return self._holder_text() is not None

    def _holder_text(self) -> str | None:
        """What the lab that holds it has written into the lock, or None if none does."""
        try:
            with open(self.path / _LOCK, encoding="ascii") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return file.read()
        except (OSError, UnicodeError):
            pass
        return None

    def remove(self) -> None:
        """Delete it with everything in it, if it is still there."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.release()


def _hold(path: Path) -> IO[str]:
    """A new lock file, locked for as long as it is open, with this process's id in it."""
    file = open(path, "x", encoding="ascii")  # noqa: SIM115
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.write(str(os.getpid()))
    file.flush()
    return file


def runs_root() -> Path:
    """The directory that holds the user's runs: $XDG_RUNTIME_DIR/byoip-lab, or one below the temporary
    directory. Raises MachineError if somebody else owns it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK):
        root = Path(runtime) / "byoip-lab"
    else:
        root = Path(tempfile.gettempdir()) / f"byoip-lab-{os.getuid()}"
    try:
        root.mkdir(mode=0o700, exist_ok=True)
        found = root.lstat()
    except OSError as error:
        raise MachineError(f"cannot make {root}: {error.strerror}") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise MachineError(f"{root} is not a private directory of this user (mode 0700); remove it")
    return root


def existing_runs() -> Iterator[RunDirectory]:
    """The runs whose directory exists, alive or not."""
    for path in sorted(runs_root().iterdir()):
        if _RUN_ID.fullmatch(path.name):
            yield RunDirectory.at(path)
