"""What Cloudflare sees of the lab around it. It only looks: what it announces, the lab reads from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.irr.records import RouteObject
from lab.registry.records import Holder, Registration


class World(Protocol):
    """Read-only. Every answer is as of now."""

    def now(self) -> float:
        """UNIX seconds of the lab's calendar: every delay goes by it."""

    def registration(self, prefix: Prefix) -> Registration | None:
        """The most specific registration that covers `prefix`."""

    def holder(self, handle: str) -> Holder | None:
        """The organization or person behind a registration."""

    def vrps(self) -> Iterable[Vrp]:
        """What the lab's relying party has validated."""

    def route_objects(self, prefix: Prefix) -> Iterable[RouteObject]:
        """The route objects of exactly `prefix` in the registries of the five RIRs."""

    def covering_route_objects(self, prefix: Prefix) -> Iterable[RouteObject]:
        """Those of `prefix` and of less specific prefixes, the most specific first."""

    def reverse_servers(self, zone: str) -> tuple[str, ...]:
        """The name servers that a RIR has delegated this reverse zone to; none if it has not."""

    def servers_elsewhere(self, name: str) -> tuple[str, ...]:
        """Where a zone around `name` is hosted elsewhere: the name servers that those who ask for `name` are
        sent to from there. Empty if nobody else hosts one."""

    def txt(self, name: str) -> tuple[str, ...]:
        """The texts at a name in the DNS, found from its root down; empty where nobody answers with any."""
