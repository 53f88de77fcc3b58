"""What Cloudflare writes on the timeline. `time` is filled in by the lab."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.events import Event
from lab.bgp.prefix import Prefix
from lab.observe.describe import describe


@dataclass(frozen=True, slots=True)
class CloudflareCalled(Event):
    """An API call was answered that changes something, or any call that was refused.

    `caller` is the e-mail address of a member or the name of a token; `status` is HTTP's, `error` 0 or the
    code; `text` says what was asked, without secrets.
    """

    method: str
    path: str
    caller: str
    status: int
    error: int
    text: str


@dataclass(frozen=True, slots=True)
class CloudflareChanged(Event):
    """Something about a prefix changed, by itself or by a call. `subject` is what (`validation`, `binding`,
    `advertisement`, `prefix`, ...), and `text` is for people."""

    prefix: Prefix
    account: str
    subject: str
    before: str
    after: str
    text: str


@dataclass(frozen=True, slots=True)
class NotificationSent(Event):
    """A notification policy sent `text` to `recipients`, about `prefix`."""

    policy: str
    alert_type: str
    recipients: tuple[str, ...]
    prefix: Prefix
    text: str


CloudflareEvent = CloudflareCalled | CloudflareChanged | NotificationSent


@describe.register
def _(event: CloudflareCalled) -> str:
    return event.text


@describe.register
def _(event: CloudflareChanged) -> str:
    before = f"{event.before} -> " if event.before else ""
    change = f"{event.subject} {before}{event.after or 'gone'}"
    return f"Cloudflare: {event.prefix} {change}: {event.text}"


@describe.register
def _(event: NotificationSent) -> str:
    return f"Cloudflare notifies {', '.join(event.recipients)}: {event.text}"
