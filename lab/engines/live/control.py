"""The lab's end of a speaker's control socket: one JSON object per line, both ways."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lab.engines.base import EngineError, MachineError

_CHUNK: Final = 1 << 18
_LONGEST_LINE: Final = 1 << 28
_SEND_TIMEOUT: Final = 30.0


class ControlConnection:
    """A connection to one agent. `receive` must be called when the socket is readable."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._rest = bytearray()

    @classmethod
    def open(cls, path: Path) -> ControlConnection | None:
        """A connection to the agent that listens on `path`, or None if none does yet. Raises MachineError.

        Links are not followed: a speaker in a container can write to its directory, and must not choose to
        which program of the host the lab speaks.
        """
        try:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        except OSError as error:
            raise MachineError(
                f"cannot open a socket: {error.strerror}; raise the limit on open files with `ulimit -n 4096`"
            ) from None
        sock.settimeout(_SEND_TIMEOUT)
        try:
            _connect(sock, path)
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
            sock.close()
            return None
        except OSError as error:
            sock.close()
            raise MachineError(f"cannot reach a speaker's agent at {path}: {error.strerror}") from None
        return cls(sock)

    def fileno(self) -> int:
        """For selectors."""
        return self._socket.fileno()

    def send(self, request: Mapping[str, Any]) -> None:
        """Send one request. An agent that is gone is noticed by `receive`, not here."""
        try:
            self._socket.sendall(json.dumps(request, separators=(",", ":")).encode("ascii") + b"\n")
        except OSError:
            return

    def receive(self) -> list[dict[str, Any]] | None:
        """What the agent said since, or None if it is gone. Raises EngineError if it is no JSON."""
        try:
            data = self._socket.recv(_CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            return None
        self._rest += data
        if b"\n" not in data:
            if len(self._rest) > _LONGEST_LINE:
                raise EngineError("a speaker's agent sent a line without end")
            return []
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise EngineError(f"a speaker's agent sent something that is not JSON: {error}") from None

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def _connect(sock: socket.socket, path: Path) -> None:
    """Connect to the very socket that was looked at. Raises OSError; ConnectionRefusedError for anything else
    that has its name."""
    found = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    try:
        if not stat.S_ISSOCK(os.fstat(found).st_mode):
            raise ConnectionRefusedError
        sock.connect(f"/proc/self/fd/{found}")
    finally:
        os.close(found)
