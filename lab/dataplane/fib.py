"""Forwarding: who carries packets, the longest match of a Loc-RIB, and whom a route hands packets to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lab.bgp.prefix import Address, Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route, RouterView
from lab.topology.model import LinkKind, Speaker, Topology


class Match(NamedTuple):
    """What a look-up found: the matching prefix and its route."""

    prefix: Prefix
    route: Route


class NextHop(NamedTuple):
    """Where a route sends packets: `speaker` receives them on its interface to `interface`.

    The two differ only at an exchange: a route server hands on the announcer's NEXT_HOP (RFC 7947 section
    2.2.1), so packets cross the exchange's LAN from client to client and never pass the route server.
    """

    speaker: str
    interface: str


def forwarders(topology: Topology) -> tuple[Speaker, ...]:
    """The speakers that carry packets: all but the collector and the route servers, in file order."""
    servers = {link.a for link in topology.links if link.kind is LinkKind.ROUTE_SERVER}
    return tuple(speaker for speaker in topology.routers() if speaker.name not in servers)


def longest_match(routes: Mapping[Prefix, Route], target: Address | Prefix) -> Match | None:
    """The most specific route that covers `target` whole, or None.

    For an address this is what forwarding does. For a prefix it is the route that packets take to those of
    its addresses for which there is nothing more specific.
    """
    whole = target.host if isinstance(target, Address) else target
    for length in range(whole.length, -1, -1):
        prefix = whole.supernet(length)
        if (route := routes.get(prefix)) is not None:
            return Match(prefix, route)
    return None


def next_hop(views: Mapping[str, RouterView], at: str, match: Match) -> NextHop | None:
    """Where speaker `at` sends packets that take `match`; None for an own route or if nobody is there.

    `views` holds every speaker's RIBs by name.
    """
    prefix, route = match
    if route.is_own:
        return None
    if route.relationship is not Relationship.ROUTE_SERVER:
        return NextHop(route.neighbor, at)
    asn = views[at].asn
    for offer in views[route.neighbor].adj_in.get(prefix, ()):
        # The route server's choice for this client: the best that does not loop to it, as its own would.
        if offer.eligible and asn not in offer.attributes.as_path:
            return NextHop(offer.neighbor, route.neighbor)
    return None
