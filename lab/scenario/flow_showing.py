"""Watched traffic, as plain JSON data and as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.observe.durations import duration_text

if TYPE_CHECKING:
    from lab.scenario.flows import Flow, Flows
    from lab.scenario.lab import Lab

Data = dict[str, Any]


def flows(lab: Lab) -> list[Data]:
    """The watched traffic: one row each, in the order in which it began, what has stopped included."""
    lab.look()
    lab.flows.look()
    return [_row(flow, lab.flows.lost(flow.traffic.name)) for flow in lab.flows]


def flow_summaries(watched: Flows) -> list[str]:
    """One sentence for each, such as `traffic eyeball -> 203.0.113.9 was lost for 14m12s in all, once`."""
    return [_summary(flow, watched.lost(flow.traffic.name)) for flow in watched]


def _summary(flow: Flow, lost: float) -> str:
    subject = f"traffic {flow.traffic.text}"
    if not flow.outages:
        return f"{subject} was never lost"
    times = {1: "once", 2: "twice"}.get(flow.outages, f"{flow.outages} times")
    still = ", and still is" if flow.down_since is not None else ""
    return f"{subject} was lost for {duration_text(lost)} in all, {times}{still}"


def _row(flow: Flow, lost: float) -> Data:
    traffic = flow.traffic
    return {
        "name": traffic.name,
        "from": traffic.start,
        "source": str(traffic.source),
        "to": str(traffic.destination),
        "port": traffic.port,
        "state": flow.state,
        "lost": lost,
        "outages": flow.outages,
        "at": flow.fate.at or None,
        "reason": flow.fate.reason or None,
        "explanation": flow.fate.text,
    }
