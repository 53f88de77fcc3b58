"""What registrations, and the steps that edit them, must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.prefix import Prefix
from lab.topology.cloud_steps import RegistryStep
from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.vocabulary import STATUSES

_ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "add": ("field", "on", "helpdesk"),
    "certificate": ("field", "on", "helpdesk"),
    "remove_comments": ("field", "on", "helpdesk"),
    "status": (),
    "kind": (),
}
"""The actions of a step, and the members that may stand with each."""


def check_registry(draft: Draft) -> Iterator[Problem]:
    """A holder that is nobody or two kinds of people, a status of another RIR, a prefix that stands twice."""
    first: dict[Prefix, int] = {}
    kinds: dict[str, int] = {}
    for index, entry in draft.registry.items():
        path: Path = ("registry", index)
        if entry.holder not in draft.names:
            yield draft.unknown_speaker((*path, "holder"), entry.holder)
        if entry.prefix in first:
            line = draft.document.position(("registry", first[entry.prefix])).line
            message = f"{entry.prefix} is registered already, on line {line}"
            yield draft.document.problem((*path, "prefix"), message)
        first.setdefault(entry.prefix, index)
        if entry.status:
            yield from _check_status(draft, (*path, "status"), entry.rir, entry.status)
        if entry.kind is None:
            continue
        said = kinds.setdefault(entry.holder, index)
        if draft.registry[said].kind != entry.kind:
            line = draft.document.position(("registry", said)).line
            message = f"{entry.holder} is an {draft.registry[said].kind} on line {line}"
            yield draft.document.problem((*path, "kind"), message, "a holder is one or the other")


def check_registry_step(draft: Draft, path: Path, body: RegistryStep) -> Iterator[Problem]:
    """Exactly one action with the members that belong to it; a status that the RIR of the prefix has."""
    given = body.model_dump(exclude_defaults=True)
    actions = [action for action in _ALLOWED if action in given]
    if len(actions) != 1:
        message = f"expected exactly one of {', '.join(_ALLOWED)}"
        yield draft.document.problem(path, message, "use several steps to do several things")
        return
    action = actions[0]
    for member in given:
        if member not in ("prefix", action, *_ALLOWED[action]):
            yield draft.document.problem((*path, member), f"{member} has no meaning with {action}")
    if body.status is not None and (rir := draft.rir_of(body.prefix)) is not None:
        yield from _check_status(draft, (*path, "status"), rir, body.status)


def _check_status(draft: Draft, path: Path, rir: str, status: str) -> Iterator[Problem]:
    if status in STATUSES[rir]:
        return
    others = [other for other, words in STATUSES.items() if status in words]
    message = f"{shown(status)} is not a status at {rir}"
    hint = suggestion(status, STATUSES[rir], f"{rir} has")
    if others:
        message += f"; it is one of {' and '.join(others)}"
        hint = f"{rir} has: {', '.join(STATUSES[rir])}"
    yield draft.document.problem(path, message, hint)
