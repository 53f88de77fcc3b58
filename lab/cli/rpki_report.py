"""Printing what a relying party concluded, and what a single object says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from rich.text import Text

from lab.cli.terminal import console, count, print_table
from lab.topology.problems import printable

FETCHED: Final = ("rrdp", "rsync")
FRESH: Final = "fresh"
MOST_POINTS: Final = 50
"""With more publication points than that only those that are not fresh are listed."""
STATES: Final = {FRESH: "green", "last good": "yellow", "lost": "red"}
INDENT: Final = "  "


def print_report(data: dict[str, Any]) -> None:
    """A validation run (`lab.rpki.outputs.validation_report`): totals, trust anchors, CAs, what is wrong."""
    out = console()
    objects = sum(data["accepted"].values())
    out.print(
        f"{count(data['vrps'], 'VRP')} and {count(data['aspas'], 'ASPA')} from {count(objects, 'object')}, "
        f"{len(data['rejected'])} rejected, as of {data['at']} ({data['seconds']:.2f} s)"
    )
    if data.get("in_force"):
        in_force = data["in_force"]
        exceptions = f"{count(in_force['vrps'], 'VRP')} and {count(in_force['aspas'], 'ASPA')}"
        out.print(f"with the local exceptions: {exceptions}")
    _print_anchors(data["trust_anchors"])
    _print_points(data)
    _print_lines("no valid certificate leads to", data["unreached"], "red")
    _print_lines("rejected", (f"{each['uri']}: {_why(each)}" for each in data["rejected"]), "red")
    _print_lines("warnings", (*_warnings(data), *data.get("troubles", ())), "yellow")


def print_inspection(name: str, data: dict[str, Any]) -> None:
    """An object (`lab.rpki.inspection`): what it says, then what is wrong with it."""
    out = console()
    out.print(Text(printable(f"{name}: {data['kind']}"), style="bold"))
    fields = {key: value for key, value in data.items() if key not in ("kind", "problems")}
    for line in _field_lines(fields, INDENT):
        out.print(printable(line), markup=False)
    problems = data["problems"]
    _print_lines("problems", (_why(each) for each in problems), "red")
    if not problems:
        out.print(Text("nothing is wrong with it as far as the file itself shows", style="green"))


def _print_anchors(anchors: list[dict[str, Any]]) -> None:
    columns = ("trust anchor", "usable", "CAs", "VRPs", "ASPAs")
    rows = [
        (each["name"], "yes" if each["usable"] else "no", each["points"], each["vrps"], each["aspas"])
        for each in anchors
    ]
    console().print()
    print_table("", columns, rows, "there are no trust anchors")
    troubled = [each for each in anchors if each["reason"]]
    _print_lines("not as the TAL says", (f"{each['name']}: {each['reason']}" for each in troubled), "red")


def _print_points(data: dict[str, Any]) -> None:
    points = data["points"]
    shown = points if len(points) <= MOST_POINTS else [each for each in points if each["state"] != FRESH]
    rows = [
        (
            Text(_state(each), style=STATES[each["state"]]),
            each["ta"],
            each["next_update"],
            each["vrps"],
            each["aspas"],
            each["name"] or each["repository"].removeprefix("rsync://"),
        )
        for each in shown
    ]
    columns = ("state", "TAL", "next update", "VRPs", "ASPAs", "CA")
    console().print()
    print_table("", columns, rows, f"all {count(len(points), 'CA')} are fresh")
    rejected = {f"{each['uri']}: {each['message']}" for each in data["rejected"]}
    troubled = [each for each in shown if each["reason"] and each["reason"] not in rejected]
    reasons = (f"{each['name'] or each['repository']}: {each['reason']}" for each in troubled)
    _print_lines("not fresh", reasons, "yellow")


def _warnings(data: dict[str, Any]) -> list[str]:
    """The warnings, but for those that repeat why a CA is not fresh."""
    reasons = tuple(each["reason"] for each in data["points"] if each["reason"])
    return [
        f"{each['uri']}: {each['message']}"
        for each in data["warnings"]
        if not each["message"].endswith(reasons)
    ]


def _state(point: dict[str, Any]) -> str:
    state: str = point["state"]
    return f"{state}, {point['via']}" if point["via"] in FETCHED else state


def _why(problem: dict[str, Any]) -> str:
    return f"{problem['message']} [{problem['check']}, {problem['rfc']}]"


def _print_lines(head: str, lines: Iterable[str], style: str) -> None:
    lines = tuple(lines)
    if lines:
        out = console()
        out.print(Text(f"\n{head}", style="bold"))
        for line in lines:
            out.print(Text(f"{INDENT}{printable(line)}", style=style))


def _field_lines(fields: dict[str, Any], indent: str) -> Iterator[str]:
    labels = {key: key.replace("_", " ") for key in fields}
    width = max(map(len, labels.values()), default=0)
    for key, value in fields.items():
        if isinstance(value, dict):
            yield f"{indent}{labels[key]}"
            yield from _field_lines(value, indent + INDENT)
            continue
        values = value if isinstance(value, list) else [value]
        for number, each in enumerate(values or ["none"]):
            label = labels[key] if number == 0 else ""
            yield f"{indent}{label:<{width}}  {_value_text(each)}"


def _value_text(value: Any) -> str:
    """Of an entry with several members the values, numbers with what they are."""
    if not isinstance(value, dict):
        return str(value)
    return "  ".join(
        f"{key.replace('_', ' ')} {member}" if isinstance(member, int) else member
        for key, member in value.items()
    )


def print_faults(faults: list[str]) -> None:
    """What is broken on purpose."""
    _print_lines("broken on purpose", faults, "yellow")
