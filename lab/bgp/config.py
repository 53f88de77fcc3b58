"""What one speaker is told about itself and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.aspa import AspaMode
from lab.bgp.prefix import Address
from lab.bgp.prefix_filter import PrefixFilter
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovMode


@dataclass(frozen=True, slots=True)
class NeighborConfig:
    """One session. `relationship` is what the neighbour is to this speaker.

    `local_pref` overrides the preference that follows from the relationship, for routes from this neighbour.
    `prepend` adds that many extra copies of the own ASN towards it. `max_prefix` bounds the prefixes it may
    announce before the session is closed with Cease/1 (RFC 4486). `irr_filter` is what a customer may
    announce; None lets everything through.
    """

    name: str
    asn: int
    router_id: int
    relationship: Relationship
    local_pref: int | None = None
    prepend: int = 0
    max_prefix: int | None = None
    irr_filter: PrefixFilter | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a speaker enforces beyond the relationships themselves.

    `otc`: RFC 9234 Only-to-Customer on import and export. `blackhole`: honour BLACKHOLE (RFC 7999) from
    customers, inside prefixes they announce here. `graceful_shutdown`: honour GRACEFUL_SHUTDOWN (RFC 8326).
    `aspa`: what becomes of paths that ASPAs contradict.
    """

    rov: RovMode = RovMode.OFF
    otc: bool = False
    blackhole: bool = False
    graceful_shutdown: bool = True
    aspa: AspaMode = AspaMode.OFF


@dataclass(frozen=True, slots=True)
class RouterConfig:
    """A speaker. `router_id` is the BGP identifier (RFC 6286) as an integer; it breaks ties.

    A speaker with a neighbour of relationship RS_CLIENT is a transparent route server (RFC 7947) as a whole.
    """

    name: str
    asn: int
    router_id: int
    neighbors: tuple[NeighborConfig, ...] = ()
    policy: Policy = Policy()


def next_hop(version: int, router_id: int) -> Address:
    """The next hop of what a speaker sends: its BGP identifier, in 198.18.0.0/15 (RFC 2544) or 2001:2::/48
    (RFC 5180). One in 127.0.0.0/8 would be martian to other routers."""
    return Address(version, router_id if version == 4 else 0x20010002 << 96 | router_id)
