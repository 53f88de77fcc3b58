"""One packet, walked hop by hop over the speakers' Loc-RIBs until it is delivered or dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lab.bgp.prefix import Address
from lab.bgp.rib import RouterView
from lab.dataplane.fib import Match, NextHop, forwarders, longest_match, next_hop
from lab.dataplane.trace import Hop, PacketTrace
from lab.dataplane.urpf import UrpfVerdict, check
from lab.topology.model import Topology, UrpfMode
from lab.topology.ownership import Registry
from lab.topology.problems import nearest
from lab.topology.vocabulary import DropReason

TTL: Final = 64
"""The TTL (hop limit) a packet starts with; every speaker that forwards it takes one off."""

UrpfAt = Callable[[str, str], UrpfMode]
"""The uRPF mode a speaker (first) applies to packets from a neighbour (second)."""


class ProbeError(ValueError):
    """A probe cannot be sent as asked; the message says why."""


def probe(
    topology: Topology,
    views: Mapping[str, RouterView],
    urpf_at: UrpfAt,
    start: str,
    source: Address,
    destination: Address,
    first: Match | None = None,
) -> PacketTrace:
    """Send a packet from inside `start` and follow it. `views` holds every speaker's RIBs by name.

    uRPF applies on arrival, the last hop included, and not at `start`. `source` need not belong to `start`:
    that is what uRPF is for. `first` is the route that it leaves `start` by instead of the longest match.
    Raises ProbeError for a `start` that carries no packets (unknown, a route server, the collector) or mixed
    IP versions.
    """
    _check_call(topology, start, source, destination)
    hops: list[Hop] = []
    visited: dict[NextHop, int] = {}
    here = NextHop(start, "")
    while True:
        visited[here] = len(hops)
        view = views[here.speaker]
        urpf = _arrival(topology, view, urpf_at, here.interface, source)
        passed = urpf is None or urpf.passed
        match = longest_match(view.best, destination) if passed else None
        if first is not None and not hops:
            match = first
        prefix, route = match or (None, None)
        hops.append(Hop(here.speaker, view.asn, here.interface, urpf, prefix, route))
        step = next_hop(views, here.speaker, match) if match and not match.route.discard else None
        if step is None:
            return _trace(source, destination, hops, here.speaker, *_end_at(topology, hops[-1], destination))
        if step in visited:
            at, explanation = _loop([hop.speaker for hop in hops], visited[step])
            return _trace(source, destination, hops, at, DropReason.TTL, explanation)
        if len(hops) > TTL:
            explanation = f"its TTL of {TTL} runs out at {here.speaker}"
            return _trace(source, destination, hops, here.speaker, DropReason.TTL, explanation)
        here = step


def _trace(
    source: Address,
    destination: Address,
    hops: list[Hop],
    at: str,
    reason: DropReason | None,
    explanation: str,
) -> PacketTrace:
    return PacketTrace(source, destination, tuple(hops), reason is None, at, reason, explanation)


def _end_at(topology: Topology, hop: Hop, destination: Address) -> tuple[DropReason | None, str]:
    """Why a packet goes no further than `hop`; no reason if it is delivered."""
    if hop.urpf and not hop.urpf.passed:
        return hop.urpf.reason, f"{hop.speaker} drops it on arrival: {hop.urpf.evidence}"
    if hop.route is None:
        return DropReason.NO_ROUTE, f"{hop.speaker} has no route to {destination}"
    if hop.route.discard:
        return DropReason.BLACKHOLE, f"{hop.speaker} discards it: {hop.prefix} is a blackhole there"
    if hop.route.is_own:
        return None, f"{hop.speaker} originates {hop.prefix}{_of_another(topology, hop, destination)}"
    server = hop.route.neighbor
    return (
        DropReason.NO_ROUTE,
        f"{hop.speaker} has {hop.prefix} from route server {server}, no client has it now",
    )


def _of_another(topology: Topology, hop: Hop, destination: Address) -> str:
    """Who holds the destination, if it is not the AS that took the packet."""
    registry = Registry(topology)
    ownership = registry.ownership(destination.host)
    if ownership is None or hop.prefix is None or hop.asn in registry.asns(ownership):
        return ""
    holders = " and ".join(ownership.holders)
    if ownership.held.covers(hop.prefix):
        return f", which {holders} holds"
    return f", but {holders} holds {ownership.held}"


def _check_call(topology: Topology, start: str, source: Address, destination: Address) -> None:
    names = [speaker.name for speaker in forwarders(topology)]
    if start not in names:
        near = nearest(start, names)
        hint = f"did you mean {near!r}?" if near else f"expected one of {', '.join(names)}"
        raise ProbeError(f"no packet can be sent from {start!r}; {hint}")
    if source.version != destination.version:
        raise ProbeError(
            f"source {source} is IPv{source.version}, destination {destination} is IPv{destination.version}; "
            "a packet has one IP version"
        )


def _arrival(
    topology: Topology, view: RouterView, urpf_at: UrpfAt, interface: str, source: Address
) -> UrpfVerdict | None:
    if not interface:
        return None
    relationship = topology.link(view.name, interface).relationship_from(view.name)
    return check(view, interface, relationship, source, urpf_at(view.name, interface))


def _loop(path: list[str], first: int) -> tuple[str, str]:
    """Of a packet that returns to `path[first]` and so goes round: where its TTL runs out, and the text."""
    while first > 0 and path[first - 1] == path[-1]:
        path, first = path[:-1], first - 1  # the loop began here, where the packet first came in elsewhere
    around = path[first:]
    at = around[(TTL - first) % len(around)]
    circle = " -> ".join([*around, around[0]])
    return at, f"it loops, {circle}, until its TTL of {TTL} runs out at {at}"
