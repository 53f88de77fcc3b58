"""Telling people what a scenario did: each step, what followed, and what led to a failure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from lab.bgp.events import BestPathChanged, RouteRejected
from lab.cli.terminal import console, count, path_text, print_table, symbol
from lab.clouds.aws.events import ByoipChanged
from lab.clouds.cloudflare.events import CloudflareChanged, NotificationSent
from lab.observe.describe import describe, describe_lines
from lab.observe.events import (
    AlertRaised,
    AlertResolved,
    FlowDown,
    FlowUp,
    ObjectRejected,
    PacketVerdict,
    PayloadsChanged,
    PublicationPointChanged,
)

if TYPE_CHECKING:  # these take long to import, and events of a running lab come as JSON
    from lab.scenario.lab import Lab
    from lab.scenario.outcomes import Report, StepResult

HEADLINES = (
    RouteRejected,
    AlertRaised,
    AlertResolved,
    PacketVerdict,
    PublicationPointChanged,
    ObjectRejected,
    PayloadsChanged,
    ByoipChanged,
    CloudflareChanged,
    NotificationSent,
    FlowDown,
    FlowUp,
)
"""Events worth a line of their own even without --verbose."""
INDENT = " " * 4


class Narrator:
    """Prints a scenario as it runs; `verbose` shows every event."""

    def __init__(self, verbose: bool = False) -> None:
        self._verbose = verbose
        self._out = console()

    def begin(self, lab: Lab, engine: str) -> None:
        """The headline."""
        topology = lab.topology
        self._out.print(Text(f"{topology.title or topology.name}", style="bold"))
        self._out.print(f"{topology.name}: {count(len(topology.speakers), 'speaker')}, engine {engine}\n")

    def result(self, result: StepResult) -> None:
        """One step, what followed from it, and the verdict if something was expected."""
        if result.step.kind == "note":
            self._out.print(Text(f"\n{result.text}", style="italic"))
        elif result.outcome is None:
            self._out.print(Text(f"* {result.text}"))
        elif result.outcome.met:
            self._out.print(Text(symbol("✓ ", "ok "), style="green") + Text(result.outcome.expected))
        else:
            self._failure(result)
        self._events(result.events)

    def end(self, report: Report) -> None:
        """What became of the watched traffic, and the count."""
        for place, sentence in enumerate(report.traffic):
            self._out.print(Text(sentence if place else f"\n{sentence}"))
        failed = len(report.failures)
        verdict = f"{failed} failed" if failed or report.left else "all met"
        if report.left:
            verdict += f"; {count(report.left, 'step')} not carried out"
        style = "bold red" if failed or report.left else "bold green"
        steps, checks = count(len(report.results), "step"), count(report.expectations, "expectation")
        self._out.print(Text(f"\n{report.name}: {steps}, {checks}, {verdict}", style=style))

    def _failure(self, result: StepResult) -> None:
        assert result.outcome is not None
        self._out.print(
            Text(symbol("✗ ", "FAILED "), style="red")
            + Text(result.outcome.expected)
            + Text(_place(result), style="dim")
        )
        self._out.print(Text(f"{INDENT}seen: {result.outcome.seen}", style="red"))
        if result.outcome.evidence:
            self._out.print(f"{INDENT}what led there:")
            first = result.outcome.evidence[0].time
            for event in result.outcome.evidence:
                self._out.print(
                    Text(f"{INDENT}  +{event.time - first:.3f} s  {describe(event)}", style="dim")
                )

    def _events(self, events: Sequence[Any]) -> None:
        moved = sum(isinstance(event, BestPathChanged) for event in events)
        if moved and not self._verbose:
            self._out.print(Text(f"{INDENT}{count(moved, 'best path')} changed", style="dim"))
        for event in events:
            if self._verbose or isinstance(event, HEADLINES):
                style = "yellow" if isinstance(event, AlertRaised) else "dim"
                self._out.print(Text(_indented(describe_lines(event)), style=style))


def print_events(title: str, events: Sequence[dict[str, Any]]) -> None:
    """What one action on a running lab did."""
    out = console()
    out.print(Text(title, style="bold"))
    for event in events:
        out.print(Text(_indented(event["text_lines"])))
    if not events:
        out.print(f"{INDENT}nothing changed")


def _indented(lines: Sequence[str]) -> str:
    """The first line with an indent, the others with one more."""
    return f"\n{INDENT * 2}".join([f"{INDENT}{lines[0]}", *lines[1:]])


def print_explanation(found: dict[str, Any]) -> None:
    """Every candidate route with the reason it won, lost or was rejected."""
    rows = [
        (
            "*" if each["best"] else ("-" if each["eligible"] else "x"),
            each["via"] or "own",
            path_text(each["path"]),
            each["rov"],
            each["local_pref"] if each["via"] else None,
            each["reason"],
        )
        for each in found["candidates"]
    ]
    print_table(
        f"{found['at']} (AS{found['asn']}), {found['prefix']}    * best, - eligible, x rejected",
        ("", "from", "AS path", "rov", "local pref", "why"),
        rows,
        f"{found['at']} has received no route to exactly {found['prefix']}",
    )
    used = found["longest_match"]
    if used not in (None, found["prefix"]):
        console().print(f"packets to {found['prefix']} follow the route to {used}: see that one")
    for verdict in found["validation"]:
        console().print(f"origin validation: {verdict}")
    for each in found["path_verification"]:
        console().print(f"path verification, from {each['via']}: {each['verdict']}")
    _print_chain("bring your own IP", found["byoip"])
    _print_chain("Cloudflare", found["cloudflare"])


def _print_chain(title: str, links: Sequence[dict[str, Any]]) -> None:
    if links:
        console().print(f"\n{title}:")
    for link in links:
        mark = {True: symbol("✓", "ok"), False: symbol("✗", "NO"), None: "-"}[link["ok"]]
        console().print(Text(f"{INDENT}{mark} {link['name']}: {link['text']}"))


def _place(result: StepResult) -> str:
    return f"   ({result.step.file}:{result.step.line})" if result.step.line else ""
