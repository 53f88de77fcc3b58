"""The speakers of a run: started, listened to, and started again when one dies."""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lab.bgp.events import SessionDown, SessionUp
from lab.bgp.jsonable import to_json
from lab.engines.base import EngineError, SpeakerFault
from lab.engines.desired import DesiredState
from lab.engines.live.clock import Clock
from lab.engines.live.control import ControlConnection
from lab.engines.live.driver import Driver, Place
from lab.engines.live.run_directory import RunDirectory
from lab.engines.live.speaker_files import exabgp_command, exabgp_environment, write_speaker_files
from lab.speaker.setup import CONTROL_SOCKET
from lab.topology.model import Topology

ANSWER_TIMEOUT: Final = 60.0
"""Seconds an agent may take to answer."""
RESTARTS: Final = 5
RESTART_WINDOW: Final = 60.0
"""A speaker that dies by itself more often than RESTARTS times in RESTART_WINDOW seconds is given up."""
_CONNECT_INTERVAL: Final = 0.01
_ALIVE_INTERVAL: Final = 0.25
_LAUNCH_TIMEOUT: Final = 30.0
"""Seconds after which a launched speaker whose agent does not listen counts as dead."""


class SpeakerLostError(Exception):
    """The speaker died before it answered; it is being restarted."""


@dataclass(slots=True)
class _Member:
    """One speaker. `deaths` counts all of them, `crashes` has the times of those nobody asked for.

    `fault` tells whether it died and has not been reported as recovered yet.
    """

    name: str
    connection: ControlConnection | None = None
    desired: DesiredState = field(default_factory=DesiredState)
    established: set[str] = field(default_factory=set)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    awaited: set[int] = field(default_factory=set)
    deaths: int = 0
    crashes: deque[float] = field(default_factory=deque)
    fault: bool = False
    given_up: bool = False
    killed: bool = False
    launched: float = 0.0
    checked_alive: float = 0.0


class Fleet:
    """All speakers but the `external` ones. Nothing happens outside of calls; `pump` is where it happens.

    `on_message` gets what agents say unasked: the speaker's name and the JSON object.
    """

    def __init__(
        self,
        topology: Topology,
        driver: Driver,
        run: RunDirectory,
        external: Collection[str],
        clock: Clock,
        on_message: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self.links_down: dict[frozenset[str], str] = {}
        """Sessions that are meant to be down, by their two ends, with the reason."""
        self.faults: list[SpeakerFault] = []
        self._topology = topology
        self._driver = driver
        self._run = run
        self._external = frozenset(external)
        self._clock = clock
        self._on_message = on_message
        self._members = {name: _Member(name) for name in topology.speakers if name not in external}
        self._places: Mapping[str, Place] = {}
        self._selector = selectors.DefaultSelector()
        self._last_identifier = 0

    # --- life ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Launch every speaker; `pump` connects to them as they appear. Raises MachineError."""
        self._places = self._driver.prepare(self._topology, self._run, self._external)
        self._launch(self._members)

    def close(self) -> None:
        """Hang up and end every speaker."""
        for member in self._members.values():
            if member.connection is not None:
                member.connection.close()
        self._selector.close()
        self._driver.stop()

    def kill(self, name: str) -> None:
        """Kill a speaker, and return when it is noticed and on its way back. One that died and is not
        reported as recovered yet is left alone. Raises EngineError if it does not die."""
        member = self._members[name]
        self.pump(0)
        if member.fault:
            return
        member.killed = True
        before = member.deaths
        end = self._clock.monotonic() + ANSWER_TIMEOUT
        self._driver.kill(name)
        while member.deaths == before:
            if self._clock.monotonic() > end:
                raise EngineError(f"speaker {name} cannot be killed")
            self.pump(_ALIVE_INTERVAL)

    def _launch(self, names: Iterable[str]) -> None:
        names = list(names)
        for name in names:
            neighbors = (link.other(name) for link in self._topology.links_of[name])
            write_speaker_files(
                name,
                self._topology,
                self._places,
                self._run,
                links_down=[each for each in neighbors if frozenset((name, each)) in self.links_down],
                external=self._external,
                commands=self._members[name].desired.commands(),
                shares_loopback=self._driver.shares_loopback,
            )
            (self._run.speaker(name) / CONTROL_SOCKET).unlink(missing_ok=True)
        self._driver.start(
            {name: exabgp_command(self._places[name]) for name in names},
            {name: exabgp_environment(self._places[name], self._run, len(self._members)) for name in names},
        )
        for name in names:  # only now: starting many containers takes longer than one may take to answer
            self._members[name].launched = self._members[name].checked_alive = self._clock.monotonic()

    # --- what goes on -------------------------------------------------------------------------------------

    @property
    def disconnected(self) -> list[str]:
        """The speakers whose agent has not been reached yet, but should be."""
        return [member.name for member in self._awaited_members()]

    @property
    def given_up(self) -> list[str]:
        """The speakers that died so often that they are not started again."""
        return [member.name for member in self._members.values() if member.given_up]

    def why_given_up(self, name: str) -> str:
        """What became of a speaker that is given up, for people."""
        member = self._members[name]
        return (
            f"speaker {name} died {len(member.crashes)} times within {RESTART_WINDOW:g} s and is given up; "
            f"the end of what it printed:\n{self.log(name)}"
        )

    def _awaited_members(self) -> list[_Member]:
        return [each for each in self._members.values() if each.connection is None and not each.given_up]

    def established(self, name: str) -> Collection[str]:
        """The neighbours with which this speaker has said it has a session; empty for an external one."""
        member = self._members.get(name)
        return member.established if member else ()

    def desired(self, name: str) -> DesiredState:
        """What this speaker is given when it restarts."""
        return self._members[name].desired

    def log(self, name: str) -> str:
        """The end of what the speaker printed, indented, for error messages."""
        text = self._driver.log(name)
        return "\n".join(f"    {line}" for line in text.splitlines()) if text else "    (it printed nothing)"

    def pump(self, timeout: float) -> None:
        """Handle what the agents say, waiting at most `timeout` seconds for it.

        Dead speakers are restarted on the way; one that does not stay alive is given up. Raises MachineError
        if the machine does not let one be restarted.
        """
        waiting = self._awaited_members()
        for member in waiting:
            self._connect(member)
        if waiting:
            timeout = min(timeout, _CONNECT_INTERVAL)
        for key, _ in self._selector.select(timeout):
            self._receive(self._members[key.data])
        for member in self._members.values():
            if member.fault and member.connection is not None:
                self._check_recovery(member)

    def _connect(self, member: _Member) -> None:
        member.connection = ControlConnection.open(self._run.speaker(member.name) / CONTROL_SOCKET)
        if member.connection is not None:
            self._selector.register(member.connection, selectors.EVENT_READ, member.name)
            return
        now = self._clock.monotonic()
        if now - member.checked_alive > _ALIVE_INTERVAL:
            member.checked_alive = now
            if now - member.launched > _LAUNCH_TIMEOUT or not self._driver.alive(member.name):
                self._died(member, "ExaBGP or its agent died")

    def _receive(self, member: _Member) -> None:
        assert member.connection is not None
        messages = member.connection.receive()
        if messages is None:
            self._died(member, "ExaBGP or its agent died")
            return
        for message in messages:
            identifier = message.get("id")
            if identifier is not None:
                if identifier in member.awaited:
                    member.awaited.discard(identifier)
                    member.answers[identifier] = message
                continue
            if "fault" in message:  # it says itself that it cannot go on
                self._died(member, message["fault"])
                return
            if "event" in message:
                self._note_session(member, message["event"])
            self._on_message(member.name, message)

    def _note_session(self, member: _Member, event: Mapping[str, Any]) -> None:
        if event["type"] == SessionUp.__name__:
            member.established.add(event["neighbor"])
        elif event["type"] == SessionDown.__name__:
            member.established.discard(event["neighbor"])

    # --- faults -------------------------------------------------------------------------------------------

    def _died(self, member: _Member, detail: str) -> None:
        if member.connection is not None:
            self._selector.unregister(member.connection)
            member.connection.close()
            member.connection = None
        self._driver.kill(member.name)  # ExaBGP may be without its agent, or the agent without ExaBGP
        member.deaths += 1
        if not member.killed:
            self._note_crash(member)
        self._report(member, "died", "killed" if member.killed else detail)
        member.fault = True
        member.killed = False
        member.established.clear()
        member.awaited.clear()
        member.answers.clear()
        if len(member.crashes) > RESTARTS:
            member.given_up = True
            self._report(member, "given up", f"it died {len(member.crashes)} times in {RESTART_WINDOW:g} s")
        else:
            self._launch([member.name])

    def _note_crash(self, member: _Member) -> None:
        now = self._clock.monotonic()
        member.crashes.append(now)
        while member.crashes[0] < now - RESTART_WINDOW:
            member.crashes.popleft()

    def _check_recovery(self, member: _Member) -> None:
        if member.established >= self.expected(member.name):
            member.fault = False
            self._report(member, "recovered", "restarted and fed again")

    def _report(self, member: _Member, what: str, detail: str) -> None:
        self.faults.append(SpeakerFault(self._clock.now(), member.name, what, detail))

    def expected(self, name: str) -> set[str]:
        """The neighbours this speaker should have a session with; external and given-up ones left out."""
        neighbors = {link.other(name) for link in self._topology.links_of[name]}
        neighbors -= self._external.union(self.given_up)
        return {each for each in neighbors if frozenset((name, each)) not in self.links_down}

    # --- requests -----------------------------------------------------------------------------------------

    def tell(self, name: str, **request: Any) -> None:
        """Send a request and do not wait for the answer; a dead speaker misses it."""
        member = self._members[name]
        if member.connection is not None:
            member.awaited.discard(self._send(member, request))

    def ask(self, name: str, **request: Any) -> dict[str, Any]:
        """Send a request and return the answer. Raises SpeakerLostError if the speaker dies meanwhile, and
        EngineError if it does not answer or is given up."""
        member = self._members[name]
        end = self._clock.monotonic() + ANSWER_TIMEOUT
        while member.connection is None:
            if member.given_up:
                raise EngineError(self.why_given_up(name))
            self._check_deadline(end, name)
            self.pump(_ALIVE_INTERVAL)
        return self._await(member, self._send(member, request), end)

    def ask_all(self, **request: Any) -> dict[str, dict[str, Any]]:
        """The answers to one request of all speakers that are not given up. Raises as `ask` does."""
        end = self._clock.monotonic() + ANSWER_TIMEOUT
        if self.disconnected:
            raise SpeakerLostError(self.disconnected[0])
        members = [member for member in self._members.values() if not member.given_up]
        sent = {member.name: self._send(member, request) for member in members}
        try:
            return {name: self._await(self._members[name], number, end) for name, number in sent.items()}
        finally:
            for name, number in sent.items():
                self._members[name].awaited.discard(number)
                self._members[name].answers.pop(number, None)

    def _send(self, member: _Member, request: Mapping[str, Any]) -> int:
        assert member.connection is not None
        self._last_identifier += 1
        member.awaited.add(self._last_identifier)
        member.connection.send({"id": self._last_identifier, **to_json(request)})
        return self._last_identifier

    def _await(self, member: _Member, identifier: int, end: float) -> dict[str, Any]:
        while (answer := member.answers.pop(identifier, None)) is None:
            if identifier not in member.awaited:
                raise SpeakerLostError(member.name)
            self._check_deadline(end, member.name)
            self.pump(_ALIVE_INTERVAL)
        return answer

    def _check_deadline(self, end: float, name: str) -> None:
        if self._clock.monotonic() > end:
            raise EngineError(
                f"speaker {name} does not answer; the end of what it printed:\n{self.log(name)}"
            )
