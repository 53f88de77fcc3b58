"""The stable routes of an Internet by best responses on the graph: written from the RFCs, without lab.bgp's
router, policy or decision process, to hold the simulator against."""

from __future__ import annotations

from typing import NamedTuple

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovMode
from lab.topology.model import LinkKind, Topology

VALID, NOT_FOUND, INVALID = 0, 1, 2


class Choice(NamedTuple):
    """A route as received: from whom, over which kind of link (`own`, `up`, `down`, `flat`), path and OTC."""

    source: str
    kind: str
    path: tuple[int, ...]
    otc: int | None


def kind_of(topology: Topology, at: str, other: str) -> str:
    """Where `other` lies, seen from `at`: `up` is a provider, `flat` a peer or a route server."""
    link = topology.link(at, other)
    if link.kind is LinkKind.TRANSIT:
        return "up" if link.a == at else "down"
    if link.kind is LinkKind.ROUTE_SERVER:
        return "client" if link.a == at else "flat"
    return "flat" if link.kind is LinkKind.PEERING else "collecting"


def validity(topology: Topology, prefix: Prefix, origin: int) -> int:
    covering = [vrp for vrp in topology.vrps if vrp.prefix.covers(prefix)]
    if any(vrp.asn == origin and prefix.length <= vrp.max_length for vrp in covering):
        return VALID
    return INVALID if covering else NOT_FOUND


class _Computation:
    def __init__(self, topology: Topology, prefix: Prefix, origins: set[str]) -> None:
        self.topology, self.prefix, self.origins = topology, prefix, origins
        self.names = [name for name, speaker in topology.speakers.items() if not speaker.collector]
        self.held: dict[str, list[Choice]] = {name: [] for name in self.names}
        self.servers = {link.a for link in topology.links if link.kind is LinkKind.ROUTE_SERVER}

    def neighbors(self, at: str) -> list[str]:
        links = self.topology.links_of[at]
        return [link.other(at) for link in links if link.kind is not LinkKind.COLLECTING]

    def rank(self, at: str, choice: Choice) -> tuple[int | str, ...]:
        if choice.kind == "own":
            return (0,)
        speakers = self.topology.speakers
        prefers = speakers[at].policy.rov is RovMode.PREFER_VALID
        return (
            1,
            validity(self.topology, self.prefix, choice.path[-1]) if prefers else 0,
            {"client": 0, "down": 0, "flat": 1, "up": 2}[choice.kind],
            len(choice.path),
            speakers[choice.source].router_id,
            choice.source,
        )

    def best(self, at: str, choices: list[Choice]) -> Choice | None:
        return min(choices, key=lambda choice: self.rank(at, choice), default=None)

    def offer(self, sender: str, receiver: str) -> tuple[tuple[int, ...], int | None] | None:
        """Path and OTC that `sender` gives `receiver` now."""
        speaker, target = self.topology.speakers[sender], self.topology.speakers[receiver]
        if sender in self.servers:
            fit = [c for c in self.held[sender] if c.source != receiver and target.asn not in c.path]
            choice = self.best(sender, fit)
            if choice is None:
                return None
            return choice.path, (choice.otc or speaker.asn) if speaker.policy.otc else choice.otc
        choice = self.best(sender, self.held[sender])
        if choice is None or choice.source == receiver:
            return None
        towards = kind_of(self.topology, sender, receiver)
        if choice.kind in ("up", "flat") and towards != "down":
            return None
        otc = choice.otc
        if speaker.policy.otc:
            if otc is None and choice.kind in ("up", "flat"):
                otc = self.topology.speakers[choice.source].asn
            if otc is not None and towards != "down":
                return None
            is_server = receiver in self.servers
            if otc is None and (towards == "down" or (towards == "flat" and not is_server)):
                otc = speaker.asn
        extra = self.topology.link(sender, receiver).prepend.get(sender, 0)
        return (speaker.asn,) * (1 + extra) + choice.path, otc

    def accepts(self, at: str, source: str, path: tuple[int, ...], otc: int | None) -> bool:
        speaker = self.topology.speakers[at]
        if speaker.asn in path:
            return False
        kind = kind_of(self.topology, at, source)
        if speaker.policy.otc and otc is not None:
            if kind in ("down", "client"):
                return False
            if kind == "flat" and source not in self.servers and otc != self.topology.speakers[source].asn:
                return False
        drops = speaker.policy.rov is RovMode.DROP
        return not (drops and validity(self.topology, self.prefix, path[-1]) == INVALID)

    def respond(self, at: str) -> bool:
        """Let one speaker look at all offers; whether anything changed for it."""
        choices = [Choice("", "own", (), None)] if at in self.origins else []
        for source in self.neighbors(at):
            offered = self.offer(source, at)
            if offered is not None and self.accepts(at, source, *offered):
                choices.append(Choice(source, kind_of(self.topology, at, source), *offered))
        changed = choices != self.held[at]
        self.held[at] = choices
        return changed


def stable_routes(topology: Topology, prefix: Prefix, origins: set[str]) -> dict[str, Choice | None]:
    """The best route of every speaker once no speaker wants another one."""
    computation = _Computation(topology, prefix, origins)
    for _ in range(10 * len(computation.names)):
        if sum(computation.respond(name) for name in computation.names) == 0:
            return {name: computation.best(name, computation.held[name]) for name in computation.names}
    raise AssertionError("the best responses did not settle")
