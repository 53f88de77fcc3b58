"""Which members of an `expect` may stand together, and what it needs to be about something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from lab.bgp.prefix import Address, PrefixError
from lab.topology.draft import Draft
from lab.topology.expect_step import BYOIP_STATES, FLOW_STATES, Expect
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.vocabulary import DropReason


class _Subject(NamedTuple):
    """What an `expect` may be about: in words, the members it may have, and of which it needs one."""

    words: str
    members: tuple[str, ...]
    needs: tuple[str, ...] = ()


_ROUTE_MEMBERS: Final = ("path", "via", "origin", "unreachable", "rov", "aspa")
_ROUTE_TEXT: Final = "path, via, origin, unreachable, rov or aspa"
_FINDINGS: Final = ("approved", "irr", "rpki", "ownership", "advertised", "binding")
_ROUTE: Final = "a route"
_SUBJECTS: Final = {
    _ROUTE: _Subject(_ROUTE, ("at", "prefix", *_ROUTE_MEMBERS)),
    "share": _Subject("a share", ("prefix",), ("prefix",)),
    "alert": _Subject("an alert", ("prefix", "by")),
    "no_alert": _Subject("an alert", ("prefix", "by")),
    "probe": _Subject("a probe", ("at", "reason")),
    "byoip": _Subject("a range at AWS", ("state", "reason"), ("state", "reason")),
    "cloudflare": _Subject("a prefix at Cloudflare", _FINDINGS, _FINDINGS),
    "dns": _Subject("an answer of the DNS", ("record", "answer"), ("answer",)),
    "flow": _Subject("traffic", ("lost", "state"), ("lost", "state")),
}
_SUBJECT_TEXT: Final = f"a route (at, prefix and {_ROUTE_TEXT}), {', '.join(list(_SUBJECTS)[1:-1])} or flow"
_ADDRESS_VERSIONS: Final = {"A": 4, "AAAA": 6}


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
    subjects = ([_ROUTE] if route else []) + [key for key in _SUBJECTS if key in given]
    if not subjects:
        yield wrong("", f"nothing is expected; expected {_SUBJECT_TEXT}", _subject_hint(given))
        return
    if len(subjects) > 1:
        yield wrong("", f"{' and '.join(subjects)} cannot stand in one expect", "write one expect for each")
        return
    subject = subjects[0]
    for key, needs in _missing_members(given, route, subject):
        yield wrong(key, f"'{key}' needs {needs}", f"add {needs}")
    for key in sorted(given - {subject, "within", *_SUBJECTS[subject].members}):
        yield wrong(key, f"'{key}' says nothing about {_SUBJECTS[subject].words}", f"remove '{key}'")
    if body.unreachable and len(route) > 1:
        others = ", ".join(key for key in route if key != "unreachable")
        yield wrong("unreachable", f"an unreachable prefix has no {others}", "keep one of them")
    if body.share == {}:
        yield wrong("share", "an empty share", "write for example share: {attacker: '< 50%'}")
    if subject == "probe":
        yield from _check_probe(draft, path, body, probed)
    yield from _check_clouds(draft, path, body, subject)
    yield from _check_words(draft, path, body, subject)


def _subject_hint(given: set[str]) -> str:
    """What the members that are there would be about."""
    if "at" in given:
        return f"add {_ROUTE_TEXT}"
    about = [
        f"'{subject}'"
        for subject, (_, members, _) in _SUBJECTS.items()
        if subject != _ROUTE and given & {*members} - {"prefix", "by", "reason"}
    ]
    return f"add {' or '.join(about)}" if about else ""


def _missing_members(given: set[str], route: list[str], subject: str) -> Iterator[tuple[str, str]]:
    for key in route:
        needed = [f"'{member}'" for member in ("at", "prefix") if member not in given]
        if needed:
            yield key, " and ".join(needed)
    needs = _SUBJECTS[subject].needs
    if needs and not given & {*needs}:
        words = [f"'{member}'" for member in needs]
        yield subject, " or ".join((", ".join(words[:-1]), words[-1])) if words[1:] else words[0]


def _check_clouds(draft: Draft, path: Path, body: Expect, subject: str) -> Iterator[Problem]:
    if subject == "byoip" and not draft.has_aws:
        yield draft.lacks_aws((*path, "byoip"))
    if subject == "cloudflare" and not draft.has_cloudflare:
        yield draft.lacks_cloudflare((*path, "cloudflare"))


def _check_words(draft: Draft, path: Path, body: Expect, subject: str) -> Iterator[Problem]:
    """A state that its subject can have, and answers that records of the type can give."""
    problem = draft.document.problem
    states = {"byoip": BYOIP_STATES, "flow": FLOW_STATES}.get(subject)
    if states and body.state is not None and body.state not in states:
        message = f"{shown(body.state)} is not a state of {_SUBJECTS[subject].words}"
        yield problem((*path, "state"), message, suggestion(body.state, states))
    kind = body.record or "A"
    version = _ADDRESS_VERSIONS.get(kind)
    for index, text in enumerate(body.answer or ()):
        if version is not None and "$" not in text and not _is_address(text, version):
            message = f"{shown(text)} is not an IPv{version} address"
            yield problem((*path, "answer", index), message, f"that is what records of type {kind} have")


def _is_address(text: str, version: int) -> bool:
    try:
        return Address.parse(text).version == version
    except PrefixError:
        return False


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
