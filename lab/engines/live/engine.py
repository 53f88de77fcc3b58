"""The live engine: real ExaBGP speakers on the wall clock, behind the interface every engine has."""

from __future__ import annotations

import atexit
import contextlib
import signal
import threading
from collections.abc import Collection, Iterable
from types import TracebackType
from typing import Any, Final

from lab.bgp.aspa import Aspa, AspaTable
from lab.bgp.commands import Command
from lab.bgp.events import RouterEvent
from lab.bgp.jsonable import from_json
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Explanation, RouterView
from lab.bgp.router import CommandError, Router
from lab.bgp.rov import Vrp
from lab.engines.base import ConvergenceError, EngineError, EngineEvent, SessionState
from lab.engines.desired import refuse_payloads
from lab.engines.live.caches import Caches
from lab.engines.live.clock import Clock
from lab.engines.live.convergence import Round, SpeakerCount, behind, changed, obstacles
from lab.engines.live.driver import Driver
from lab.engines.live.ending_signals import leave, uninterrupted
from lab.engines.live.fleet import Fleet, SpeakerLostError
from lab.engines.live.run_directory import RunDirectory
from lab.rtr.address import TcpAddress
from lab.topology.model import Link, Topology

START_TIMEOUT: Final = 30.0
"""Seconds a lab may take to start, and half a second more for each speaker."""
_SHORTEST_PAUSE: Final = 0.002
_LONGEST_PAUSE: Final = 0.1
_NAMED_OBSTACLES: Final = 8


class LiveEngine:
    """An Engine (lab.engines.base) of ExaBGP speakers, which `driver` runs.

    `speed` divides the wall time that `advance` takes; BGP itself is never sped up. The BGP of the speakers
    named in `external` is run by somebody else, at the address the driver gave them; sessions with them are
    not waited for. `run` is a run directory (from `RunDirectory.create`) to use instead of a new one; it is
    removed in the end all the same. At `rtr_address` other routers than the speakers are served what the
    speakers validate against, on loopback only. A context manager closes it.
    """

    def __init__(
        self,
        topology: Topology,
        driver: Driver,
        *,
        speed: float = 1.0,
        external: Collection[str] = (),
        run: RunDirectory | None = None,
        clock: Clock | None = None,
        rtr_address: TcpAddress | None = None,
    ) -> None:
        self.topology = topology
        self.run = run
        self._driver = driver
        self._speed = speed
        self._external = frozenset(external)
        self._clock = clock or Clock()
        self._began = (self._clock.now(), self._clock.monotonic())
        self._wanted_rtr_address = rtr_address
        self._caches = Caches()
        self._fleet: Fleet | None = None
        self._raw_events: list[dict[str, Any]] = []
        self._former_handlers: dict[int, Any] = {}

    def __enter__(self) -> LiveEngine:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- life ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start every speaker and wait until every session is up.

        Raises MachineError, or EngineError that names what did not come up; nothing is left behind then.
        """
        atexit.register(self.close)
        self._exit_on_signals()
        try:
            self.run = self.run or RunDirectory.create()
            self._caches.open(
                self.topology,
                self.run,
                self._external,
                self._driver.shares_loopback,
                self._wanted_rtr_address,
            )
            self._fleet = Fleet(
                self.topology, self._driver, self.run, self._external, self._clock, self._on_message
            )
            self._fleet.start()
            allowed = START_TIMEOUT + 0.5 * len(self.topology.speakers)
            self._await_sessions(self._clock.monotonic() + allowed)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End every speaker and remove the run's directory. Idempotent; never raises.

        Signals that end programs are ignored meanwhile; should an exception get through all the same, the
        next call, at the program's end at the latest, does it again.
        """
        with uninterrupted():
            if self._fleet is not None:
                self._fleet.close()
            self._caches.close()
            if self.run is not None:
                self.run.remove()
            self._fleet = None
            atexit.unregister(self.close)
        if threading.current_thread() is threading.main_thread():
            for number, handler in self._former_handlers.items():
                if signal.getsignal(number) is leave:  # else the program is leaving
                    signal.signal(number, handler)
            self._former_handlers.clear()

    def now(self) -> float:
        """UNIX time."""
        return self._clock.now()

    def calendar(self) -> float:
        """UNIX seconds since it was made, times its speed."""
        began, monotonic = self._began
        return began + (self._clock.monotonic() - monotonic) * self._speed

    def set_calendar(self, moment: float) -> None:
        """Have the calendar show `moment` now."""
        self._began = (moment, self._clock.monotonic())

    def _exit_on_signals(self) -> None:
        """Let SIGTERM and SIGHUP end the program as an exception does: the lab is closed on the way."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                self._former_handlers[number] = signal.signal(number, leave)

    def _await_sessions(self, end: float) -> None:
        while True:
            for name in self._running.given_up:
                raise EngineError(self._running.why_given_up(name))
            missing = self._missing_sessions()
            if not missing:
                return
            if self._clock.monotonic() > end:
                silent = self._running.disconnected
                blamed = silent[0] if silent else missing[0][0]
                raise EngineError(
                    f"{len(missing)} sessions did not come up, such as {missing[0][0]} - {missing[0][1]}; "
                    f"the end of what {blamed} printed:\n{self._running.log(blamed)}"
                )
            self._running.pump(1.0)

    def _missing_sessions(self) -> list[tuple[str, str]]:
        established = self._running.established
        return [
            (a, b)
            for a, b, up in self._sessions()
            if up and not (b in established(a) and a in established(b))
        ]

    @property
    def _running(self) -> Fleet:
        if self._fleet is None:
            raise EngineError("the lab is not running")
        return self._fleet

    def _sessions(self) -> list[tuple[str, str, bool]]:
        """The sessions between our own speakers, each with whether it is meant to be up."""
        left_out = self._external.union(self._running.given_up)
        return [
            (link.a, link.b, frozenset((link.a, link.b)) not in self._running.links_down)
            for link in self.topology.links
            if not {link.a, link.b} & left_out
        ]

    # --- what can be done ---------------------------------------------------------------------------------

    def apply(self, speaker: str, command: Command) -> None:
        """Hand one command to a speaker. Raises lab.bgp.router.CommandError where it makes no sense."""
        refuse_payloads(command)
        if speaker in self._running.given_up:
            self._former_router(speaker).apply(command, self.now())  # refuse what it would have refused
        else:
            answer = self._ask(speaker, do="apply", command=command)
            if "error" in answer:
                raise CommandError(answer["error"])
        self._running.desired(speaker).record(command)

    def validate_against(self, vrps: Iterable[Vrp], aspas: Iterable[Aspa] = ()) -> None:
        """Serve these by RTR from now on; `converge` waits until every speaker that is asked to has them."""
        self._caches.update(vrps, AspaTable(aspas))

    @property
    def rtr_address(self) -> TcpAddress | None:
        """Where others are served what the speakers validate against; None while that is nowhere."""
        return self._caches.address

    def set_link(self, a: str, b: str, up: bool) -> None:
        """Take the session between two speakers down (Cease/2) or up again."""
        self.topology.link(a, b)
        link = frozenset((a, b))
        if up:
            self._running.links_down.pop(link, None)
        else:
            self._running.links_down.setdefault(link, "administrative shutdown")
        order = list(self.topology.speakers)
        # The end that waits to be connected to comes first, so that the other finds it ready.
        for name in sorted(link - self._external.union(self._running.given_up), key=order.index):
            with contextlib.suppress(SpeakerLostError):  # it restarts with what is wanted now
                answer = self._running.ask(name, do="link", neighbor=next(iter(link - {name})), up=up)
                if "error" in answer:
                    raise EngineError(f"speaker {name}: {answer['error']}")

    def kill(self, speaker: str) -> None:
        """Kill a speaker as a fault; one that is dead already is left alone."""
        self._own(speaker)
        self._running.kill(speaker)

    def converge(self, timeout: float = 60.0) -> None:
        """Return when no route is under way, by counting (lab.engines.live.convergence), and every speaker
        judges by what the lab's cache serves. Of a cache of its own a speaker awaits the answers that are
        under way, for lab.speaker.cache_link.PATIENCE seconds at most.

        Raises ConvergenceError after `timeout` seconds, and when all but a speaker that was given up has
        settled.
        """
        end = self._clock.monotonic() + timeout
        previous: Round | None = None
        while True:
            began = self._clock.monotonic()
            counts, found = self._count()
            if not found and counts == previous:
                break
            if not found and previous is None:
                previous = counts
                continue  # to see at once whether it is still so
            if self._clock.monotonic() > end:
                raise ConvergenceError(
                    f"the routes did not settle within {timeout:g} s: "
                    f"{_listed(found or changed(counts, previous or {}))}"
                )
            previous = None if found else counts
            # Counting takes CPU time from the speakers, so it gets a third of it at most.
            pause = 2 * (self._clock.monotonic() - began)
            self._pump_until(self._clock.monotonic() + min(max(pause, _SHORTEST_PAUSE), _LONGEST_PAUSE))
        for name in self._running.given_up:
            raise ConvergenceError(self._running.why_given_up(name))

    def _count(self) -> tuple[Round, list[str]]:
        """One round of reports, and what speaks against a settled lab."""
        try:
            answers = self._running.ask_all(do="counters")
        except SpeakerLostError as lost:
            return {}, [f"{lost} is restarting"]
        counts = {name: SpeakerCount.from_report(answer["counters"]) for name, answer in answers.items()}
        followers = [name for name, speaker in self.topology.speakers.items() if speaker.rtr is None]
        late = behind(counts, followers, self._caches.position)
        return counts, obstacles(counts, self._sessions()) + late

    def advance(self, seconds: float) -> None:
        """Let `seconds` divided by the lab's speed pass on the wall clock."""
        self._pump_until(self._clock.monotonic() + seconds / self._speed)

    def _pump_until(self, end: float) -> None:
        while (left := end - self._clock.monotonic()) > 0:
            self._running.pump(left)

    # --- what can be seen ---------------------------------------------------------------------------------

    def commands(self, speaker: str) -> list[Command]:
        """What a speaker has been asked to be."""
        self._own(speaker)
        return self._running.desired(speaker).commands()

    def view(self, speaker: str) -> RouterView:
        """A snapshot of one speaker's RIBs."""
        if speaker in self._running.given_up:
            return self._dead_router(speaker).view()
        view: RouterView = from_json(RouterView, self._ask(speaker, do="view")["view"])
        return view

    def explain(self, speaker: str, prefix: Prefix) -> Explanation:
        """Why a speaker uses the route it uses."""
        if speaker in self._running.given_up:
            return self._dead_router(speaker).explain(prefix)
        answer = self._ask(speaker, do="explain", prefix=prefix)
        explanation: Explanation = from_json(Explanation, answer["explanation"])
        return explanation

    def sessions(self) -> list[SessionState]:
        """Every session of the topology, in file order; with an external speaker only our end counts."""
        self._running.pump(0)
        established = self._running.established
        return [
            SessionState(
                link.a,
                link.b,
                (link.b in established(link.a) or link.a in self._external)
                and (link.a in established(link.b) or link.b in self._external),
                self._why_down(link),
            )
            for link in self.topology.links
        ]

    def _why_down(self, link: Link) -> str:
        reason = self._running.links_down.get(frozenset((link.a, link.b)))
        if reason is None:
            if lost := {link.a, link.b} & set(self._running.given_up):
                return f"{', '.join(sorted(lost))} given up"
            restarting = {link.a, link.b} & set(self._running.disconnected)
            reason = f"{', '.join(sorted(restarting))} restarting" if restarting else ""
        return reason

    def events(self) -> list[EngineEvent]:
        """What happened since the last call, in order of time."""
        self._running.pump(0)
        events: list[EngineEvent] = [from_json(RouterEvent, raw) for raw in self._raw_events]
        events += self._running.faults
        self._raw_events.clear()
        self._running.faults.clear()
        return sorted(events, key=lambda event: event.time)

    # --- speakers -----------------------------------------------------------------------------------------

    def _own(self, speaker: str) -> None:
        if speaker in self._external:
            raise EngineError(f"{speaker} is run by somebody else; it can be neither asked nor told anything")

    def _dead_router(self, speaker: str) -> Router:
        """What a speaker that was given up holds: nothing."""
        return Router(self.topology.router_config(speaker))

    def _former_router(self, speaker: str) -> Router:
        """What a speaker that was given up would be, had it come back."""
        router = self._dead_router(speaker)
        for command in self._running.desired(speaker).commands():
            router.apply(command, self.now())
        return router

    def _ask(self, speaker: str, **request: Any) -> dict[str, Any]:
        """The answer of a speaker, of its next life if it dies meanwhile."""
        self._own(speaker)
        while True:
            with contextlib.suppress(SpeakerLostError):
                return self._running.ask(speaker, **request)

    def _on_message(self, speaker: str, message: dict[str, Any]) -> None:
        if "event" in message:
            self._raw_events.append(message["event"])
        elif "closed" in message:
            self._close_session(speaker, message["closed"], message["reason"])

    def _close_session(self, speaker: str, neighbor: str, reason: str) -> None:
        """A speaker closed a session for good: the other end stops trying until the link is set up."""
        self._running.links_down[frozenset((speaker, neighbor))] = reason
        if neighbor not in self._external:
            self._running.tell(neighbor, do="link", neighbor=speaker, up=False)


def _listed(obstacles: list[str]) -> str:
    more = len(obstacles) - _NAMED_OBSTACLES
    return "; ".join(obstacles[:_NAMED_OBSTACLES]) + (f" and {more} more" if more > 0 else "")
