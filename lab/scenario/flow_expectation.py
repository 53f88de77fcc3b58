"""Checking what a scenario expects of watched traffic."""

from __future__ import annotations

from lab.observe.durations import duration_text, exact_duration_text
from lab.observe.events import FlowDown, FlowUp
from lab.scenario.flows import Flow
from lab.scenario.lab import Lab
from lab.scenario.outcomes import Outcome
from lab.topology.duration_bound import DurationBound
from lab.topology.steps import Expect


def check_flow(lab: Lab, expect: Expect) -> Outcome:
    """Whether the traffic is up or down, and has been lost for so long all in all. Raises ProbeError where
    none of that name is watched."""
    assert expect.flow is not None
    lab.flows.look()
    flow = lab.flows.get(expect.flow)
    lost = lab.flows.lost(expect.flow)
    wanted = []
    met = True
    if expect.state is not None:
        wanted.append(expect.state)
        met = flow.state == expect.state
    if expect.lost is not None:
        wanted.append(f"lost for {_bound_text(expect.lost)}")
        met = met and expect.lost.holds(lost)
    expected = f"traffic {expect.flow} ({flow.traffic.text}): {', '.join(wanted)}"
    evidence = () if met else tuple(event for event in lab.timeline if _is_about(event, expect.flow))
    return Outcome(met, expected, _seen(flow, lost), evidence)


def _is_about(event: object, name: str) -> bool:
    return isinstance(event, FlowDown | FlowUp) and event.name == name


def _bound_text(bound: DurationBound) -> str:
    length = exact_duration_text(bound.seconds)
    return length if bound.operator == "=" else f"{bound.operator} {length}"


def _seen(flow: Flow, lost: float) -> str:
    so_far = f"lost for {duration_text(lost)} in all"
    return f"{flow.state}, {so_far}: {flow.fate.text}"
