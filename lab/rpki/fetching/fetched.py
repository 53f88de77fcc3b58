"""What a transport hands to the source: the files it has of one server, and how fetching them went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Files(Protocol):
    """Files by their rsync URIs; see lab.rpki.fetching.source.Source."""

    def read(self, uri: str, limit: int) -> bytes | None: ...

    def names(self, directory: str) -> tuple[str, ...]: ...

    def stamp(self, uri: str) -> tuple[int, ...] | None: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """`files` are the last good ones, None if there never were any; `time` is when they were, in UNIX time.

    `ok` is whether this fetch worked, `changed` whether it brought anything new.
    """

    files: Files | None = None
    time: float = 0.0
    ok: bool = False
    changed: bool = False
    error: str = ""
