"""Which members of an `expect` may stand together, and what it needs to be about something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.steps import Expect
from lab.topology.vocabulary import DropReason

_ROUTE_MEMBERS: Final = ("path", "via", "origin", "unreachable", "rov", "aspa")
_ROUTE_TEXT: Final = "path, via, origin, unreachable, rov or aspa"
_OTHER_SUBJECTS: Final = ("share", "alert", "no_alert", "probe", "byoip")
_SUBJECTS: Final = f"a route (at, prefix and {_ROUTE_TEXT}), share, alert, no_alert, probe or byoip"
_OUT_OF_PLACE: Final = {
    "a route": {"by", "reason", "state"},
    "share": {"at", "by", "reason", "state"},
    "alert": {"at", "reason", "state"},
    "no_alert": {"at", "reason", "state"},
    "probe": {"prefix", "by", "state"},
    "byoip": {"at", "prefix", "by"},
}
_SUBJECT_NAMES: Final = {
    "alert": "an alert",
    "no_alert": "an alert",
    "probe": "a probe",
    "share": "a share",
    "byoip": "a range at AWS",
}


def check_expect(draft: Draft, path: Path, body: Expect, probed: bool) -> Iterator[Problem]:
    """What is wrong with one expectation; `probed` is whether a packet was sent before it.

    The names in it are checked with those of the other steps.
    """

    def wrong(key: str, message: str, hint: str = "") -> Problem:
        return draft.document.problem((*path, key) if key else path, message, hint)

    given = {
        info.alias or name for name, info in Expect.model_fields.items() if name in body.model_fields_set
    }
    route: list[str] = [key for key in _ROUTE_MEMBERS if key in given]
    subjects = (["a route"] if route else []) + [key for key in _OTHER_SUBJECTS if key in given]
    if not subjects:
        hint = f"add {_ROUTE_TEXT}" if "at" in given else "add 'byoip'" if "state" in given else ""
        yield wrong("", f"nothing is expected; expected {_SUBJECTS}", hint)
        return
    if len(subjects) > 1:
        yield wrong("", f"{' and '.join(subjects)} cannot stand in one expect", "write one expect for each")
        return
    subject = subjects[0]
    for key, needs in _missing_members(given, route):
        yield wrong(key, f"'{key}' needs {needs}", f"add {needs}")
    for key in sorted(given & _OUT_OF_PLACE[subject]):
        yield wrong(
            key, f"'{key}' says nothing about {_SUBJECT_NAMES.get(subject, subject)}", f"remove '{key}'"
        )
    if body.unreachable and len(route) > 1:
        others = ", ".join(key for key in route if key != "unreachable")
        yield wrong("unreachable", f"an unreachable prefix has no {others}", "keep one of them")
    if body.share == {}:
        yield wrong("share", "an empty share", "write for example share: {attacker: '< 50%'}")
    if subject == "probe":
        yield from _check_probe(draft, path, body, probed)
    if subject == "byoip" and not draft.has_aws:
        yield draft.lacks_aws((*path, "byoip"))


def _check_probe(draft: Draft, path: Path, body: Expect, probed: bool) -> Iterator[Problem]:
    problem = draft.document.problem
    if not probed:
        hint = "add a step such as probe: {from, source, destination}"
        yield problem((*path, "probe"), "no probe before this step", hint)
    if body.reason is None:
        return
    words = [reason.value for reason in DropReason]
    place: Path = (*path, "reason")
    if body.reason not in words:
        hint = suggestion(body.reason, words)
        yield problem(place, f"{shown(body.reason)} is not a reason for a dropped packet", hint)
    if body.probe != "dropped":
        hint = "a delivered packet has no reason to be dropped"
        yield problem(place, "'reason' needs 'probe: dropped'", hint)


def _missing_members(given: set[str], route: list[str]) -> Iterator[tuple[str, str]]:
    for key in route:
        needed = [f"'{member}'" for member in ("at", "prefix") if member not in given]
        if needed:
            yield key, " and ".join(needed)
    if "share" in given and "prefix" not in given:
        yield "share", "'prefix'"
    if "byoip" in given and not given & {"state", "reason"}:
        yield "byoip", "'state' or 'reason'"
