"""Whether an AS path could come about without a route leak: up to providers, at most once across, down."""

from __future__ import annotations

from lab.topology.model import LinkKind, Topology

Steps = dict[tuple[int, int], set[str]]


def steps_of(topology: Topology) -> Steps:
    """How a route may step from AS to AS: `up` to a provider, `flat` to a peer, `down` to a customer.

    The clients of one route server are each other's peers.
    """
    steps: Steps = {}
    asn = {name: speaker.asn for name, speaker in topology.speakers.items()}
    clients: dict[str, list[str]] = {}
    for link in topology.links:
        a, b = asn[link.a], asn[link.b]
        if link.kind is LinkKind.TRANSIT:
            steps.setdefault((a, b), set()).add("up")
            steps.setdefault((b, a), set()).add("down")
        elif link.kind is LinkKind.PEERING:
            steps.setdefault((a, b), set()).add("flat")
            steps.setdefault((b, a), set()).add("flat")
        elif link.kind is LinkKind.ROUTE_SERVER:
            steps.setdefault((b, a), set()).add("flat")
            clients.setdefault(link.a, []).append(link.b)
    for members in clients.values():
        for one in members:
            for other in members:
                if one != other:
                    steps.setdefault((asn[one], asn[other]), set()).add("flat")
    return steps


def has_valley(steps: Steps, path: tuple[int, ...]) -> bool:
    """Whether no reading of `path` (receiver first, origin last) goes up, across at most once, then down."""
    hops = [asn for index, asn in enumerate(path) if index == 0 or path[index - 1] != asn]
    climbing, falling = True, False
    for source, target in zip(hops[::-1], hops[-2::-1], strict=False):
        kinds = steps.get((source, target), set())
        climbing, falling = (
            climbing and "up" in kinds,
            (climbing and bool(kinds & {"flat", "down"})) or (falling and "down" in kinds),
        )
    return not (climbing or falling)
