"""What the IRR of a file, and the steps that edit it, must be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.topology.draft import Draft
from lab.topology.irr_entries import IrrAsSetEntry, IrrRouteEntry
from lab.topology.irr_steps import IrrStep, RouteAddition
from lab.topology.problems import Path, Problem, suggestion
from lab.topology.step_checks import exactly_one

_ACTIONS = ("add", "remove", "edit", "as_set", "remove_as_set")


def check_irr(draft: Draft) -> Iterator[Problem]:
    """An object that stands twice, a member that does, and a speaker's as-set that is not there."""
    first: dict[object, int] = {}
    for index, entry in draft.irr.items():
        path: Path = ("irr", index)
        said = first.setdefault(_key(draft, entry), index)
        if said != index:
            line = draft.document.position(("irr", said)).line
            yield draft.document.problem(path, f"the same object is on line {line}", "remove one")
        if isinstance(entry, IrrAsSetEntry):
            yield from _check_members(draft, (*path, "members"), entry.as_set, entry.members)
    yield from _check_speakers(draft)


def check_irr_step(draft: Draft, path: Path, body: IrrStep) -> Iterator[Problem]:
    """Exactly one action; an edit that edits something."""
    problem = exactly_one(draft, path, body, _ACTIONS)
    if problem is not None:
        yield problem
    elif body.edit is not None and not (body.edit.descr or body.edit.remarks or body.edit.clear):
        yield draft.document.problem((*path, "edit"), "nothing to edit", "give descr, remarks or clear")
    elif body.add is not None:
        yield from _check_source(draft, (*path, "add", "source"), body.add)
    elif body.as_set is not None:
        place: Path = (*path, "as_set", "members")
        yield from _check_members(draft, place, body.as_set.name, body.as_set.members)


def _check_source(draft: Draft, path: Path, new: RouteAddition) -> Iterator[Problem]:
    """A RIR takes route objects of the space only that it has registered."""
    rir = draft.rir_of(new.prefix)
    if rir is not None and new.source not in (None, rir):
        message = f"{new.source} takes no route object for {new.prefix}, which {rir} has registered"
        yield draft.document.problem(path, message, f"write {rir}, or leave it out")


def _key(draft: Draft, entry: IrrRouteEntry | IrrAsSetEntry) -> object:
    if isinstance(entry, IrrAsSetEntry):
        return entry.as_set, entry.source
    return entry.prefix, entry.origin, entry.source or draft.rir_of(entry.prefix)


def _check_members(draft: Draft, path: Path, name: str, members: Sequence[str]) -> Iterator[Problem]:
    for index, member in enumerate(members):
        if member == name:
            yield draft.document.problem((*path, index), f"{name} is a member of itself", "remove it")
        elif member in members[:index]:
            yield draft.document.problem((*path, index), f"{member} is here twice", "remove one")


def _check_speakers(draft: Draft) -> Iterator[Problem]:
    known = [entry.as_set for entry in draft.irr.values() if isinstance(entry, IrrAsSetEntry)]
    for name, speaker in draft.ases.items():
        if speaker.as_set not in (None, *known) and draft.is_whole("irr", draft.irr):
            add = f"add to irr: {{as_set: {speaker.as_set}, members: [AS{speaker.asn}]}}"
            hint = suggestion(speaker.as_set, dict.fromkeys(known), "as-sets") or add
            message = f"no as-set of the IRR is called {speaker.as_set}"
            yield draft.document.problem(("ases", name, "as_set"), message, hint)
        if speaker.collector and (speaker.irr or speaker.as_set):
            key = "irr" if speaker.irr else "as_set"
            message = "the collector has no customers and announces nothing"
            yield draft.document.problem(("ases", name, key), message, f"remove '{key}'")
