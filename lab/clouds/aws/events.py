"""What AWS writes on the timeline. `time` is filled in by the lab."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.events import Event
from lab.bgp.prefix import Prefix
from lab.observe.describe import describe


@dataclass(frozen=True, slots=True)
class AwsCalled(Event):
    """An API call was answered that changes something, or any call that was refused.

    `error` is "" or the code; `text` says what was asked, without secrets. `prefix` is
    the range it was about, if it was about one.
    """

    operation: str
    account: str
    region: str
    request: str
    error: str
    text: str
    prefix: Prefix | None = None


@dataclass(frozen=True, slots=True)
class ByoipChanged(Event):
    """A range came from one state into another, by itself or by a call; `text` says why."""

    prefix: Prefix
    account: str
    region: str
    before: str
    after: str
    text: str


@describe.register
def _(event: AwsCalled) -> str:
    return event.text


@describe.register
def _(event: ByoipChanged) -> str:
    change = f"{event.before or 'nothing'} -> {event.after or 'nothing'}"
    return f"AWS, {event.region}: {event.prefix} {change}: {event.text}"
