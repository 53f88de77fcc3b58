"""The system's rsync as a read-only daemon: one module for each publication server."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.rpki.publication.faults import Fault
from lab.rpki.publication.listening import PublicationError, listen

_MAX_CONNECTIONS: Final = 64
_SILENT_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Module:
    """What a daemon serves under one name: a directory, or a fault."""

    path: Path
    fault: Fault | None = None


class RsyncDaemon:
    """Hands every connection to an rsync of its own, as inetd would, so that no daemon outlives us."""

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
        self._children: list[subprocess.Popen[bytes]] = []
        self._closing = False
        self._thread = threading.Thread(target=self._accept, name="rpki-rsync", daemon=True)
        self._thread.start()

    def serve(self, modules: Mapping[str, Module]) -> None:
        """Serve exactly these modules from the next connection on. Raises OSError."""
        new = self._config.with_suffix(".new")
        new.write_text(rsyncd_conf(modules))
        new.replace(self._config)

    def close(self) -> None:
        """Stop listening and end all transfers. Idempotent."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self._children.clear()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                if self._closing:
                    return
                continue
            with connection:
                self._children = [child for child in self._children if child.poll() is None]
                if len(self._children) < _MAX_CONNECTIONS:
                    with contextlib.suppress(OSError):  # no process to be had: the client may try again
                        self._children.append(self._hand_over(connection))

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
