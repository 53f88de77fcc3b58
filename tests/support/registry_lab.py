"""A registry of five RIRs, with a clock that tests move, and an RDAP front before it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.rdap_checker import check

from lab.bgp.prefix import Prefix
from lab.http.messages import HttpRequest, HttpResponse
from lab.registry.database import RegistryDatabase
from lab.registry.editing import Editor
from lab.registry.rdap.front import RdapFront
from lab.registry.records import Holder, Registration
from lab.state.state import State
from lab.topology.loading import parse
from lab.topology.model import Holding, Topology

TEXT = """\
name: registries
ases:
  customer: {asn: 64496}
  paris:    {asn: 64497}
  tokyo:    {asn: 64498}
  lima:     {asn: 64499}
  nairobi:  {asn: 64500}
  site-a:   {asn: 64501}
  site-b:   {asn: 64501}
  nobody:   {asn: 64502}
links:
  - customer -> nobody
  - paris -> nobody
  - tokyo -> nobody
  - lima -> nobody
  - nairobi -> nobody
  - site-a -> nobody
  - site-b -> nobody
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, status: Direct Allocation, holder: customer}
  - {prefix: 203.0.113.0/25, rir: ARIN, status: Reassigned, holder: site-b}
  - {prefix: "2001:db8:100::/48", rir: ARIN, status: Direct Assignment, holder: customer}
  - {prefix: 198.51.100.0/25, rir: RIPE, status: ALLOCATED PA, holder: paris}
  - {prefix: 198.51.100.128/25, rir: APNIC, status: ALLOCATED PORTABLE, holder: tokyo}
  - {prefix: 192.0.2.0/25, rir: LACNIC, status: allocated, holder: lima}
  - {prefix: 192.0.2.128/25, rir: AFRINIC, status: ALLOCATED PA, holder: nairobi}
"""
ARIN_RANGE = Prefix.parse("203.0.113.0/24")
RIPE_RANGE = Prefix.parse("198.51.100.0/25")
APNIC_RANGE = Prefix.parse("198.51.100.128/25")
LACNIC_RANGE = Prefix.parse("192.0.2.0/25")
AFRINIC_RANGE = Prefix.parse("192.0.2.128/25")
BASE = "http://rdap.example/rdap"
START = 1_767_225_600.0
"""2026-01-01T00:00:00Z."""


@dataclass
class Clock:
    """UNIX seconds that only a test changes."""

    time: float = START

    def __call__(self) -> float:
        return self.time


class RegistryLab:
    """A database with its editor, clock and RDAP servers. With `path` its state is kept there."""

    def __init__(self, path: Path | None = None, topology: Topology | None = None) -> None:
        self.topology = topology or topology_with()
        self.clock = Clock()
        self.state = State(path)
        self.database = RegistryDatabase(self.topology, self.state, self.clock)
        self.editor = Editor(self.database)
        self.front = RdapFront(self.database, BASE)

    def registration(self, prefix: Prefix) -> Registration:
        """The registration of just this prefix."""
        found = self.database.exact(prefix)
        assert found is not None
        return found

    def holder(self, handle: str) -> Holder:
        """The holder of this handle."""
        found = self.database.holder(handle)
        assert found is not None
        return found

    def request(self, path: str, method: str = "GET") -> HttpResponse:
        """What the front answers to a path below its base, held against RFC 9083."""
        response = self.front.handle(HttpRequest(method, f"/rdap/{path}"))
        check(response)
        return response

    def get(self, path: str) -> dict[str, Any]:
        """The JSON of an answer that has the object asked for."""
        response = self.request(path)
        assert response.status == 200, response.body
        return json.loads(response.body)

    def refused(self, path: str) -> dict[str, Any]:
        """The JSON of an answer that is an error."""
        response = self.request(path)
        assert response.status >= 400, response
        return json.loads(response.body)


def topology_with(*holdings: Holding) -> Topology:
    """The topology, with these holdings in place of its own if there are any."""
    topology = parse(TEXT, "registries.yaml")
    return replace(topology, registry=holdings) if holdings else topology


def transferred(topology: Topology, prefix: str, holder: str) -> tuple[Holding, ...]:
    """The holdings after the registration of `prefix` has gone to `holder` as a whole."""
    wanted = Prefix.parse(prefix)
    return tuple(
        Holding(wanted, holder, holding.rir, holding.status) if holding.prefix == wanted else holding
        for holding in topology.registry
    )
