"""MRT (RFC 6396): the collector's table as TABLE_DUMP_V2, as RouteViews and RIPE RIS publish theirs.

ExaBGP's own encoders write the path attributes; only MRT's frame around them is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import pack
from typing import Final

from exabgp.bgp.message.open.asn import ASN  # type: ignore[import-untyped]
from exabgp.bgp.message.update import attribute as exabgp  # type: ignore[import-untyped]
from exabgp.bgp.message.update.attribute.community import (  # type: ignore[import-untyped]
    Community,
    LargeCommunity,
)

from lab.bgp.attributes import Attributes
from lab.bgp.config import next_hop
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Route
from lab.observe.exports.snapshot import Snapshot
from lab.topology.model import Speaker

_TABLE_DUMP_V2: Final = 13
_PEER_INDEX_TABLE: Final = 1
_RIB_UNICAST: Final = {4: 2, 6: 4}
"""RIB_IPV4_UNICAST and RIB_IPV6_UNICAST, by IP version."""
_PEER_IS_IPV4_WITH_4_OCTET_ASN: Final = 0b10

_MP_REACH_NLRI: Final = 14
_OTC: Final = 35
_OPTIONAL: Final = 0x80
_OPTIONAL_TRANSITIVE: Final = 0xC0


def mrt(snapshot: Snapshot, prefix: Prefix | None = None) -> bytes:
    """Every route of the collector, or those to `prefix` and its more specifics.

    Peers are the vantage points, addressed by their BGP identifiers. All times are the snapshot's, in whole
    seconds: a RIB does not say when a route came, and a simulated lab's clock begins in 1970.
    """
    topology = snapshot.topology
    collector = topology.speakers[topology.collector]
    peers = [topology.speakers[link.other(collector.name)] for link in topology.links_of[collector.name]]
    number_of = {peer.name: number for number, peer in enumerate(peers)}
    now = int(snapshot.now)
    records = [_record(now, _PEER_INDEX_TABLE, _peer_index(collector, topology.name, peers))]
    for found, routes in sorted(snapshot.collected.adj_in.items()):
        received = [route for route in routes if route.neighbor in number_of]
        if received and (prefix is None or prefix.covers(found)):
            entries = [
                _entry(now, found, route, number_of[route.neighbor], peers[number_of[route.neighbor]])
                for route in sorted(received, key=lambda route: number_of[route.neighbor])
            ]
            body = pack("!L", len(records) - 1) + _nlri(found) + pack("!H", len(entries)) + b"".join(entries)
            records.append(_record(now, _RIB_UNICAST[found.version], body))
    return b"".join(records)


def _record(now: int, subtype: int, body: bytes) -> bytes:
    return pack("!LHHL", now, _TABLE_DUMP_V2, subtype, len(body)) + body


def _peer_index(collector: Speaker, view: str, peers: Iterable[Speaker]) -> bytes:
    """RFC 6396 section 4.3.1."""
    name = view.encode()
    entries = [
        pack("!BLLL", _PEER_IS_IPV4_WITH_4_OCTET_ASN, peer.router_id, peer.router_id, peer.asn)
        for peer in peers
    ]
    head = pack("!LH", collector.router_id, len(name)) + name
    return head + pack("!H", len(entries)) + b"".join(entries)


def _entry(now: int, prefix: Prefix, route: Route, number: int, peer: Speaker) -> bytes:
    """RFC 6396 section 4.3.4."""
    attributes = b"".join(_encoded(route.attributes, prefix.version, peer.router_id))
    return pack("!HLH", number, now, len(attributes)) + attributes


def _nlri(prefix: Prefix) -> bytes:
    width = 4 if prefix.version == 4 else 16
    return bytes([prefix.length]) + prefix.value.to_bytes(width, "big")[: (prefix.length + 7) // 8]


def _encoded(attributes: Attributes, version: int, router_id: int) -> Iterator[bytes]:
    """The path attributes in the order of their type codes."""
    yield exabgp.Origin(int(attributes.origin)).pack()
    # AS numbers have four octets here whatever the session's were (section 4.3.4).
    yield exabgp.ASPath.pack_segments([exabgp.SEQUENCE(map(ASN, attributes.as_path))], asn4=True)
    if version == 4:
        yield exabgp.NextHop(str(next_hop(4, router_id))).pack()
    if attributes.med is not None:
        yield exabgp.MED(attributes.med).pack()
    yield exabgp.Communities([Community(pack("!L", value)) for value in attributes.communities]).pack()
    if version == 6:
        # Abbreviated to the next hop and its length (section 4.3.4).
        sender = next_hop(6, router_id).value.to_bytes(16, "big")
        yield exabgp.GenericAttribute(_MP_REACH_NLRI, _OPTIONAL, bytes([16]) + sender).pack()
    large = [LargeCommunity(pack("!3L", *value)) for value in attributes.large_communities]
    yield exabgp.LargeCommunities(large).pack()
    if attributes.otc is not None:
        yield exabgp.GenericAttribute(_OTC, _OPTIONAL_TRANSITIVE, pack("!L", attributes.otc)).pack()
