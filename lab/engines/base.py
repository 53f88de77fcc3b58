"""What every engine can do. A scenario sees only this, so its outcome cannot depend on the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from lab.bgp.aspa import Aspa
from lab.bgp.commands import Command
from lab.bgp.events import RouterEvent
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Explanation, RouterView
from lab.bgp.rov import Vrp
from lab.observe.describe import describe

if TYPE_CHECKING:  # the topology takes long to import, and who looks for a running lab needs none
    from lab.topology.model import Topology

EPOCH: Final = 1767225600
"""2026-01-01T00:00:00Z: where the calendar of a simulation begins, so that each run is like the other."""


class EngineError(Exception):
    """An engine cannot do what was asked; the message says why and what to do about it."""


class MachineError(EngineError):
    """The machine lacks something (a program, a permission, a free port); the message says how to get it."""


class UnsuitableError(EngineError):
    """This engine cannot run this lab at all; the message says which one can."""


class ConvergenceError(EngineError):
    """The routes did not settle in the time allowed; the message names the speakers that were still busy."""


@dataclass(frozen=True, slots=True)
class SpeakerFault:
    """A speaker died or came back. `what` is `died`, `recovered`, or `given up` for one that is not started
    again, because it died too often; `time` as in lab.bgp.events."""

    time: float
    at: str
    what: str
    detail: str


@describe.register
def _(event: SpeakerFault) -> str:
    return f"{event.at} {event.what}: {event.detail}"


EngineEvent = RouterEvent | SpeakerFault


@dataclass(frozen=True, slots=True)
class SessionState:
    """One session as the lab sees it: `a` and `b` by name, whether it is established, and why not."""

    a: str
    b: str
    established: bool
    detail: str = ""


class Engine(Protocol):
    """A running lab. Speakers are named as in the topology. Not thread-safe: one caller at a time.

    Nothing is announced by `start` but the sessions: prefixes of the file are announced by the caller, with
    `apply(name, Originate(...))`, and VRPs and ASPAs are set with `validate_against`.
    """

    topology: Topology

    def start(self) -> None:
        """Bring every speaker and session up. Raises MachineError, or EngineError that names what did not."""

    def close(self) -> None:
        """End it and leave nothing behind. Idempotent; never raises."""

    def now(self) -> float:
        """Seconds: virtual from 0, or UNIX time."""

    def calendar(self) -> float:
        """UNIX seconds of the calendar that certificates and administrative delays go by.

        It runs with `advance`: in a simulation from EPOCH, in a live lab from the time of its start, faster
        than the wall clock by the lab's speed; after `set_calendar` from what was set.
        """

    def set_calendar(self, moment: float) -> None:
        """Have the calendar show `moment` now, in UNIX seconds, and run on from there."""

    def apply(self, speaker: str, command: Command) -> None:
        """Hand one command to a speaker. Returns when it is accepted, not when the routes have settled.

        Raises lab.bgp.router.CommandError where it makes no sense; SetVrps and SetAspas never do, as
        `validate_against` is the way for them.
        """

    def validate_against(self, vrps: Iterable[Vrp], aspas: Iterable[Aspa] = ()) -> None:
        """Let every speaker that follows the lab's validator judge by exactly these from now on.

        Before `start` too: the speakers then begin with them. A speaker with an RTR cache of its own
        (`Speaker.rtr`) judges by what that says. VRPs and ASPAs reach speakers as they cross RTR: without
        their trust anchors, and with all ASPAs of a customer as one. Raises ValueError, with nothing
        changed, for a VRP or an ASPA that cannot be.
        """

    def set_link(self, a: str, b: str, up: bool) -> None:
        """Take the session between two speakers down (Cease/2, administrative shutdown) or up again."""

    def kill(self, speaker: str) -> None:
        """Kill a speaker as a fault. The engine reports it, restarts it and feeds it what it had.

        A speaker that is dead already, which it is until its recovery is reported, is left as it is: a death
        is reported once.
        """

    def converge(self, timeout: float = 60.0) -> None:
        """Return when nothing is under way and nobody has anything left to send. Raises ConvergenceError."""

    def advance(self, seconds: float) -> None:
        """Let time pass: virtual time at once, wall time divided by the lab's speed."""

    def commands(self, speaker: str) -> list[Command]:
        """What a speaker has been asked to be, in as few commands as possible, as a fresh one is fed.

        VRPs and ASPAs are not among them: they are the validator's to give.
        """

    def view(self, speaker: str) -> RouterView:
        """A snapshot of one speaker's RIBs, the collector's included."""

    def explain(self, speaker: str, prefix: Prefix) -> Explanation:
        """Why a speaker uses the route it uses."""

    def sessions(self) -> list[SessionState]:
        """Every session of the topology, in file order."""

    def events(self) -> list[EngineEvent]:
        """What happened since the last call, in order of time."""
