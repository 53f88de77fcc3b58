"""The events of the timeline that the lab itself reports; those of the speakers are in `lab.bgp.events`.

`at` is "" where an event has no place of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.events import Event
from lab.bgp.prefix import Prefix
from lab.topology.vocabulary import AlertKind, DropReason


@dataclass(frozen=True, slots=True)
class Note(Event):
    """Narration."""

    text: str


@dataclass(frozen=True, slots=True)
class ScenarioStep(Event):
    """A step of the scenario begins; `line` is its place in the file, from 1, or 0."""

    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class ExpectationChecked(Event):
    """An `expect` step was judged: `text` is what was expected, `detail` what was seen."""

    text: str
    met: bool
    detail: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class AlertRaised(Event):
    """The detector saw something at the collector (`at`).

    `asn` is the offender, None if the kind has none; `by` is its speaker where the ASN has only one, else "".
    `path` is one AS path that shows it, and `seen_by` the vantage points that see it.
    """

    kind: AlertKind
    prefix: Prefix
    by: str
    asn: int | None
    path: tuple[int, ...]
    seen_by: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class AlertResolved(Event):
    """What the alert of this kind, prefix and offender said, raised at time `raised`, is no longer so."""

    kind: AlertKind
    prefix: Prefix
    by: str
    asn: int | None
    raised: float
    text: str


@dataclass(frozen=True, slots=True)
class PacketVerdict(Event):
    """A probe ended at speaker `at`. `hops` are the speakers it passed; `reason` is None if delivered.

    `legs` has one text for each further packet that it caused, such as the reply, in the order of time.
    """

    source: str
    destination: str
    hops: tuple[str, ...]
    reason: DropReason | None
    text: str
    legs: tuple[str, ...] = ()

    @property
    def delivered(self) -> bool:
        """Whether the packet reached the originator of its destination, and so did those that it caused."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class FlowDown(Event):
    """Packets of the watched traffic `name` are lost from now on. `reason` is the word for why
    (`DropReason`, or `unresolved` for a name without an address), `text` tells it; `at` is where."""

    name: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class FlowUp(Event):
    """Packets of the watched traffic `name` get through again, and to where `text` says; `lost` is for how
    many seconds of the calendar they had not."""

    name: str
    lost: float
    text: str


@dataclass(frozen=True, slots=True)
class PayloadsChanged(Event):
    """The lab's relying party has come to another conclusion: VRPs and ASPAs as text, each with its TAL."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectRejected(Event):
    """The relying party does not accept the object at `uri`: `check` names what failed, `text` says why."""

    uri: str
    check: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicationPointChanged(Event):
    """A CA's publication point is `fresh`, `last good` or `lost` now; `text` says why if it is not fresh."""

    ca: str
    state: str
    text: str


LabEvent = (
    Note
    | ScenarioStep
    | ExpectationChecked
    | AlertRaised
    | AlertResolved
    | PacketVerdict
    | FlowDown
    | FlowUp
    | PayloadsChanged
    | ObjectRejected
    | PublicationPointChanged
)
