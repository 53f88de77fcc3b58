"""A validation run as JSON data: every trust anchor, every publication point, and what was rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from lab.bgp.jsonable import to_json
from lab.rpki.outputs.json_shapes import time_text
from lab.rpki.validation.results import PointState, PointStatus, Validation


def report_data(validation: Validation, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The run as JSON data. Times are ISO 8601 in UTC, `seconds` is how long it took.

    `names` are what people call the CAs, by the URIs of their repositories; None where they are not known.
    `unreached` are those of them to which no valid certificate leads.
    """
    known = names or {}
    reached = {point.repository for point in validation.points}
    payloads = validation.payloads
    vrps, aspas = Counter(vrp.ta for vrp in payloads.vrps), Counter(aspa.ta for aspa in payloads.aspas)
    points = Counter(point.ta for point in validation.points)
    return {
        "at": time_text(validation.at),
        "next_change": _time(validation.next_change),
        "seconds": round(validation.seconds, 3),
        "vrps": len(payloads.vrps),
        "aspas": len(payloads.aspas),
        "accepted": dict(validation.accepted),
        "trust_anchors": [
            _plain(anchor)
            | {"points": points[anchor.name], "vrps": vrps[anchor.name], "aspas": aspas[anchor.name]}
            for anchor in validation.trust_anchors
        ],
        "points": [_point(point, known.get(point.repository)) for point in validation.points],
        "unreached": [name for repository, name in known.items() if repository not in reached],
        "rejected": [_plain(each) for each in validation.rejected],
        "warnings": [_plain(each) for each in validation.warnings],
    }


def flaws(validation: Validation) -> list[str]:
    """What keeps a run from being flawless, one line each: trust anchors, points, objects; empty if it is."""
    lines = [
        f"the trust anchor {anchor.name} is lost: {anchor.reason}"
        for anchor in validation.trust_anchors
        if not anchor.usable
    ]
    lines += [
        f"{point.repository} is {_STATES[point.state]}: {point.reason}"
        for point in validation.points
        if point.state is not PointState.FRESH
    ]
    return lines + [f"rejected: {each}" for each in validation.rejected]


_STATES: Final = {
    PointState.LOST: "lost",
    PointState.LAST_GOOD: "not fresh, its last good version is used",
}


def _point(point: PointStatus, name: str | None) -> dict[str, Any]:
    times = {"this_update": _time(point.this_update), "next_update": _time(point.next_update)}
    return {"name": name} | _plain(point) | times


def _plain(value: object) -> dict[str, Any]:
    data: dict[str, Any] = to_json(value)
    return {name: member for name, member in data.items() if name != "type"}


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else time_text(seconds)
