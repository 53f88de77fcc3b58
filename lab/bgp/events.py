"""What a speaker reports: facts with a time and a place, written once to the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState


class Rejection(Enum):
    """Why an import policy made a route ineligible. It stays in the Adj-RIB-In with this mark."""

    AS_LOOP = "as-loop"
    FIRST_AS = "first-as"
    ROV_INVALID = "rov-invalid"
    OTC_LEAK = "otc-leak"
    IRR_FILTERED = "irr-filtered"
    ASPA_INVALID = "aspa-invalid"


@dataclass(frozen=True, slots=True)
class Event:
    """`time` is in seconds: virtual from 0 in `sim`, UNIX time in `live`. `at` is the speaker's name."""

    time: float
    at: str


@dataclass(frozen=True, slots=True)
class SessionUp(Event):
    """The session with `neighbor` is established."""

    neighbor: str


@dataclass(frozen=True, slots=True)
class SessionDown(Event):
    """The session with `neighbor` ended; `reason` is text for people."""

    neighbor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Announced(Event):
    """This speaker began to originate `prefix`, or changed how; `path` is the AS path it sends first."""

    prefix: Prefix
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """This speaker stopped originating `prefix`."""

    prefix: Prefix


@dataclass(frozen=True, slots=True)
class RouteRejected(Event):
    """The import policy made a route ineligible (AS loops are not reported: they are the normal case)."""

    prefix: Prefix
    neighbor: str
    path: tuple[int, ...]
    rejection: Rejection
    detail: str


@dataclass(frozen=True, slots=True)
class BestPathChanged(Event):
    """The best route to `prefix` changed. A path is None where there is no route; `neighbor` is "" for an own
    route and None for no route; `reason` says why the new one won, or why the old one went."""

    prefix: Prefix
    old_path: tuple[int, ...] | None
    path: tuple[int, ...] | None
    neighbor: str | None
    rov: RovState | None
    reason: str


@dataclass(frozen=True, slots=True)
class ValidationChanged(Event):
    """The route in use stayed, its origin validation state did not. `neighbor` is "" for an own route."""

    prefix: Prefix
    neighbor: str
    old: RovState
    new: RovState


@dataclass(frozen=True, slots=True)
class ExportBlocked(Event):
    """A route that policy, or a deliberate leak, would have sent to `neighbor` was held back; `reason` is
    `otc`."""

    prefix: Prefix
    neighbor: str
    path: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PolicyChanged(Event):
    """A policy, the VRPs, the ASPAs or a deliberate leak changed here; `detail` says what."""

    detail: str


@dataclass(frozen=True, slots=True)
class PayloadsReceived(Event):
    """This speaker holds what its RTR cache holds at `serial` (RFC 8210): so many VRPs and ASPAs.

    `cache` is the address of a cache of its own, or "" for the lab's; `ignored` says what it cannot use.
    """

    cache: str
    serial: int
    vrps: int
    aspas: int
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class CacheFailed(Event):
    """This speaker gets nothing from its RTR cache, and tries again; `reason` is text for people.

    `vrps` and `aspas` count what it still holds: what it got before stays until it expires (RFC 8210
    section 6). `cache` as in PayloadsReceived.
    """

    cache: str
    reason: str
    vrps: int
    aspas: int


@dataclass(frozen=True, slots=True)
class MaxPrefixReached(Event):
    """`neighbor` announced more than `limit` prefixes; the session is closed with Cease/1 (RFC 4486)."""

    neighbor: str
    limit: int


RouterEvent = (
    SessionUp
    | SessionDown
    | Announced
    | Withdrawn
    | RouteRejected
    | BestPathChanged
    | ValidationChanged
    | ExportBlocked
    | PolicyChanged
    | PayloadsReceived
    | CacheFailed
    | MaxPrefixReached
)
