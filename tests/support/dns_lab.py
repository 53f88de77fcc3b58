"""The DNS of a small lab: registries, the customers' own servers, and servers that a test fills by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from support.registry_lab import Clock, topology_with

from lab.bgp.prefix import Prefix
from lab.dns.answering import Transport, answer
from lab.dns.names import is_within
from lab.dns.resolving import LabDns
from lab.dns.zones import ResourceRecord
from lab.registry.database import RegistryDatabase
from lab.registry.reverse.delegations import Delegations
from lab.registry.reverse.hosting import ElsewhereDns
from lab.registry.reverse.rir_dns import RirDns
from lab.state.state import State
from lab.topology.model import Holding

RANGE = Prefix.parse("203.0.113.0/24")
ZONE = "113.0.203.in-addr.arpa"
ELSEWHERE = ("ns1.dns.example", "ns2.dns.example")
Dig = Callable[..., str]
"""Runs dig with these words, and gives what it prints."""
TOKEN = "b2f8af96-d32d-4c46-a886-f97d925d7977"


@dataclass
class HandZone:
    """A zone with the records that a test gives it."""

    origin: str
    contents: list[ResourceRecord] = field(default_factory=list)

    def names(self) -> Collection[str]:
        return {record.name for record in self.contents}

    def exists(self, name: str) -> bool:
        return any(is_within(record.name, name) for record in self.contents)

    def records(self, name: str) -> list[ResourceRecord]:
        return [record for record in self.contents if record.name == name]

    def put(self, name: str, rtype: str, content: str, ttl: int = 300) -> ResourceRecord:
        self.contents.append(ResourceRecord(name, rtype, content, ttl))
        return self.contents[-1]


class HandHost:
    """Name servers with the zones that a test gives them."""

    def __init__(self, *nameservers: str) -> None:
        self.nameservers = nameservers
        self.by_origin: dict[str, HandZone] = {}

    def zones(self) -> dict[str, HandZone]:
        return self.by_origin

    def zone(self, origin: str) -> HandZone:
        """The zone of this name, made if there is none."""
        return self.by_origin.setdefault(origin, HandZone(origin))


_topology = functools.cache(topology_with)


class DnsLab:
    """`elsewhere` and `hosts` serve zones; `delegations` say who serves which reverse zone."""

    def __init__(self, *holdings: Holding, state: State | None = None) -> None:
        self.clock = Clock()
        self.state = state or State()
        self.registry = RegistryDatabase(_topology(*holdings), self.state, self.clock)
        self.delegations = Delegations(self.state, self.registry)
        self.elsewhere = ElsewhereDns(self.state, self.clock)
        self.cloud = HandHost("ada.ns.cloud.example", "bob.ns.cloud.example")
        self.other = HandHost("ns1.other.example")
        self.dns = LabDns(lambda: (self.cloud, self.elsewhere, self.other), RirDns(self.delegations))

    def answer(self, packet: bytes, over: Transport = "udp") -> bytes | None:
        """What the lab's servers answer to a packet."""
        return answer(packet, self.dns, over)


def delegated_lab() -> DnsLab:
    """A lab whose customer has its reverse zone delegated elsewhere, and a token in it."""
    lab = DnsLab()
    lab.delegations.delegate(RANGE, ELSEWHERE)
    lab.elsewhere.put_record(ZONE, "cf-validation", "TXT", TOKEN)
    return lab
