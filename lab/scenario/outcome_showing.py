"""What a scenario has come to, as plain JSON data: all of it, a step, an event, or why it cannot run."""

from __future__ import annotations

from typing import Any

from lab.bgp.events import Event
from lab.bgp.jsonable import to_json
from lab.observe.describe import describe, describe_lines
from lab.scenario.outcomes import Report, StepResult
from lab.topology.problems import TopologyError

Data = dict[str, Any]


def report_data(report: Report) -> Data:
    """A whole scenario: what was checked, what failed, every step that was carried out, how many were not,
    and the error that ended it, or None."""
    return {
        "name": report.name,
        "expectations": report.expectations,
        "failed": len(report.failures),
        "steps": [step_result(result) for result in report.results],
        "traffic": list(report.traffic),
        "not_carried_out": report.left,
        "error": None if report.error is None else str(report.error),
    }


def problems_data(error: TopologyError) -> Data:
    """What is wrong with a file, as `lab check` gives it."""
    return {"errors": [to_json(problem) for problem in error.problems], "warnings": []}


def step_result(result: StepResult) -> Data:
    """A step with what it did."""
    outcome = result.outcome
    return {
        "kind": result.step.kind,
        "line": result.step.line,
        "text": result.text,
        "events": [event_data(event) for event in result.events],
        "outcome": None
        if outcome is None
        else {
            "met": outcome.met,
            "expected": outcome.expected,
            "seen": outcome.seen,
            "evidence": [event_data(event) for event in outcome.evidence],
        },
    }


def event_data(event: Event) -> Data:
    """An event with its text for people: on one line, and with a line for each packet that followed."""
    return {**to_json(event), "text_line": describe(event), "text_lines": describe_lines(event)}
