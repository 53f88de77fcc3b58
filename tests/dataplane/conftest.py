"""Builders of small RIBs, written by hand: what a test is about stands in the test."""

from types import SimpleNamespace

import pytest

from lab.bgp.attributes import Attributes
from lab.bgp.events import Rejection
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route, RouterView
from lab.bgp.rov import RovState
from lab.topology.model import Link, LinkKind, Speaker, Topology

KINDS = {kind.value: kind for kind in LinkKind}


def learned(neighbor, relationship, *path, discard=False, rejected=False):
    """A route from `neighbor`; `path` ends with its origin AS."""
    rejection = Rejection.ROV_INVALID if rejected else None
    return Route(
        neighbor, Relationship(relationship), Attributes(path), 100, RovState.NOT_FOUND, rejection, discard
    )


def own():
    """A route originated here."""
    return Route("", None, Attributes(), 0, RovState.NOT_FOUND)


def rib(routes, name="here", asn=64500):
    """A speaker's RIBs from `{prefix: [route, ...]}`, best first; the first eligible is the best."""
    adj_in = {Prefix.parse(prefix): tuple(found) for prefix, found in routes.items()}
    best = {
        prefix: next(route for route in found if route.eligible)
        for prefix, found in adj_in.items()
        if any(route.eligible for route in found)
    }
    return RouterView(name, asn, best, adj_in)


def topology(asns, *links, collector="collector"):
    """A topology from `{name: asn}` and links as in a file, such as `a -> b`; a collector is added."""
    speakers = {name: Speaker(name, asn, number) for number, (name, asn) in enumerate(asns.items(), 1)}
    speakers[collector] = Speaker(collector, 64511, 1000, collector=True)
    made = []
    for link in links:
        a, arrow, b = link.split()
        made.append(Link(a, b, KINDS[arrow]))
    return Topology("test", "Test", speakers, tuple(made), collector)


@pytest.fixture(scope="session")
def build():
    return SimpleNamespace(learned=learned, own=own, rib=rib, topology=topology)
