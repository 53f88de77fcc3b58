"""What a lab ends with, in a form that is the same on every engine if the engines agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.engines.base import Engine
from lab.scenario.lab import Lab
from lab.scenario.outcomes import Report
from lab.scenario.running import run_scenario
from lab.topology.model import Topology

End = dict[str, Any]


def run_to_the_end(topology: Topology, engine: Callable[[Topology], Engine]) -> tuple[Report, End]:
    """Carry out the topology's scenario on a lab of its own: the report and what the lab ends with."""
    with Lab(topology, engine) as lab:
        report = run_scenario(lab)
        return report, end_of(lab)


def skipping_waits(make: Callable[[Topology], Engine]) -> Callable[[Topology], Engine]:
    """Makes live engines whose calendar jumps where a scenario waits, and keeps real time in between.

    So hours take no time, and a slow machine meets nothing that is due minutes later.
    """

    def make_skipping(topology: Topology) -> Engine:
        engine = make(topology)
        engine.advance = lambda seconds: engine.set_calendar(engine.calendar() + seconds)
        return engine

    return make_skipping


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
