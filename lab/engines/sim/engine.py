"""The simulator: router cores in one process, an event queue, virtual time, one run per seed."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable

from lab.bgp.aspa import Aspa, AspaTable
from lab.bgp.attributes import Attributes
from lab.bgp.commands import Command
from lab.bgp.events import RouterEvent
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Explanation, RouterView
from lab.bgp.router import Message, Router
from lab.bgp.rov import Vrp
from lab.engines.base import (
    EPOCH,
    ConvergenceError,
    EngineEvent,
    SessionState,
    SpeakerFault,
    UnsuitableError,
)
from lab.engines.desired import DesiredState, refuse_payloads
from lab.rtr.cache import Cache
from lab.rtr.client_events import Synchronised
from lab.rtr.pdu import MAX_VERSION
from lab.speaker.cache_data import CacheData
from lab.topology.model import Topology

RESTART_DELAY = 1.0
"""Virtual seconds until a killed speaker is back."""
DRAWN_DELAY = (0.005, 0.05)
"""One-way delay in seconds, drawn from the seed, for a link whose file gives none."""


class _Channel:
    """One direction of a session. It keeps order, because its delay never changes.

    `epoch` counts the session's lives: what was under way when it ended is lost.
    """

    __slots__ = ("delay", "epoch", "receiver", "router", "sender")

    def __init__(self, sender: str, receiver: str, router: Router, delay: float) -> None:
        self.sender = sender
        self.receiver = receiver
        self.router = router
        self.delay = delay
        self.epoch = 0


_Delivery = tuple[
    float, int, _Channel | None, int, Prefix | None, Attributes | None, Callable[[], None] | None
]


class SimEngine:
    """An Engine (lab.engines.base) that needs no machine at all.

    `seed` decides the delays that the file leaves open, and with them the order in which messages between
    different neighbours arrive. `record=False` keeps no events, for experiments that only want the RIBs.

    Raises UnsuitableError for a topology in which a speaker has an RTR cache of its own.
    """

    def __init__(self, topology: Topology, seed: int = 0, record: bool = True) -> None:
        for speaker in topology.speakers.values():
            if speaker.rtr is not None:
                raise UnsuitableError(
                    f"{speaker.name} has an RTR cache of its own ({speaker.rtr}), which a simulation cannot "
                    "ask; use --engine live"
                )
        self.topology = topology
        self.seed = seed
        self.delivered = 0
        """Route updates delivered so far."""
        self._now = 0.0
        self._epoch: float = EPOCH
        self._sequence = 0
        self._queue: list[_Delivery] = []
        self._events: list[EngineEvent] = []
        self._emit = self._events.append if record else None
        self._routers: dict[str, Router] = {}
        self._cache = Cache(session_id=0)
        self._cache.update(())
        self._cache_data: dict[str, CacheData] = {}
        self._desired = {name: DesiredState() for name in topology.speakers}
        self._channels: dict[tuple[str, str], _Channel] = {}
        self._down: dict[frozenset[str], str] = {}
        self._dead: set[str] = set()

    # --- life ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make every speaker and bring every session up."""
        for name in self.topology.speakers:
            self._boot(name)
        for link in self.topology.links:
            delay = link.delay
            if delay is None:
                delay = random.Random(f"{self.seed} {link.a} {link.b}").uniform(*DRAWN_DELAY)
            for sender, receiver in ((link.a, link.b), (link.b, link.a)):
                channel = _Channel(sender, receiver, self._routers[receiver], delay)
                self._channels[sender, receiver] = channel
        for link in self.topology.links:
            self._session_up(link.a, link.b)

    def close(self) -> None:
        """Forget everything."""
        self._queue.clear()

    def now(self) -> float:
        """Virtual seconds since the start."""
        return self._now

    def calendar(self) -> float:
        """UNIX seconds, from EPOCH or from what was set."""
        return self._epoch + self._now

    def set_calendar(self, moment: float) -> None:
        """Have the calendar show `moment` now."""
        self._epoch = moment - self._now

    # --- what can be done ---------------------------------------------------------------------------------

    def apply(self, speaker: str, command: Command) -> None:
        """Hand one command to a speaker. Raises lab.bgp.router.CommandError where it makes no sense."""
        refuse_payloads(command)
        if speaker in self._dead:
            self._new_router(speaker).apply(command, self._now)  # refuse what it would refuse on its return
        else:
            router = self._routers[speaker]
            self._send(speaker, router.apply(command, self._now))
            self._close_sessions(speaker, router)
        self._desired[speaker].record(command)

    def validate_against(self, vrps: Iterable[Vrp], aspas: Iterable[Aspa] = ()) -> None:
        """Let every speaker judge by these from now on."""
        if self._cache.update(vrps, AspaTable(aspas)):
            self._synchronise([name for name in self._routers if name not in self._dead])

    def set_link(self, a: str, b: str, up: bool) -> None:
        """Take a session down (Cease/2) or up again."""
        self.topology.link(a, b)
        link = frozenset((a, b))
        if not up:
            self._down.setdefault(link, "administrative shutdown")
            self._session_down(a, b, "administrative shutdown (Cease/2)")
        elif self._down.pop(link, None) is not None:
            self._session_up(a, b)

    def kill(self, speaker: str) -> None:
        """Kill a speaker: its neighbours lose their sessions, and it is back RESTART_DELAY later."""
        if speaker in self._dead:
            return
        self._dead.add(speaker)
        self._routers[speaker] = Router(self.topology.router_config(speaker))  # a dead speaker holds nothing
        self._report_fault(speaker, "died", "killed")
        for link in self.topology.links_of[speaker]:
            other = link.other(speaker)
            self._lose(speaker, other)
            self._send(other, self._routers[other].session_down(speaker, self._now, f"{speaker} died"))
        self._at(self._now + RESTART_DELAY, lambda: self._restart(speaker))

    # --- time ---------------------------------------------------------------------------------------------

    def step(self) -> bool:
        """Let the next thing happen. False when nothing is under way."""
        if not self._queue:
            return False
        self._happen(heapq.heappop(self._queue))
        return True

    def converge(self, timeout: float = 60.0) -> None:
        """Run until nothing is under way. Raises ConvergenceError after `timeout` virtual seconds."""
        end = self._now + timeout
        queue, pop, happen = self._queue, heapq.heappop, self._happen
        while queue:
            if queue[0][0] > end:
                busy = sorted({channel.receiver for _, _, channel, *_ in queue if channel} | self._dead)
                more = f" and {len(busy) - 8} more" if len(busy) > 8 else ""
                raise ConvergenceError(
                    f"the routes did not settle within {timeout:g} s of virtual time; "
                    f"still busy: {', '.join(busy[:8])}{more}"
                )
            happen(pop(queue))

    def advance(self, seconds: float) -> None:
        """Run until `seconds` of virtual time have passed."""
        end = self._now + seconds
        while self._queue and self._queue[0][0] <= end:
            self._happen(heapq.heappop(self._queue))
        self._now = end

    # --- what can be seen ---------------------------------------------------------------------------------

    def commands(self, speaker: str) -> list[Command]:
        """What a speaker has been asked to be."""
        return self._desired[speaker].commands()

    def view(self, speaker: str) -> RouterView:
        """A snapshot of one speaker's RIBs."""
        return self._routers[speaker].view()

    def explain(self, speaker: str, prefix: Prefix) -> Explanation:
        """Why a speaker uses the route it uses."""
        return self._routers[speaker].explain(prefix)

    def sessions(self) -> list[SessionState]:
        """Every session of the topology, in file order."""
        return [
            SessionState(
                link.a,
                link.b,
                link.b in self._routers[link.a].established(),
                self._down.get(frozenset((link.a, link.b)), ""),
            )
            for link in self.topology.links
        ]

    def events(self) -> list[EngineEvent]:
        """What happened since the last call."""
        events = self._events.copy()
        self._events.clear()
        return events

    # --- the queue ----------------------------------------------------------------------------------------

    def _happen(self, delivery: _Delivery) -> None:
        self._now, _, channel, epoch, prefix, attributes, action = delivery
        if channel is None:
            if action is not None:
                action()
        elif channel.epoch == epoch and prefix is not None:
            self.delivered += 1
            router = channel.router
            messages = router.receive(channel.sender, prefix, attributes, self._now)
            if messages:
                self._send(channel.receiver, messages)
            if router.closing:
                self._close_sessions(channel.receiver, router)

    def _send(self, sender: str, messages: list[Message]) -> None:
        now, queue, channels, push = self._now, self._queue, self._channels, heapq.heappush
        sequence = self._sequence
        for receiver, prefix, attributes in messages:
            channel = channels[sender, receiver]
            sequence += 1
            push(queue, (now + channel.delay, sequence, channel, channel.epoch, prefix, attributes, None))
        self._sequence = sequence

    def _at(self, time: float, action: Callable[[], None]) -> None:
        self._sequence += 1
        heapq.heappush(self._queue, (time, self._sequence, None, 0, None, None, action))

    # --- sessions and faults ------------------------------------------------------------------------------

    def _new_router(self, name: str, emit: Callable[[RouterEvent], None] | None = None) -> Router:
        """A speaker as it has been asked to be, with no session up yet."""
        router = Router(self.topology.router_config(name), emit=emit)
        for command in self._desired[name].commands():
            router.apply(command, self._now)
        return router

    def _boot(self, name: str) -> Router:
        """Start a speaker; no session is up yet."""
        router = self._routers[name] = self._new_router(name, self._emit)
        self._cache_data[name] = CacheData(name, emit=self._emit)
        self._synchronise([name])
        return router

    def _synchronise(self, speakers: Iterable[str]) -> None:
        """Let speakers hold what the validator says, as their RTR sessions would."""
        state = self._cache.state
        assert state is not None
        aspas = frozenset(Aspa(customer, providers) for customer, providers in state.aspas.items())
        told = Synchronised(MAX_VERSION, self._cache.session_id(MAX_VERSION), state.serial, state.vrps, aspas)
        for name in speakers:
            for command in self._cache_data[name].heard([told], self._now):
                self._send(name, self._routers[name].apply(command, self._now))

    def _session_up(self, a: str, b: str) -> None:
        if {a, b} & self._dead or frozenset((a, b)) in self._down:
            return
        for name, other in ((a, b), (b, a)):
            self._send(name, self._routers[name].session_up(other, self._now))

    def _session_down(self, a: str, b: str, reason: str) -> None:
        self._lose(a, b)
        for name, other in ((a, b), (b, a)):
            if name not in self._dead:
                self._send(name, self._routers[name].session_down(other, self._now, reason))

    def _lose(self, a: str, b: str) -> None:
        self._channels[a, b].epoch += 1
        self._channels[b, a].epoch += 1

    def _close_sessions(self, name: str, router: Router) -> None:
        closing, router.closing = router.closing, []
        for close in closing:
            self._down[frozenset((name, close.neighbor))] = close.reason
            self._session_down(name, close.neighbor, close.reason)

    def _restart(self, speaker: str) -> None:
        self._dead.discard(speaker)
        router = self._boot(speaker)
        for link in self.topology.links_of[speaker]:
            self._channels[link.other(speaker), speaker].router = router
        for link in self.topology.links_of[speaker]:
            self._session_up(link.a, link.b)
        self._report_fault(speaker, "recovered", "restarted and fed again")

    def _report_fault(self, speaker: str, what: str, detail: str) -> None:
        if self._emit:
            self._emit(SpeakerFault(self._now, speaker, what, detail))
