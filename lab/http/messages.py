"""An HTTP request and its answer as values, so that what answers can be tested without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`target` is path and query as sent, still percent-encoded; names of `headers` are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark, still percent-encoded."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What to answer. The server adds Content-Length and Date, and to a HEAD it leaves the body out."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
