"""What a lab ends with, in a form that is the same on every engine if the engines agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.engines.base import Engine
from lab.scenario.lab import Lab
from lab.scenario.outcomes import Report
from lab.scenario.running import run_scenario
from lab.topology.model import Topology

FAST = 1000.0
"""The speed of live labs in tests: what a scenario waits for people takes milliseconds."""

End = dict[str, Any]


def run_to_the_end(topology: Topology, engine: Callable[[Topology], Engine]) -> tuple[Report, End]:
    """Carry out the topology's scenario on a lab of its own: the report and what the lab ends with."""
    with Lab(topology, engine) as lab:
        report = run_scenario(lab)
        return report, end_of(lab)


def end_of(lab: Lab) -> End:
    """Every best route whole (path, neighbour, verdict and all), how each path was judged, what was rejected
    and why, what the collector sees, and the alerts."""
    return {
        "best": {name: dict(view.best) for name, view in lab.views().items()},
        "aspa": {name: dict(view.aspa) for name, view in lab.views().items()},
        "rejected": {
            (name, prefix, route.neighbor): route.rejection
            for name, view in lab.views().items()
            for prefix, routes in view.adj_in.items()
            for route in routes
            if route.rejection is not None
        },
        "table": {prefix: dict(paths) for prefix, paths in lab.table().paths.items()},
        "alerts": {(alert.kind, alert.prefix, alert.by) for alert in lab.alerts()},
    }


def failures(report: Report) -> list[str]:
    """The expectations that did not hold, as text."""
    return [
        f"line {result.step.line}: expected {result.outcome.expected}; seen {result.outcome.seen}"
        for result in report.failures
        if result.outcome
    ]
