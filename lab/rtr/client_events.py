"""What a router learns from its cache, as data."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp


@dataclass(frozen=True, slots=True)
class Synchronised:
    """The router holds what the cache holds at `serial`: exactly these, however few of them are new."""

    version: int
    session_id: int
    serial: int
    vrps: frozenset[Vrp]
    aspas: frozenset[Aspa]


@dataclass(frozen=True, slots=True)
class Flushed:
    """The router holds nothing of the cache any more: it expired, or an error forbade to keep it."""

    reason: str


@dataclass(frozen=True, slots=True)
class CacheError:
    """Something went wrong; `reason` is for people. What the router holds stays, unless `Flushed` follows."""

    reason: str


ClientEvent = Synchronised | Flushed | CacheError
