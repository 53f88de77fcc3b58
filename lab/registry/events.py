"""What the registries write on the timeline."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.events import Event
from lab.bgp.prefix import Prefix
from lab.observe.describe import describe


@dataclass(frozen=True, slots=True)
class RegistryEdited(Event):
    """The registration of `prefix` at `rir` was edited; `text` says what it has now."""

    prefix: Prefix
    rir: str
    text: str


@describe.register
def _(event: RegistryEdited) -> str:
    return f"{event.rir}: {event.prefix}: {event.text}"


@dataclass(frozen=True, slots=True)
class IrrEdited(Event):
    """The IRR at `source` was edited; `text` says what. `prefix` is None where it was an as-set."""

    prefix: Prefix | None
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class DnsEdited(Event):
    """A zone, or a delegation at an RIR, was edited; `text` says what there is now."""

    text: str


@describe.register
def _(event: IrrEdited) -> str:
    return f"IRR, {event.source}: {event.text}"


@describe.register
def _(event: DnsEdited) -> str:
    return f"DNS: {event.text}"
