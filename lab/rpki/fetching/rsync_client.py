"""Fetching with the system's rsync, which is watched: servers may be slow, endless or hostile."""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits

_MEMORY_BYTES: Final = 2 * 1024 * 1024 * 1024
_MAX_LINE: Final = 4096
_OUTPUT_BYTES: Final = 64 * 1024 * 1024
_ENVIRONMENT: Final = ("PATH", "RSYNC_CONNECT_PROG", "RSYNC_PROXY")


@dataclass(slots=True)
class _Progress:
    """What rsync's output says so far."""

    entries: int = 0
    files: int = 0
    received: int = 0
    output: int = 0
    complaint: str = ""
    _partial: bytes = b""

    def read(self, output: bytes) -> None:
        self.output += len(output)
        *lines, rest = (self._partial + output).split(b"\n")
        self._partial = rest[:_MAX_LINE]
        for line in lines:
            self._line(line)

    def _line(self, line: bytes) -> None:
        kind, _, size = line.partition(b" ")
        if len(kind) == 11 and size.isdigit():
            self.entries += 1
            if kind.startswith(b">f"):
                self.files += 1
                self.received += int(size[:20])
        elif line.strip() and not self.complaint:
            self.complaint = "".join(
                c if c.isprintable() else "?" for c in line[:200].decode("ascii", "replace")
            )


class RsyncClient:
    """Copies modules and single files. Links, devices and anything nested too deeply are left out."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits

    def module(self, uri: str, directory: Path, previous: Path | None, deadline: Deadline) -> bool:
        """Copy all below the directory `uri` into the empty `directory`; whether it differs from `previous`.

        Files that are the same in `previous` are hard-linked. Raises FetchError, after a part is there.
        """
        limits = self._limits
        options = ["--recursive", f"--exclude=/{'*/' * limits.directory_depth}*", "--whole-file"]
        if previous is not None:
            options.append(f"--link-dest={previous.absolute()}")
        progress = self._run([*options, f"--max-size={limits.object_bytes}"], uri, directory, deadline)
        files = self._files(directory, uri)
        return progress.files > 0 or previous is None or files != self._files(previous, uri)

    def file(self, uri: str, directory: Path, limit: int, deadline: Deadline) -> bytes | None:
        """The bytes of one file, by way of the empty `directory`. None if it has more than `limit` bytes.

        Raises FetchError.
        """
        self._run([f"--max-size={limit}"], uri, directory, deadline)
        path = directory / uri.rpartition("/")[2]
        try:
            return path.read_bytes() if path.is_file() and not path.is_symlink() else None
        except OSError as error:
            raise FetchError(f"{uri}: cannot be read after the transfer: {error.strerror}") from None

    def _run(self, options: list[str], uri: str, directory: Path, deadline: Deadline) -> _Progress:
        program = shutil.which("rsync")
        if program is None:
            raise FetchError(f"{uri}: rsync is not installed; install it, on Debian with: apt install rsync")
        deadline.check(uri)
        command = [program, *self._common(), *options, "--", uri, f"{directory}/"]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"LC_ALL": "C"},
                start_new_session=True,
            )
        except OSError as error:
            raise FetchError(f"{uri}: cannot start rsync: {error.strerror}") from None
        try:
            _limit_memory(process.pid)
            assert process.stdout is not None
            with process.stdout as output:
                progress = self._watch(output, uri, deadline)
            code = process.wait()
        finally:
            _end(process)
        if code != 0:
            raise FetchError(
                f"{uri}: rsync failed with code {code}: {progress.complaint or 'no reason given'}"
            )
        return progress

    def _common(self) -> list[str]:
        limits = self._limits
        return [
            "--times",
            "--perms",
            "--chmod=D755,F644",
            "--no-links",
            "--no-devices",
            "--no-specials",
            "--no-motd",
            "--outbuf=L",
            "--out-format=%i %l",
            f"--contimeout={max(1, round(limits.connect_seconds))}",
            f"--timeout={max(1, round(limits.idle_seconds))}",
        ]

    def _watch(self, output: IO[bytes], uri: str, deadline: Deadline) -> _Progress:
        """Follow rsync's output to its end. Raises FetchError as soon as a bound is passed."""
        progress, limits = _Progress(), self._limits
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while True:
                if not selector.select(deadline.remaining()):
                    deadline.check(uri)
                    continue
                piece = os.read(output.fileno(), 65536)
                if not piece:
                    return progress
                progress.read(piece)
                deadline.check(uri)
                if progress.entries > limits.repository_files:
                    raise FetchError(f"{uri}: has more than {limits.repository_files} files and directories")
                if progress.received > limits.repository_bytes:
                    raise FetchError(f"{uri}: is larger than {limits.repository_bytes} bytes")
                if progress.output > _OUTPUT_BYTES:
                    raise FetchError(f"{uri}: rsync prints without end")

    def _files(self, directory: Path, uri: str) -> int:
        """How many files are below a directory. Raises FetchError beyond the bounds."""
        files = size = 0
        waiting = [str(directory)]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        files += 1
                        size += entry.stat(follow_symlinks=False).st_size
            if files + len(waiting) > self._limits.repository_files or size > self._limits.repository_bytes:
                raise FetchError(f"{uri}: has too many files or bytes")
        return files


def _limit_memory(pid: int) -> None:
    """Bound what a file list without end can take. Linux only; elsewhere rsync's own bound holds."""
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill rsync and what it started, if it has not ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
