"""A small Internet around two sites of Cloudflare, settled in the simulator, for packets to walk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from support.edge_rooms import FakeRooms

from lab.bgp.commands import Originate
from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.edge.handling import handle
from lab.clouds.cloudflare.edge.request import Request
from lab.dataplane.network import Network
from lab.dataplane.trace import PacketTrace
from lab.engines.sim.engine import SimEngine
from lab.scenario.edge_legs import EdgeLegs
from lab.topology.loading import parse
from lab.topology.model import UrpfMode

SITES = ("cf-ams", "cf-sjc")
HELD = "203.0.113.0/24"
CLIENT, WEB = "198.51.100.7", "203.0.113.100"
TEXT = """\
name: edge
ases:
  customer:  {asn: 64496, prefixes: [192.0.2.192/27]}
  isp:       {asn: 64509, prefixes: [192.0.2.64/26]}
  transit-a: {asn: 64510}
  transit-b: {asn: 64511}
  cf-ams:    {asn: 13335, cloud: cloudflare, prefixes: [192.0.2.0/26]}
  cf-sjc:    {asn: 13335, cloud: cloudflare, prefixes: [192.0.2.0/26]}
  campus:    {asn: 64501, prefixes: [192.0.2.128/26]}
  eyeball:   {asn: 64500, prefixes: [198.51.100.0/24]}
  attacker:  {asn: 64505}
links:
  - customer -> isp
  - isp -> transit-a
  - campus -> transit-a
  - transit-a -- transit-b
  - cf-ams -> transit-a
  - cf-sjc -> transit-b
  - eyeball -> transit-b
  - attacker -> transit-b
"""
"""The customer's /27 is of its ISP's space; the ISP has the /26 that the link's own addresses are of."""


@cache
def settled(*announced: tuple[str, str]) -> Network:
    """The network when each of these (a speaker and a prefix) is announced too, and no uRPF is done."""
    topology = parse(TEXT, "edge.yaml")
    engine = SimEngine(topology)
    engine.start()
    for speaker in topology.routers():
        for prefix in speaker.prefixes:
            engine.apply(speaker.name, Originate(prefix))
    for name, prefix in announced:
        engine.apply(name, Originate(Prefix.parse(prefix)))
    engine.converge()
    views = {speaker.name: engine.view(speaker.name) for speaker in topology.routers()}
    engine.close()
    return Network(topology, views, topology.urpf_at)


def at_cloudflare(*more: tuple[str, str]) -> Network:
    """Both sites announce the customer's prefix."""
    return settled(*((site, HELD) for site in SITES), *more)


def checking(network: Network, modes: Mapping[str, UrpfMode]) -> Network:
    """The network with uRPF at these speakers, on every link."""

    def urpf_at(speaker: str, neighbor: str) -> UrpfMode:
        return modes.get(speaker, UrpfMode.OFF)

    return Network(network.topology, network.views, urpf_at)


def sent(
    network: Network,
    rooms: FakeRooms,
    to: str = WEB,
    *,
    start: str = "eyeball",
    source: str = CLIENT,
    host: str = "",
    port: str = "tcp/443",
) -> PacketTrace:
    """The packet of a client as a whole. It must be one that reaches Cloudflare and is handled there."""
    destination = Address.parse(to)
    trace = network.walk(start, Address.parse(source), destination)
    assert trace.delivered
    assert trace.at in SITES
    handling = handle(rooms, Request.parse(destination, port, host), trace.at)
    assert handling is not None
    return EdgeLegs(network, rooms, SITES, lambda leg: leg).follow(trace, handling)


def ways(trace: PacketTrace) -> dict[str, tuple[str, ...]]:
    """The speakers passed on each leg."""
    return {leg.name: leg.trace.path for leg in trace.legs}
