"""One router core between neighbours that a test speaks for, and what it has told each of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lab.bgp.attributes import Attributes
from lab.bgp.commands import Command
from lab.bgp.config import NeighborConfig, Policy, RouterConfig
from lab.bgp.events import RouterEvent
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route
from lab.bgp.router import Message, Router
from lab.bgp.rov import Vrp, VrpTable

ASN = 64500
PREFIX = Prefix.parse("203.0.113.0/24")
OTHER = Prefix.parse("198.51.100.0/24")
THIRD = Prefix.parse("192.0.2.0/24")


def neighbor(name: str, relationship: Relationship, asn: int, **settings: Any) -> NeighborConfig:
    """A neighbour whose BGP identifier is its ASN."""
    return NeighborConfig(name, asn, asn, relationship, **settings)


CUSTOMER = neighbor("customer", Relationship.CUSTOMER, 64501)
PEER = neighbor("peer", Relationship.PEER, 64502)
PROVIDER = neighbor("provider", Relationship.PROVIDER, 64503)
ROUTE_SERVER = neighbor("rs", Relationship.ROUTE_SERVER, 64504)
COLLECTOR = neighbor("collector", Relationship.COLLECTOR, 64505)
CUSTOMER_2 = neighbor("customer-2", Relationship.CUSTOMER, 64506)
PEER_2 = neighbor("peer-2", Relationship.PEER, 64507)
PROVIDER_2 = neighbor("provider-2", Relationship.PROVIDER, 64508)


class LoneRouter:
    """A router with every session up. `sent` is its Adj-RIB-Out as the neighbours see it.

    A message that changes nothing for the neighbour that gets it fails the test.
    """

    def __init__(
        self,
        *neighbors: NeighborConfig,
        policy: Policy | None = None,
        vrps: Iterable[Vrp] = (),
        up: bool = True,
    ) -> None:
        self.events: list[RouterEvent] = []
        self.sent: dict[tuple[str, Prefix], Attributes] = {}
        config = RouterConfig("router", ASN, ASN, neighbors, policy or Policy())
        self.router = Router(config, VrpTable(vrps), self.events.append)
        for each in neighbors if up else ():
            self.session_up(each.name)
        self.events.clear()

    def _take(self, messages: list[Message]) -> list[Message]:
        for name, prefix, attributes in messages:
            assert self.sent.get((name, prefix)) != attributes, f"{name} already knows that of {prefix}"
            if attributes is None:
                del self.sent[name, prefix]
            else:
                self.sent[name, prefix] = attributes
        return messages

    def session_up(self, name: str) -> list[Message]:
        return self._take(self.router.session_up(name, 0.0))

    def session_down(self, name: str) -> list[Message]:
        self.sent = {key: value for key, value in self.sent.items() if key[0] != name}
        return self._take(self.router.session_down(name, 0.0, "link cut"))

    def announce(self, name: str, *path: int, prefix: Prefix = PREFIX, **attributes: Any) -> list[Message]:
        """`name` announces `prefix` with this AS path."""
        return self._take(self.router.receive(name, prefix, Attributes(path, **attributes), 0.0))

    def withdraw(self, name: str, prefix: Prefix = PREFIX) -> list[Message]:
        return self._take(self.router.receive(name, prefix, None, 0.0))

    def apply(self, command: Command) -> list[Message]:
        return self._take(self.router.apply(command, 0.0))

    def told(self, name: str, prefix: Prefix = PREFIX) -> Attributes | None:
        """What `name` was last told of `prefix`."""
        return self.sent.get((name, prefix))

    def listeners(self, prefix: Prefix = PREFIX) -> set[str]:
        """Who has been told of `prefix`."""
        return {name for name, told in self.sent if told == prefix}

    def best(self, prefix: Prefix = PREFIX) -> Route | None:
        return self.router.view().best.get(prefix)

    def held(self, name: str, prefix: Prefix = PREFIX) -> Route | None:
        """The route of neighbour `name` in the Adj-RIB-In."""
        routes = self.router.view().adj_in.get(prefix, ())
        return next((route for route in routes if route.neighbor == name), None)
