"""Magic Transit's tunnel between a site of Cloudflare and a data centre, as packets find it."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.edge.rooms import Rooms
from lab.dataplane.network import Network
from lab.dataplane.trace import PacketTrace
from lab.topology.cloudflare_section import Tunnel
from lab.topology.vocabulary import DropReason


@dataclass(frozen=True, slots=True)
class EdgeTunnel:
    """One tunnel. `sites` are Cloudflare's.

    What goes through a GRE tunnel (RFC 2784) is carried by outer packets between the tunnel's two ends, which
    need a way like all others: the traces are theirs. An interconnect (CNI) needs none.
    """

    network: Network
    rooms: Rooms
    sites: tuple[str, ...]
    tunnel: Tunnel

    def down(self, site: str, source: Address, destination: Address) -> PacketTrace:
        """From `site` to the data centre: what carries a packet from `source` to `destination`."""
        to, endpoint = self.tunnel.to, self.tunnel.endpoint
        if endpoint is None:
            return self.network.link_across(site, to, source, destination)
        own = self.rooms.own_address(endpoint.version)
        if own is None:
            return self._no_own_address(site, source, destination, endpoint)
        outer = self.network.walk(site, own, endpoint)
        if not outer.delivered:
            why = f"{endpoint}, the end of the GRE tunnel, cannot be reached: {outer.explanation}"
        elif outer.at in self.sites:
            prefix = outer.hops[-1].prefix
            why = (
                f"the GRE packet comes back to Cloudflare at {outer.at}: {endpoint}, the tunnel's end, is "
                f"in {prefix}, which Cloudflare announces (tunnel recursion); expected an endpoint outside it"
            )
        elif not self._belongs_to_data_centre(outer.at):
            why = f"{endpoint}, the end of the GRE tunnel, is at {outer.at}; expected it at {to}"
        else:
            return outer
        return outer.dropped(outer.at, DropReason.TUNNEL_DOWN, why)

    def up(self, site: str, source: Address, destination: Address) -> PacketTrace:
        """From the data centre back to Cloudflare, where `site` had sent something before."""
        to, endpoint = self.tunnel.to, self.tunnel.endpoint
        if endpoint is None:
            return self.network.link_across(to, site, source, destination)
        own = self.rooms.own_address(endpoint.version)
        if own is None:
            return self._no_own_address(to, source, destination, endpoint)
        outer = self.network.walk(to, endpoint, own)
        if outer.delivered and outer.at in self.sites:
            return outer
        where = outer.explanation if not outer.delivered else f"it ends at {outer.at}"
        why = f"the GRE packet to {own}, Cloudflare's end of the tunnel, does not arrive: {where}"
        return outer.dropped(outer.at, DropReason.TUNNEL_DOWN, why)

    def _belongs_to_data_centre(self, at: str) -> bool:
        """Whether packets that end at `at` are on the data centre's side: there, or at an ISP of its that has
        given the link an address of its own and whose session is up."""
        to = self.tunnel.to
        if at == to:
            return True
        held = self.network.views[to].adj_in.values()
        return any(route.neighbor == at for routes in held for route in routes)

    def _no_own_address(
        self, start: str, source: Address, destination: Address, endpoint: Address
    ) -> PacketTrace:
        why = f"Cloudflare has no IPv{endpoint.version} address for its end of the tunnel to {endpoint}"
        return self.network.stopped(start, source, destination, DropReason.TUNNEL_DOWN, why)
