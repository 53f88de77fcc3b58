"""What is wrong with a table, seen once: pure functions from the table and the VRPs to findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, VrpTable
from lab.observe.adjacency import LEAK_NAMES, Adjacency, Leak, without_poisoning
from lab.observe.describe import path_text
from lab.observe.table import Table
from lab.topology.model import Topology
from lab.topology.ownership import Ownership, Registry
from lab.topology.vocabulary import AlertKind

Paths = Mapping[str, tuple[int, ...]]
"""An AS path by vantage point."""

NAMED: Final = 8
"""How many vantage points, or captured prefixes, a text names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with `prefix`; `asn` is the offender, None if there is none in particular.

    `subject` tells findings of one kind, prefix and offender apart. `fact` says it in a clause that reads on
    after "no longer:"; `details` is the rest of the text.
    """

    kind: AlertKind
    prefix: Prefix
    asn: int | None
    paths: Paths
    fact: str
    details: str = ""
    subject: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[AlertKind, Prefix, int | None, tuple[int, ...]]:
        """What makes it the same finding the next time."""
        return self.kind, self.prefix, self.asn, self.subject


class Examiner:
    """Judges tables of one topology."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._registry = Registry(topology)
        self._adjacency = Adjacency(topology)

    def findings(self, table: Table, vrps: VrpTable) -> Iterator[Finding]:
        """Everything wrong with the table now, prefix by prefix (visibility apart: that takes a memory)."""
        for prefix, paths in table.paths.items():
            passed_on = self._passed_on(prefix, paths, vrps)
            by_source: dict[tuple[int, int], dict[str, tuple[int, ...]]] = {}
            for name, path in paths.items():
                by_source.setdefault((passed_on[name][-1], path[-1]), {})[name] = path
            for (sender, origin), seen in by_source.items():
                yield from self._hijack(prefix, sender, origin, seen, vrps)
                yield from self._invalid(prefix, sender, origin, seen, vrps)
                yield from self._forged(prefix, sender, origin, seen, vrps)
            yield from self._leaks(prefix, paths, passed_on)
            yield from self._moas(prefix, table, vrps)

    def rightful(self, prefix: Prefix, table: Table, vrps: VrpTable) -> bool:
        """Whether any route now seen to `prefix` comes, and truly comes, from an AS that may announce it."""
        senders = {hops[-1] for hops in self._passed_on(prefix, table.paths[prefix], vrps).values()}
        return any(self._registry.may_originate(prefix, asn, vrps) for asn in senders)

    def name(self, asn: int) -> str:
        """An AS for people: `transit-a (AS64510)`, or `AS16509 (aws-east, aws-west)`, or `AS65551`."""
        names = self._topology.names_of(asn)
        if len(names) == 1:
            return f"{names[0]} (AS{asn})"
        return f"AS{asn} ({', '.join(names)})" if names else f"AS{asn}"

    def _passed_on(self, prefix: Prefix, paths: Paths, vrps: VrpTable) -> Paths:
        """The ASes that each route really passed; the last one sent it, whatever origin the path names."""
        passed = {name: self._adjacency.passed_on(path) for name, path in paths.items()}
        rightful = {
            asn
            for asn in {asn for hops in passed.values() for asn in hops}
            if self._registry.may_originate(prefix, asn, vrps)
        }
        # An AS that may announce the prefix may write others into its path; that takes nothing from anyone.
        # Who does announce it, too, is also seen by a path that passes none of them: at the least its own.
        proven = {hops[-1] for hops in passed.values() if rightful.isdisjoint(hops)}
        for name, hops in passed.items():
            if hops[-1] not in rightful | proven:
                sender = next(index for index, asn in enumerate(hops) if asn in rightful)
                passed[name] = hops[: sender + 1]
        return passed

    def _in_the_name_of(self, sender: int, origin: int) -> str:
        return self.name(sender) if sender == origin else f"{self.name(sender)}, as {self.name(origin)},"

    def _hijack(
        self, prefix: Prefix, sender: int, origin: int, seen: Paths, vrps: VrpTable
    ) -> Iterator[Finding]:
        may_originate = self._registry.may_originate
        if may_originate(prefix, sender, vrps) or may_originate(prefix, origin, vrps):
            return
        who, validity = self._in_the_name_of(sender, origin), _validity(vrps.validate(prefix, origin))
        kind, details = AlertKind.ORIGIN_HIJACK, validity
        ownership = self._registry.ownership(prefix)
        if ownership is None:
            parts = [f"{part.held} of {self._holders(part)}" for part in self._registry.within(prefix)]
            what = f"{prefix}, which nobody holds and which covers {_some(parts)}"
            details = f"it captures what it covers wherever the more specific route is gone; {validity}"
        elif ownership.held == prefix:
            what = f"{prefix}, which {self._holders(ownership)} holds"
        else:
            kind = AlertKind.SUBPREFIX_HIJACK
            what = f"{prefix}, part of {ownership.held}, which {self._holders(ownership)} holds"
            details = f"the longest match wins, wherever it is accepted; {validity}"
        yield Finding(kind, prefix, sender, seen, f"{who} originates {what}", details)

    def _invalid(
        self, prefix: Prefix, sender: int, origin: int, seen: Paths, vrps: VrpTable
    ) -> Iterator[Finding]:
        verdict = vrps.explain(prefix, origin)
        if verdict.state is RovState.INVALID:
            who = self._in_the_name_of(sender, origin)
            fact = f"the route to {prefix} from {who} is RPKI-invalid"
            reasons = "; ".join(f"VRP {vrp}: {why}" for vrp, why in verdict.covering)
            yield Finding(AlertKind.RPKI_INVALID, prefix, sender, seen, fact, reasons)

    def _forged(
        self, prefix: Prefix, sender: int, origin: int, seen: Paths, vrps: VrpTable
    ) -> Iterator[Finding]:
        may_originate = self._registry.may_originate
        if may_originate(prefix, sender, vrps) or not may_originate(prefix, origin, vrps):
            return
        hops = without_poisoning(shortest(seen))
        right = hops[hops.index(sender) + 1]
        forger, pretended = self.name(sender), self.name(origin)
        fact = f"{forger} sends a path to {prefix} that pretends to come from {pretended}"
        details = f"{forger} and {self.name(right)} are not connected"
        validity = _forgery_validity(vrps.validate(prefix, origin))
        yield Finding(AlertKind.FORGED_ORIGIN, prefix, sender, seen, fact, f"{details}; {validity}")

    def _leaks(self, prefix: Prefix, paths: Paths, passed_on: Paths) -> Iterator[Finding]:
        seen: dict[int, dict[str, tuple[int, ...]]] = {}
        ways: dict[int, set[Leak]] = {}
        for name, hops in passed_on.items():
            for leak in self._adjacency.leaks(hops):
                seen.setdefault(leak.leaker, {})[name] = paths[name]
                ways.setdefault(leak.leaker, set()).add(leak)
        for leaker, leaks in ways.items():
            how = "; also ".join(self._leak_text(leak) for leak in sorted(leaks))
            fact = f"{self.name(leaker)} leaks {prefix} {how}"
            yield Finding(AlertKind.ROUTE_LEAK, prefix, leaker, seen[leaker], fact)

    def _leak_text(self, leak: Leak) -> str:
        return (
            f"from {self.name(leak.source)} to {self.name(leak.target)} "
            f"(RFC 7908 type {leak.type}, {LEAK_NAMES[leak.type]})"
        )

    def _moas(self, prefix: Prefix, table: Table, vrps: VrpTable) -> Iterator[Finding]:
        origins = table.origins(prefix)
        if len(origins) < 2:
            return
        each = "; ".join(
            f"{self.name(asn)} at {_count(seen_by, table)}, {vrps.validate(prefix, asn).value}"
            for asn, seen_by in origins.items()
        )
        fact = f"{prefix} has {len(origins)} origin ASes"
        yield Finding(AlertKind.MOAS, prefix, None, table.paths[prefix], fact, each, subject=tuple(origins))

    def _holders(self, ownership: Ownership) -> str:
        return " and ".join(self.name(asn) for asn in sorted(self._registry.asns(ownership)))


def shortest(paths: Paths) -> tuple[int, ...]:
    """The shortest path, as the evidence nearest to its cause; empty if there is none."""
    return min(paths.values(), key=lambda path: (len(path), path), default=())


def evidence(paths: Paths) -> str:
    """Where paths are seen and one of them, for people."""
    if not paths:
        return ""
    return f"seen at {_some(sorted(paths))}; for example with path {path_text(shortest(paths))}"


def _some(names: list[str]) -> str:
    if len(names) > NAMED:
        names = [*names[: NAMED - 2], f"{len(names) - NAMED + 2} more"]
    return ", ".join(names)


def _count(seen_by: tuple[str, ...], table: Table) -> str:
    return f"{len(seen_by)} of {len(table.vantage_points)} vantage points"


def _validity(state: RovState) -> str:
    if state is RovState.INVALID:
        return "origin validation says invalid, so an AS that drops invalid routes does not use it itself"
    return "no VRP covers it, so origin validation cannot stop it"


def _forgery_validity(state: RovState) -> str:
    if state is RovState.VALID:
        return "the forged origin makes it RPKI-valid, so origin validation does not stop it"
    return _validity(state)
