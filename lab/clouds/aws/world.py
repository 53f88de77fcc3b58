"""What AWS sees of the lab around it. It only looks: what it announces, the lab reads from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.records import Holder, Registration


@dataclass(frozen=True, slots=True)
class SeenRoute:
    """A route of the collector's table: `path` ends with the origin; `peer` is the vantage point's name."""

    prefix: Prefix
    path: tuple[int, ...]
    peer: str


class World(Protocol):
    """Read-only. Every answer is as of now."""

    def now(self) -> float:
        """UNIX seconds of the lab's calendar: administrative delays, messages and certificates go by it."""

    def registration(self, prefix: Prefix) -> Registration | None:
        """What RDAP answers for `prefix`: the most specific registration that covers it."""

    def holder(self, handle: str) -> Holder | None:
        """The organization or person behind a registration."""

    def vrps(self) -> Iterable[Vrp]:
        """What the lab's relying party has validated."""

    def routes(self, prefix: Prefix) -> Iterable[SeenRoute]:
        """The routes to `prefix`, to less specific and to more specific ones at the lab's collector."""
