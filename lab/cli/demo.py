"""`lab demo`: the scenario `demo` on live ExaBGP speakers, told step by step with the tables that matter."""

from __future__ import annotations

import textwrap
import time
from typing import Any, Final

from rich.text import Text

from lab.cli.labs import closing, make_lab
from lab.cli.terminal import busy, console, count, path_text, print_table, symbol
from lab.observe.describe import describe
from lab.observe.events import AlertRaised, AlertResolved, PacketVerdict
from lab.scenario import route_showing
from lab.scenario.lab import Lab
from lab.scenario.outcomes import StepResult
from lab.scenario.running import run_steps
from lab.topology.model import LinkKind
from lab.topology.steps import Announce, Hijack, RoaStep, SetStep, Withdraw

STORY: Final = "demo"
PREFIX: Final = "203.0.113.0/24"
"""The prefix that moves: its routes are shown where a step does not name another."""
INDENT: Final = "  "
MARGIN: Final = "│ "
PAGE: Final = 100
"""The widest line of narration, in columns."""


def tell(driver: str, base_image: str | None) -> int:
    """Tell the story; the exit code: 1 if anything was not as the story says."""
    out = console()
    began = time.monotonic()
    lab = make_lab(STORY, "live", driver, base_image=base_image)
    speakers = len(lab.topology.speakers)
    out.print(Text(lab.topology.title, style="bold"))
    with closing(lab):
        with busy(f"starting {speakers} ExaBGP speakers (driver {driver})"):
            lab.start()
        sessions = lab.sessions()
        up = sum(session.established for session in sessions)
        out.print(
            f"{speakers} ExaBGP speakers ({driver}), {up} of {len(sessions)} BGP sessions established, "
            f"{time.monotonic() - began:.1f} s\n"
        )
        _print_cast(lab)
        failures = sum(_tell_step(lab, result) for result in run_steps(lab, lab.topology.steps))
    verdict = "every expectation of the story held"
    if failures:
        verdict = f"{count(failures, 'expectation')} did not hold"
    out.print(
        Text(f"\n{verdict}; {time.monotonic() - began:.0f} s in all", style="red" if failures else "green")
    )
    out.print(
        "\nNext: `lab up byoip --detach`, then `lab show routes`, `lab hijack`, `lab explain`, `lab down`"
    )
    return 1 if failures else 0


def _print_cast(lab: Lab) -> None:
    topology = lab.topology
    rows = []
    for speaker in topology.routers():
        links = [link for link in topology.links_of[speaker.name] if link.kind is not LinkKind.COLLECTING]
        providers = [link.b for link in links if link.kind is LinkKind.TRANSIT and link.a == speaker.name]
        peers = [link.other(speaker.name) for link in links if link.kind is LinkKind.PEERING]
        policy = speaker.policy.rov.value
        rows.append((speaker.name, speaker.asn, ", ".join(providers), ", ".join(peers), f"rov {policy}"))
    print_table("Who is who", ("speaker", "ASN", "buys from", "peers with", "policy"), rows, "")


def _tell_step(lab: Lab, result: StepResult) -> bool:
    """Show one step; whether it was an expectation that did not hold."""
    out = console()
    if result.step.kind == "note":
        out.print()
        for line in textwrap.wrap(result.text, min(out.width, PAGE) - len(MARGIN)):
            out.print(Text(symbol(MARGIN, "| "), style="cyan") + Text(line))
        return False
    if result.outcome is not None:
        met = result.outcome.met
        mark = Text(symbol("✓ ", "ok "), "green") if met else Text(symbol("✗ ", "FAILED "), "red")
        out.print(Text(INDENT) + mark + Text(result.outcome.expected))
        if not met:
            out.print(Text(f"{INDENT}  seen: {result.outcome.seen}", style="red"))
        return not met
    out.print(Text(f"\n> {result.text}", style="bold"))
    for event in result.events:
        if isinstance(event, PacketVerdict):
            out.print(Text(f"{INDENT}{describe(event)}"))
        elif isinstance(event, AlertRaised | AlertResolved):
            out.print(Text(f"{INDENT}{describe(event)}", style="yellow"))
    prefix = _prefix_of(result.step.body)
    if prefix:
        _print_routes(lab, prefix)
    return False


def _prefix_of(body: Any) -> str | None:
    match body:
        case Announce() | Withdraw() | Hijack():
            return str(body.prefix)
        case RoaStep(add=roa) if roa is not None:
            return str(roa.prefix)
        case SetStep(rov=mode) if mode is not None:
            return PREFIX
    return None


def _print_routes(lab: Lab, prefix: str) -> None:
    rows = [
        (
            row["at"],
            "no route" if row["via"] is None else row["via"] or "(own)",
            path_text(row["path"]),
            row["rov"],
        )
        for row in route_showing.routes(lab, prefix)
    ]
    print_table(f"\n{prefix}", ("at", "via", "AS path", "rov"), rows, "")
