"""What is kept of a DNS record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AUTOMATIC: Final = 1
"""The TTL that stands for automatic."""
AUTOMATIC_SECONDS: Final = 300

RECORD_TYPES: Final = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT")
"""The types that the lab keeps; the API has more."""
PROXIABLE: Final = frozenset({"A", "AAAA", "CNAME"})


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A record as somebody wants it: `name` whole, `content` as the API takes it."""

    name: str
    rtype: str
    content: str
    ttl: int = AUTOMATIC
    proxied: bool = False
    priority: int | None = None
    comment: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """`zone` is a zone's ID. Times are UNIX seconds of the calendar."""

    id: str
    zone: str
    draft: RecordDraft
    created: float
    modified: float

    @property
    def name(self) -> str:
        """The whole name."""
        return self.draft.name

    @property
    def rtype(self) -> str:
        """Its type, such as `A`."""
        return self.draft.rtype

    @property
    def content(self) -> str:
        """What it contains, as the API shows it."""
        return self.draft.content

    @property
    def proxied(self) -> bool:
        """Whether Cloudflare answers with addresses of its edge instead."""
        return self.draft.proxied

    @property
    def seconds(self) -> int:
        """How long an answer may be kept: the TTL, and what automatic is."""
        return AUTOMATIC_SECONDS if self.draft.ttl == AUTOMATIC else self.draft.ttl

    @property
    def is_proxiable(self) -> bool:
        """Whether it could be proxied."""
        return self.rtype in PROXIABLE
