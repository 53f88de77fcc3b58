"""What is kept of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

NAME_SERVERS: Final = ("ada.ns.cloudflare.com", "bob.ns.cloudflare.com")
"""The name servers of every zone. Cloudflare draws a pair for each account; a lab has one."""


class ZoneKind(Enum):
    """How a zone is set up. Of these only a full zone is answered for by Cloudflare's name servers."""

    FULL = "full"
    PARTIAL = "partial"
    SECONDARY = "secondary"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Zone:
    """`account` is an account's ID. `created` is in UNIX seconds of the calendar."""

    id: str
    name: str
    account: str
    kind: ZoneKind
    created: float

    @property
    def is_served(self) -> bool:
        """Whether Cloudflare answers for it. A lab has no registrars: a full zone is active at once."""
        return self.kind is ZoneKind.FULL

    @property
    def status(self) -> str:
        """`active`; `pending` for what waits for a record, a transfer or a view that a lab does not have."""
        return "active" if self.is_served else "pending"
