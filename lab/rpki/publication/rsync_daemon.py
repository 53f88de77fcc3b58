"""The system's rsync as a read-only daemon: one module for each publication server."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.rpki.publication.faults import Fault
from lab.rpki.publication.listening import PublicationError, listen

_MAX_CONNECTIONS: Final = 64
_UNDISTURBED_SECONDS: Final = 30.0
"""How long a connection is left alone although others wait for its place."""
_IDLE_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 0.1
_REAP_SECONDS: Final = 1.0
"""Between two looks at which children have ended, while there are any."""
_SILENT_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Module:
    """What a daemon serves under one name: a directory, or a fault."""

    path: Path
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class _Child:
    """An rsync, and since when it serves its client, on the clock that only passes."""

    process: subprocess.Popen[bytes]
    since: float

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class RsyncDaemon:
    """Hands every connection to an rsync of its own, as inetd would, so that no daemon outlives us.

    When all places are taken, the connection that has been there longest makes room: rsync itself waits for
    ever for a client that never says what it wants.
    """

    def __init__(
        self, directory: Path, address: str = "127.0.0.1", port: int = 0, allow_remote: bool = False
    ) -> None:
        """The configuration file goes into `directory`. Listens at once. Raises PublicationError, OSError."""
        self._rsync = rsync_program()
        directory.mkdir(parents=True, exist_ok=True)
        self._config = directory / "rsyncd.conf"
        self.serve({})
        self._socket = listen(address, port, allow_remote)
        self.port: int = self._socket.getsockname()[1]
        self._children: list[_Child] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="rpki-rsync", daemon=True)
        self._thread.start()

    def serve(self, modules: Mapping[str, Module]) -> None:
        """Serve exactly these modules from the next connection on. Raises OSError."""
        new = self._config.with_suffix(".new")
        new.write_text(rsyncd_conf(modules))
        new.replace(self._config)

    def close(self) -> None:
        """Stop listening and end all transfers. Idempotent."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        for child in self._children:
            child.end()
        self._children.clear()

    def _accept(self) -> None:
        while not self._closing.is_set():
            self._reap()
            self._socket.settimeout(_REAP_SECONDS if self._children else None)
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                self._closing.wait(_PAUSE_SECONDS)  # no descriptors: trying at once would not find any
                continue
            with connection:
                if self._has_room():
                    with contextlib.suppress(OSError):  # no process to be had: the client may try again
                        self._children.append(_Child(self._hand_over(connection), time.monotonic()))

    def _reap(self) -> None:
        self._children = [child for child in self._children if child.process.poll() is None]

    def _has_room(self) -> bool:
        self._reap()
        if len(self._children) < _MAX_CONNECTIONS:
            return True
        oldest = self._children[0]
        if time.monotonic() - oldest.since < _UNDISTURBED_SECONDS:
            return False
        oldest.end()
        del self._children[0]
        return True

    def _hand_over(self, connection: socket.socket) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._rsync, "--daemon", f"--config={self._config}"],
            stdin=connection.fileno(),
            stdout=connection.fileno(),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def rsync_program() -> str:
    """Where the system's rsync is. Raises PublicationError with what to install."""
    program = shutil.which("rsync")
    if program is None:
        raise PublicationError("rsync is not installed; install it, on Debian with: apt install rsync")
    return program


def rsyncd_conf(modules: Mapping[str, Module]) -> str:
    """The configuration of an rsync daemon (rsyncd.conf(5)) that serves these modules by name, read only.

    Paths must not hold a line break or start or end with a space. Raises PublicationError.
    """
    lines = [
        "use chroot = no",
        "read only = yes",
        "list = yes",
        "reverse lookup = no",
        f"timeout = {_IDLE_SECONDS}",
        "log file = /dev/null",
    ]
    if os.geteuid() == 0:
        lines += ["uid = root", "gid = root"]
    for name, module in modules.items():
        if module.fault is not Fault.NOT_FOUND:
            lines += [f"[{name}]", f"path = {_value(module.path)}", *_failing(module.fault)]
    return "\n".join([*lines, ""])


def _failing(fault: Fault | None) -> list[str]:
    match fault:
        case Fault.CUT | Fault.TOO_MANY_REQUESTS:
            return ["max connections = -1"]
        case Fault.SLOW:
            return [f"pre-xfer exec = sleep {_SILENT_SECONDS}"]
        case _:
            return []


def _value(path: Path) -> str:
    text = str(path.absolute())
    if text != text.strip() or not text.isprintable() or "%" in text or text.endswith("\\"):
        raise PublicationError(f"rsync cannot serve the directory {text!a}: its name has special characters")
    return text
