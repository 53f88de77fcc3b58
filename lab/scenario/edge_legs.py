"""What a packet causes behind the edge of Cloudflare: the ways to the origin and back, and to the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.edge.handling import Handling, Proxied, Tunnelled, Unserved
from lab.clouds.cloudflare.edge.rooms import Rooms
from lab.dataplane.network import Network
from lab.dataplane.trace import Leg, PacketTrace
from lab.scenario.edge_tunnel import EdgeTunnel
from lab.topology.cloudflare_section import Tunnel
from lab.topology.vocabulary import DropReason

TO_DATA_CENTRE: Final = "edge to data centre"
FROM_DATA_CENTRE: Final = "data centre to edge"
TO_ORIGIN: Final = "edge to origin"
FROM_ORIGIN: Final = "origin to edge"
REPLY: Final = "reply"
TO_CLIENT: Final = "edge to client"

Judge = Callable[[PacketTrace], PacketTrace]
"""The trace with the verdict of the cloud where it has ended."""


@dataclass(frozen=True, slots=True)
class EdgeLegs:
    """Walks what follows a packet that has reached one of Cloudflare's `sites`.

    `judge` says what becomes of packets that end at another cloud, where an origin may be. Sites do not share
    connections: a packet of one that lands at another (anycast) is taken to reach it over Cloudflare's own
    network, which a lab does not have.
    """

    network: Network
    rooms: Rooms
    sites: tuple[str, ...]
    judge: Judge

    def follow(self, trace: PacketTrace, handling: Handling) -> PacketTrace:
        """The delivered packet of a client as a whole, as its site handles it.

        Of several origins the first that answers counts. The walks end with the first that fails.
        """
        explained = replace(trace, explanation=f"{trace.explanation}; {handling.text}")
        match handling:
            case Unserved():
                return explained.dropped(trace.at, DropReason.NOT_SERVED, explained.explanation)
            case Tunnelled(tunnel=tunnel):
                return explained.with_legs(_until_one_fails(self._magic_transit(trace, tunnel)))
            case Proxied(origins=origins):
                tries = (
                    explained.with_legs(_until_one_fails(self._proxied(trace, origin))) for origin in origins
                )
                first = next(tries)
                return first if first.delivered else next((each for each in tries if each.delivered), first)

    def _magic_transit(self, client: PacketTrace, tunnel: Tunnel) -> Iterator[Leg]:
        through = EdgeTunnel(self.network, self.rooms, self.sites, tunnel)
        yield Leg(TO_DATA_CENTRE, through.down(client.at, client.source, client.destination))
        if not tunnel.egress:
            yield from self._reply(tunnel.to, client)
            return
        back = through.up(client.at, client.destination, client.source)
        yield Leg(FROM_DATA_CENTRE, back)
        yield from self._reply(back.at, client)

    def _proxied(self, client: PacketTrace, origin: Address) -> Iterator[Leg]:
        own = self.rooms.own_address(origin.version)
        if own is None:
            yield Leg(TO_ORIGIN, self._without_own_address(client, origin))
            return
        tunnel = self.rooms.origin_tunnel(origin, client.at)
        if tunnel is None:
            there = self._over_the_internet(client.at, own, origin)
            yield Leg(TO_ORIGIN, there)
            yield Leg(FROM_ORIGIN, self._at_a_site(self.network.walk(there.at, origin, own), client.at))
        else:
            through = EdgeTunnel(self.network, self.rooms, self.sites, tunnel)
            yield Leg(TO_ORIGIN, through.down(client.at, own, origin))
            if tunnel.egress:
                yield Leg(FROM_ORIGIN, through.up(client.at, origin, own))
            else:
                yield Leg(FROM_ORIGIN, self._at_a_site(self.network.walk(tunnel.to, origin, own), client.at))
        yield from self._reply(client.at, client)

    def _over_the_internet(self, site: str, own: Address, origin: Address) -> PacketTrace:
        trace = self.network.walk_out(site, own, origin)
        if trace.delivered and trace.at in self.sites:
            prefix = trace.hops[-1].prefix
            why = (
                f"the request comes back to Cloudflare at {trace.at}, which announces {prefix} and does not "
                f"proxy what it has sent itself; expected a route to the origin {origin} that leads elsewhere"
            )
            return trace.dropped(trace.at, DropReason.NOT_SERVED, why)
        return self.judge(trace)

    def _at_a_site(self, trace: PacketTrace, asker: str) -> PacketTrace:
        if not trace.delivered or trace.at == asker:
            return trace
        if trace.at in self.sites:
            across = f"anycast: not at {asker}, which has asked; it goes there over Cloudflare's own network"
            return replace(trace, explanation=f"{trace.explanation}; {across}")
        why = f"{trace.explanation}; expected it at Cloudflare, which {trace.destination} is of"
        return trace.dropped(trace.at, DropReason.ELSEWHERE, why)

    def _reply(self, start: str, client: PacketTrace) -> Iterator[Leg]:
        """The answer, with the address that the client has asked as its source, whoever sends it. To a client
        in a Magic Transit prefix it comes through the tunnel."""
        asked, source = client.destination, client.source
        trace = self.network.walk(start, asked, source)
        tunnel = self._tunnel_of_client(trace, client)
        if tunnel is None:
            yield Leg(REPLY, self._at_client(trace, trace.at, client))
            return
        yield Leg(REPLY, trace)
        down = EdgeTunnel(self.network, self.rooms, self.sites, tunnel).down(trace.at, asked, source)
        yield Leg(TO_CLIENT, self._at_client(down, tunnel.to, client))

    def _tunnel_of_client(self, answer: PacketTrace, client: PacketTrace) -> Tunnel | None:
        if not answer.delivered or answer.at not in self.sites or client.hops[0].speaker in self.sites:
            return None
        return self.rooms.origin_tunnel(client.source, answer.at)

    def _at_client(self, trace: PacketTrace, end: str, client: PacketTrace) -> PacketTrace:
        """`end` is where the answer is handed over: to the client, or to another speaker of its AS."""
        asker = client.hops[0]
        if not trace.delivered or self.network.views[end].asn == asker.asn:
            return trace
        why = f"{trace.explanation}; expected it at {asker.speaker}, which has asked"
        return trace.dropped(trace.at, DropReason.ELSEWHERE, why)

    def _without_own_address(self, client: PacketTrace, origin: Address) -> PacketTrace:
        why = f"Cloudflare has no IPv{origin.version} address of its own to ask {origin} from"
        return self.network.stopped(client.at, client.destination, origin, DropReason.NO_ROUTE, why)


def _until_one_fails(legs: Iterator[Leg]) -> tuple[Leg, ...]:
    walked: list[Leg] = []
    for leg in legs:
        walked.append(leg)
        if not leg.trace.delivered:
            break
    return tuple(walked)
