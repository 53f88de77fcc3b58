"""The agent's I/O: ExaBGP on stdin and stdout, the lab on a UNIX socket, an RTR cache, one loop around the
core.

ExaBGP blocks on both of its pipes, so neither end here ever does. What ExaBGP has written is always read to
its end before a request of the lab is answered: an answer is never older than what ExaBGP said before it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from lab.speaker.cache_link import CacheLink
from lab.speaker.core import SpeakerCore
from lab.speaker.setup import (
    CONFIGURATION_FILE,
    CONTROL_SOCKET,
    SETUP_FILE,
    SpeakerSetup,
    exabgp_configuration,
)

_CHUNK: Final = 1 << 18
_LONGEST_LINE: Final = 1 << 26
_KEPT_FOR_THE_LAB: Final = 100_000


class _Lines:
    """Bytes in, whole lines out; a line longer than _LONGEST_LINE ends the agent."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def split(self, data: bytes) -> list[bytes]:
        self._rest += data
        if b"\n" not in data:
            if len(self._rest) > _LONGEST_LINE:
                raise SystemExit("a line is too long")
            return []
        *lines, self._rest = self._rest.split(b"\n")
        return [bytes(line) for line in lines]


class Agent:
    """One speaker's loop. `clock` gives UNIX time in seconds, `monotonic` seconds that only pass."""

    def __init__(
        self,
        directory: str,
        templates: str,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._templates = templates
        self._clock = clock
        self._monotonic = monotonic
        with open(os.path.join(directory, SETUP_FILE), encoding="ascii") as file:
            self._setup = SpeakerSetup.from_text(file.read())
        self._core = SpeakerCore(self._setup, self._write_configuration, clock())
        self._selector = selectors.DefaultSelector()
        self._from_exabgp = _Lines()
        self._to_exabgp = bytearray()
        self._from_lab = _Lines()
        self._to_lab = bytearray()
        self._waiting_for_lab: deque[str] = deque(maxlen=_KEPT_FOR_THE_LAB)
        self._lab: socket.socket | None = None
        self._listener = self._listen()
        self._cache = CacheLink(self._setup.rtr.address, monotonic)

    def run(self) -> None:
        """Until ExaBGP closes its end."""
        os.set_blocking(0, False)
        os.set_blocking(1, False)
        self._selector.register(0, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._cache, selectors.EVENT_READ)
        self._core.cache_said(self._cache.first_answer(), self._clock())
        while True:
            ready = {key.fileobj for key, _ in self._selector.select(self._cache.timeout())}
            if not self._read_exabgp():
                return
            if self._cache in ready or self._cache.is_due:
                self._core.cache_said(self._cache.step(), self._clock())
            self._core.awaits_cache = self._cache.is_awaited
            if self._listener in ready:
                self._accept()
            if self._lab is not None and self._lab in ready:
                self._read_lab()
            self._core.flush(self._monotonic())
            self._write_exabgp()
            self._write_lab()

    # --- ExaBGP -------------------------------------------------------------------------------------------

    def _read_exabgp(self) -> bool:
        """Handle all that is there; whether ExaBGP is still there."""
        while True:
            try:
                data = os.read(0, _CHUNK)
            except BlockingIOError:
                return True
            if not data:
                return False
            now = self._clock()
            for line in self._from_exabgp.split(data):
                self._core.exabgp_said(line.decode("ascii", "replace"), now)

    def _write_exabgp(self) -> None:
        if self._core.to_exabgp:
            self._to_exabgp += "".join(f"{line}\n" for line in self._core.to_exabgp).encode("ascii")
            self._core.to_exabgp.clear()
        with contextlib.suppress(BlockingIOError):
            while self._to_exabgp:
                del self._to_exabgp[: os.write(1, self._to_exabgp)]
        registered = 1 in self._selector.get_map()
        if self._to_exabgp and not registered:
            self._selector.register(1, selectors.EVENT_WRITE)
        elif registered and not self._to_exabgp:
            self._selector.unregister(1)

    def _write_configuration(self, links_down: frozenset[str]) -> None:
        path = os.path.join(self._directory, CONFIGURATION_FILE)
        with open(f"{path}.new", "w", encoding="ascii") as file:
            file.write(exabgp_configuration(self._setup, self._templates, links_down))
        os.replace(f"{path}.new", path)

    # --- the lab ------------------------------------------------------------------------------------------

    def _listen(self) -> socket.socket:
        path = os.path.join(self._directory, CONTROL_SOCKET)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen()
        listener.setblocking(False)
        return listener

    def _accept(self) -> None:
        """The latest lab to connect is the one that is served."""
        self._hang_up()
        self._lab, _ = self._listener.accept()
        self._lab.setblocking(False)
        self._from_lab = _Lines()
        self._selector.register(self._lab, selectors.EVENT_READ)

    def _hang_up(self) -> None:
        if self._lab is not None:
            self._selector.unregister(self._lab)
            self._lab.close()
            self._lab = None
            self._to_lab.clear()

    def _read_lab(self) -> None:
        assert self._lab is not None
        try:
            data = self._lab.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            return
        for line in self._from_lab.split(data):
            self._core.lab_said(line, self._clock())

    def _write_lab(self) -> None:
        self._waiting_for_lab.extend(self._core.to_lab)
        self._core.to_lab.clear()
        if self._lab is None:
            return
        self._to_lab += "".join(f"{line}\n" for line in self._waiting_for_lab).encode("ascii")
        self._waiting_for_lab.clear()
        try:
            while self._to_lab:
                del self._to_lab[: self._lab.send(self._to_lab)]
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up()
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._to_lab else 0)
        self._selector.modify(self._lab, events)


def main(directory: str, templates: str) -> None:
    """Run the agent of the speaker in `directory`; it ends when ExaBGP does, and ExaBGP ends when it does."""
    exabgp = os.getppid()
    _write_before_you_wake(os.getpid(), exabgp)
    try:
        Agent(directory, templates).run()
    finally:
        if os.getppid() == exabgp:
            os.kill(exabgp, signal.SIGTERM)


def _write_before_you_wake(*processes: int) -> None:
    """Keep a process that a line wakes from interrupting the one that writes it.

    Lines come in batches then: a busy lab spends its time on routes, not on switching between processes.
    """
    for process in processes:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(process, os.SCHED_BATCH, os.sched_param(0))
