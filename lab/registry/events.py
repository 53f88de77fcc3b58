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
