"""The network as packets find it at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.bgp.prefix import Address
from lab.bgp.rib import RouterView
from lab.dataplane.fib import Match
from lab.dataplane.probe import UrpfAt, probe
from lab.dataplane.trace import Hop, PacketTrace
from lab.topology.model import Topology
from lab.topology.vocabulary import DropReason


@dataclass(frozen=True, slots=True)
class Network:
    """The speakers' RIBs by name, and what each checks of packets that arrive."""

    topology: Topology
    views: Mapping[str, RouterView]
    urpf_at: UrpfAt

    def walk(self, start: str, source: Address, destination: Address) -> PacketTrace:
        """Send a packet from `start` and follow it. Raises ProbeError as `lab.dataplane.probe.probe` does."""
        return probe(self.topology, self.views, self.urpf_at, start, source, destination)

    def walk_out(self, start: str, source: Address, destination: Address) -> PacketTrace:
        """Send a packet from `start` to somebody else, also where `start` announces the destination itself:
        it leaves by the best route that was received. Raises ProbeError as `walk` does."""
        match = received_match(self.views[start], destination)
        if match is None:
            why = f"{start} has no route to {destination} but its own"
            return self.stopped(start, source, destination, DropReason.NO_ROUTE, why)
        return probe(self.topology, self.views, self.urpf_at, start, source, destination, match)

    def stopped(
        self, start: str, source: Address, destination: Address, reason: DropReason, explanation: str
    ) -> PacketTrace:
        """A packet that does not leave `start`."""
        hops = (Hop(start, self.views[start].asn, ""),)
        return PacketTrace(source, destination, hops, False, start, reason, explanation)

    def link_across(self, start: str, end: str, source: Address, destination: Address) -> PacketTrace:
        """A packet that is handed from `start` to `end` directly, over something that is no BGP session."""
        hops = (Hop(start, self.views[start].asn, ""), Hop(end, self.views[end].asn, start))
        return PacketTrace(source, destination, hops, True, end, None, f"{start} hands it to {end}")


def received_match(view: RouterView, destination: Address) -> Match | None:
    """The most specific usable route to `destination` that a neighbour has sent, the best of its prefix."""
    for length in range(destination.host.length, -1, -1):
        prefix = destination.host.supernet(length)
        for route in view.adj_in.get(prefix, ()):
            if route.eligible and not route.is_own:
                return Match(prefix, route)
    return None
