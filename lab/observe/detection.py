"""The detector: what was found in the table becomes alerts, each raised once and resolved once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rov import VrpTable
from lab.observe.events import AlertRaised, AlertResolved
from lab.observe.findings import Examiner, Finding, evidence, shortest
from lab.observe.table import Table
from lab.topology.model import LinkKind, Topology
from lab.topology.vocabulary import AlertKind

MOST: Final = 0.5
"""A prefix is widely visible from this share of the vantage points on; below, its visibility is lost."""


@dataclass(frozen=True, slots=True)
class _Alert:
    finding: Finding
    raised: float


class Detector:
    """Watches one topology's collector. It knows the topology, the registry and the VRPs, and no RIB but the
    collector's: what no vantage point prefers, it does not see.

    An alert is the same as long as kind, prefix and offender are; of a MOAS, as long as its origins are.
    """

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._examiner = Examiner(topology)
        self._open: dict[object, _Alert] = {}
        self._best_visibility: dict[Prefix, int] = {}
        self._watched = {link.a for link in topology.links if link.kind is LinkKind.COLLECTING}

    def registry_changed(self, topology: Topology) -> None:
        """`topology` is the same but for its registry, which counts from now on."""
        self._topology = topology
        self._examiner = Examiner(topology)

    def observe(self, table: Table, vrps: VrpTable, now: float) -> list[AlertRaised | AlertResolved]:
        """What is new since the last call, resolved alerts first. Call it when the routes have settled."""
        table = Table(table.paths, table.vantage_points | self._watched)
        found = {finding.key: finding for finding in self._findings(table, vrps)}
        gone = [key for key in self._open if key not in found]
        events: list[AlertRaised | AlertResolved] = [
            self._resolved(self._open.pop(key), table, now) for key in gone
        ]
        for key, finding in found.items():
            if key not in self._open:
                self._open[key] = _Alert(finding, now)
                events.append(self._raised(finding, now))
        return events

    def open_alerts(self) -> list[AlertRaised]:
        """The alerts not resolved yet, in the order they were raised."""
        return [self._raised(alert.finding, alert.raised) for alert in self._open.values()]

    def _findings(self, table: Table, vrps: VrpTable) -> Iterator[Finding]:
        yield from self._examiner.findings(table, vrps)
        for prefix in table.paths:
            if self._examiner.rightful(prefix, table, vrps):
                seen = len(table.paths[prefix])
                self._best_visibility[prefix] = max(seen, self._best_visibility.get(prefix, 0))
        for prefix, best in sorted(self._best_visibility.items()):
            if best > MOST * len(table.vantage_points) and table.visibility(prefix) < MOST:
                yield self._lost(prefix, best, table)

    def _lost(self, prefix: Prefix, best: int, table: Table) -> Finding:
        paths = table.paths.get(prefix, {})
        total = len(table.vantage_points)
        fact = f"{prefix} is seen by {len(paths) or 'none'} of {total} vantage points"
        details = f"it was seen by {best}; a withdrawal by its holder looks the same as a fault from here"
        return Finding(AlertKind.VISIBILITY_LOSS, prefix, None, paths, fact, details)

    def _raised(self, finding: Finding, now: float) -> AlertRaised:
        parts = (finding.fact, finding.details, evidence(finding.paths))
        return AlertRaised(
            time=now,
            at=self._topology.collector,
            kind=finding.kind,
            prefix=finding.prefix,
            by=self._speaker(finding.asn),
            asn=finding.asn,
            path=shortest(finding.paths),
            seen_by=tuple(sorted(finding.paths)),
            text="; ".join(part for part in parts if part),
        )

    def _resolved(self, alert: _Alert, table: Table, now: float) -> AlertResolved:
        finding = alert.finding
        text = f"no longer: {finding.fact}"
        if finding.kind is AlertKind.VISIBILITY_LOSS:
            seen, total = len(table.paths.get(finding.prefix, {})), len(table.vantage_points)
            text = f"{finding.prefix} is visible again, at {seen} of {total} vantage points"
        return AlertResolved(
            time=now,
            at=self._topology.collector,
            kind=finding.kind,
            prefix=finding.prefix,
            by=self._speaker(finding.asn),
            asn=finding.asn,
            raised=alert.raised,
            text=text,
        )

    def _speaker(self, asn: int | None) -> str:
        names = self._topology.names_of(asn) if asn is not None else ()
        return names[0] if len(names) == 1 else ""
