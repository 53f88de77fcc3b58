"""Sending a packet in a lab: the name it is sent to, the way there, and what the cloud at its end does."""

from __future__ import annotations

from dataclasses import replace

from lab.bgp.prefix import Address
from lab.dataplane.network import Network
from lab.dataplane.trace import PacketTrace, leg_texts
from lab.observe.events import PacketVerdict
from lab.scenario.cloud_delivery import behind_the_edge
from lab.scenario.clouds import Clouds
from lab.scenario.host_lookup import looked_up
from lab.topology.dns_scalars import DEFAULT_PORT


def send(
    network: Network,
    clouds: Clouds,
    start: str,
    source: Address,
    destination: Address | str,
    port: str = DEFAULT_PORT,
) -> PacketTrace:
    """Send a packet from `start`; a `destination` that is text is a host, which the lab's DNS resolves anew.

    Raises ProbeError for what cannot be sent, UnresolvedError for a host without an address.
    """
    if isinstance(destination, Address):
        trace = network.walk(start, source, destination)
        return behind_the_edge(network, clouds, replace(trace, port=port))
    address = looked_up(clouds.dns, destination, source.version)
    trace = network.walk(start, source, address)
    explanation = f"{destination} is {address}; {trace.explanation}"
    trace = replace(trace, host=destination, port=port, explanation=explanation)
    return behind_the_edge(network, clouds, trace)


def verdict_of(trace: PacketTrace, now: float) -> PacketVerdict:
    """What the timeline tells of a packet. `now` is the engine's time."""
    return PacketVerdict(
        now,
        trace.at,
        str(trace.source),
        str(trace.destination),
        trace.path,
        trace.reason,
        trace.explanation,
        leg_texts(trace),
    )
