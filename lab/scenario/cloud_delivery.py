"""What becomes of a packet that BGP has brought to a cloud: announcing a range is not yet using it."""

from __future__ import annotations

from dataclasses import replace

from lab.dataplane.network import Network
from lab.dataplane.trace import PacketTrace
from lab.scenario.clouds import Clouds
from lab.topology.dns_scalars import DEFAULT_PORT
from lab.topology.vocabulary import DropReason


def behind_the_edge(network: Network, clouds: Clouds, trace: PacketTrace) -> PacketTrace:
    """The trace with the cloud's own verdict and, at Cloudflare, with what follows from the packet, where it
    ends at a cloud that serves the address for somebody; else the trace as it is."""
    if not trace.delivered:
        return trace
    match network.topology.speakers[trace.at].cloud:
        case "aws":
            return _at_aws(clouds, trace)
        case "cloudflare":
            return _at_cloudflare(network, clouds, trace)
    return trace


def _at_aws(clouds: Clouds, trace: PacketTrace) -> PacketTrace:
    aws = clouds.aws_that_advertises(trace.destination)
    if aws is None:
        return trace
    # Imported here because a lab that brings nothing to AWS needs none of it.
    from lab.clouds.aws.vpc.reachability import verdict

    found = verdict(aws.vpcs, trace.destination, advertised=True)
    explanation = f"{trace.explanation}; {found.text}"
    if found.internet:
        return replace(trace, explanation=explanation)
    return trace.dropped(trace.at, DropReason.NOT_SERVED, explanation)


def _at_cloudflare(network: Network, clouds: Clouds, trace: PacketTrace) -> PacketTrace:
    cloudflare = clouds.cloudflare
    if cloudflare is None:
        return trace
    # Imported here because a lab that brings nothing to Cloudflare needs none of it.
    from lab.clouds.cloudflare.edge.handling import handle
    from lab.clouds.cloudflare.edge.request import Request
    from lab.clouds.cloudflare.edge.rooms_of_cloudflare import RoomsOfCloudflare
    from lab.scenario.edge_legs import EdgeLegs
    from lab.scenario.host_lookup import addresses_of

    rooms = RoomsOfCloudflare(cloudflare, lambda name, rtype: addresses_of(clouds.dns, name, rtype))
    request = Request.parse(trace.destination, trace.port or DEFAULT_PORT, trace.host)
    handling = handle(rooms, request, trace.at)
    if handling is None:
        return trace
    sites = cloudflare.basics.settings.sites
    legs = EdgeLegs(network, rooms, sites, lambda leg: behind_the_edge(network, clouds, leg))
    return legs.follow(trace, handling)
