"""Sessions taken down and up again: ExaBGP can do it only by reading its configuration anew.

A reload forgets every change that is still pending, for all neighbours, and is itself forgotten if there is
any. So the gate is closed and drained first; then the sessions are ended with a Cease; then the configuration
is written and reloaded; then ExaBGP is asked whether it took effect, and told again if not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from lab.speaker import exabgp_api
from lab.speaker.gate import Gate

RELOAD_PATIENCE: Final = 30.0
"""Seconds until a reload that does not take effect is a fault. A change that reached ExaBGP just after its
session ended stays pending until that session is back, and keeps any reload from happening until then."""


class _Phase(Enum):
    IDLE = "idle"
    DRAINING = "draining"
    ENDING = "ending sessions"
    RELOADING = "reloading"
    PROBING = "probing"


class Links:
    """Which neighbours are without a session by intent, and the way from one such set to another.

    `write` replaces ExaBGP's configuration by one without the given neighbours; `send` hands ExaBGP a
    command; `fail` is told when ExaBGP does not take a configuration. `advance` is to be called after every
    input, with how many commands are not acknowledged yet.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        down: frozenset[str],
        gate: Gate,
        write: Callable[[frozenset[str]], None],
        send: Callable[[str], None],
        fail: Callable[[str], None],
    ) -> None:
        self._addresses = addresses
        self._gate = gate
        self._write = write
        self._send = send
        self._fail = fail
        self._wanted = down
        self._configured = down
        self._target = down
        self._subcodes: dict[str, int] = {}
        self._phase = _Phase.IDLE
        self._established: set[str] = set()
        self._ending: set[str] = set()
        self._began = 0.0
        self._listed = ""

    def is_down(self, neighbor: str) -> bool:
        """Whether this neighbour is to have no session."""
        return neighbor in self._wanted

    @property
    def busy(self) -> bool:
        """Whether ExaBGP's configuration is not yet what it should be."""
        return self._phase is not _Phase.IDLE or self._wanted != self._configured

    def set(self, neighbor: str, up: bool, subcode: int) -> None:
        """Want the session down, ended with this Cease subcode (RFC 4486), or up."""
        if up:
            self._wanted -= {neighbor}
        else:
            self._wanted |= {neighbor}
            self._subcodes[neighbor] = subcode

    def session_changed(self, neighbor: str, up: bool) -> None:
        """ExaBGP says that a session is established or has ended."""
        if up:
            self._established.add(neighbor)
        else:
            self._established.discard(neighbor)
            self._ending.discard(neighbor)

    def listed(self, neighbor: str) -> None:
        """ExaBGP says that its configuration has this neighbour."""
        self._listed = neighbor

    def advance(self, unacknowledged: int, now: float) -> None:
        """Take the next step, if it can be taken."""
        if self._phase is _Phase.IDLE:
            if self._wanted == self._configured:
                return
            self._gate.closed = True
            self._phase = _Phase.DRAINING
        if unacknowledged:
            return
        if self._phase is _Phase.DRAINING and not self._gate.in_flight:
            self._end_sessions(now)
        elif self._phase is _Phase.ENDING and not self._ending:
            self._configure(now)
        elif self._phase is _Phase.RELOADING:
            self._phase = _Phase.PROBING
            self._listed = ""
            self._send(exabgp_api.presence_command(self._addresses[self._probed]))
        elif self._phase is _Phase.PROBING:
            self._judge(now)

    def _end_sessions(self, now: float) -> None:
        self._target = self._wanted
        if self._target == self._configured:
            self._phase = _Phase.IDLE
            self._gate.closed = False
            return
        self._phase = _Phase.ENDING
        self._ending = set((self._target - self._configured) & self._established)
        for neighbor in sorted(self._ending):
            command = exabgp_api.teardown_command(self._addresses[neighbor], self._subcodes[neighbor])
            self._send(command)
        if not self._ending:
            self._configure(now)

    def _configure(self, now: float) -> None:
        self._began = now
        self._write(self._target)
        self._reload()

    def _reload(self) -> None:
        self._phase = _Phase.RELOADING
        self._send(exabgp_api.RELOAD_COMMAND)

    @property
    def _probed(self) -> str:
        return min(self._target ^ self._configured)

    def _judge(self, now: float) -> None:
        present = self._listed == self._probed
        if present == (self._probed in self._target):
            if now - self._began < RELOAD_PATIENCE:
                self._reload()
            else:
                self._fail("ExaBGP does not reload its configuration")
            return
        self._configured = self._target
        self._phase = _Phase.IDLE
        self._gate.closed = False
        self.advance(0, now)
