"""What is kept of a notification policy, and of the notifications that it has sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ROUTE_LEAK_DETECTION: Final = "bgp_hijack_notification"
"""The alert type of Route Leak Detection, the only one of a lab."""


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A policy as somebody wants it: `emails` get a notification while it is `enabled`."""

    name: str
    emails: tuple[str, ...]
    enabled: bool = True
    description: str = ""
    alert_type: str = ROUTE_LEAK_DETECTION


@dataclass(frozen=True, slots=True)
class Policy:
    """`account` is an account's ID. Times are UNIX seconds of the calendar."""

    id: str
    account: str
    draft: PolicyDraft
    created: float
    modified: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A notification to one address, about the alert `alert` (a key that no other alert has)."""

    id: str
    account: str
    policy: str
    name: str
    description: str
    email: str
    alert: str
    body: str
    sent: float
