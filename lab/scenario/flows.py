"""Traffic that is watched: whether its packets get through, since when not, and for how long not in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.bgp.prefix import Address
from lab.dataplane.probe import ProbeError
from lab.dataplane.trace import PacketTrace
from lab.observe.events import FlowDown, FlowUp, LabEvent
from lab.scenario.host_lookup import UnresolvedError
from lab.topology.problems import suggestion

UNRESOLVED = "unresolved"
"""The reason of traffic to a name that has no address."""


class FlowError(ProbeError):
    """Traffic cannot be watched, stopped or asked about as it was asked; the message names what there is."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Packets that `start` sends all the time from `source` to `destination`, an address or a host whose
    address is looked up for every one of them."""

    name: str
    start: str
    source: Address
    destination: Address | str
    port: str

    @property
    def text(self) -> str:
        """For people, such as `eyeball -> 203.0.113.9`."""
        return f"{self.start} -> {self.destination}"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one packet: `reason` and where it is lost; `reason` "" for one that gets through."""

    reason: str
    at: str
    text: str


@dataclass(slots=True)
class Flow:
    """Traffic and what has become of it. `down_since` is None while packets get through; times are UNIX
    seconds of the calendar. `lost_before` is for how long they did not in the outages that are over."""

    traffic: Traffic
    fate: Fate
    down_since: float | None = None
    lost_before: float = 0.0
    outages: int = 0
    stopped: bool = False

    @property
    def state(self) -> str:
        """`up`, `down` or, of traffic that nobody sends any more, `stopped`."""
        if self.stopped:
            return "stopped"
        return "down" if self.fate.reason else "up"

    def lost(self, now: float) -> float:
        """For how many seconds packets have been lost, all in all."""
        return self.lost_before + (0.0 if self.down_since is None else max(now - self.down_since, 0.0))


class Flows:
    """The watched traffic of one lab.

    `send` sends one packet of it as the lab is now, `now` is the engine's time for events, `calendar` that of
    outages, and `write` takes events. What is seen at one look holds until the next: the lab looks whenever
    the routes have settled, when a speaker has been killed, and before and after time passes. Any other loss
    that is over before the routes have settled is none here.
    """

    def __init__(
        self,
        send: Callable[[Traffic], PacketTrace],
        now: Callable[[], float],
        calendar: Callable[[], float],
        write: Callable[[LabEvent], None],
    ) -> None:
        self._send = send
        self._now = now
        self._calendar = calendar
        self._write = write
        self._flows: dict[str, Flow] = {}

    def __iter__(self) -> Iterator[Flow]:
        """In the order in which they began, those that have stopped included."""
        return iter(self._flows.values())

    @property
    def go_on(self) -> bool:
        """Whether there is traffic that has not stopped."""
        return not all(flow.stopped for flow in self._flows.values())

    def watch(self, traffic: Traffic) -> None:
        """Begin with traffic and look at it. One of that name which has stopped is forgotten.

        Raises FlowError where one of that name goes on, and ProbeError where its packets cannot be sent.
        """
        known = self._flows.get(traffic.name)
        if known is not None and not known.stopped:
            goes_on = f"the traffic {traffic.name!r} goes on already ({known.traffic.text})"
            raise FlowError(f"{goes_on}; stop it first, or choose another name")
        now = self._calendar()
        fate = self._fate(traffic)
        self._flows.pop(traffic.name, None)
        flow = self._flows[traffic.name] = Flow(traffic, Fate("", "", ""))
        self._take(flow, fate, now)

    def stop(self, name: str) -> None:
        """End traffic; what has been lost of it remains known. Raises FlowError."""
        flow = self.get(name)
        if flow.stopped:
            raise FlowError(f"the traffic {name!r} has stopped already")
        now = self._calendar()
        self._take(flow, self._fate(flow.traffic), now)
        if flow.down_since is not None:
            flow.lost_before, flow.down_since = flow.lost(now), None
        flow.stopped = True

    def look(self) -> None:
        """Send a packet of everything that goes on, all at this moment, and write down what has changed."""
        now = self._calendar()
        for flow in self._flows.values():
            if not flow.stopped:
                self._take(flow, self._fate(flow.traffic), now)

    def get(self, name: str) -> Flow:
        """The traffic of this name. Raises FlowError."""
        if name not in self._flows:
            raise FlowError(f"no traffic {name!r} is watched; {suggestion(name, self._flows, 'traffic')}")
        return self._flows[name]

    def lost(self, name: str) -> float:
        """For how many seconds of the calendar packets have been lost so far. Raises FlowError."""
        return self.get(name).lost(self._calendar())

    def _fate(self, traffic: Traffic) -> Fate:
        try:
            trace = self._send(traffic)
        except UnresolvedError as error:
            return Fate(UNRESOLVED, "", str(error))
        return Fate(trace.reason.value if trace.reason else "", trace.at, trace.explanation)

    def _take(self, flow: Flow, fate: Fate, now: float) -> None:
        was_down, flow.fate = flow.down_since is not None, fate
        if fate.reason and not was_down:
            flow.down_since = now
            flow.outages += 1
            self._write(FlowDown(self._now(), fate.at, flow.traffic.name, fate.reason, fate.text))
        elif was_down and not fate.reason:
            outage = flow.lost(now) - flow.lost_before
            flow.lost_before, flow.down_since = flow.lost(now), None
            self._write(FlowUp(self._now(), fate.at, flow.traffic.name, outage, fate.text))
