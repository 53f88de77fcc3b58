"""What is kept of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
        """Whether the name servers of its account answer for it, if they are asked."""
        return self.kind is ZoneKind.FULL
