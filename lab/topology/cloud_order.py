"""What the steps about registries and AWS find there when their turn comes: registrations, saved names.

Steps that are typed at a running lab are not held against this: the lab knows what has become of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lab.bgp.prefix import Prefix
from lab.topology.cloud_checks import leaves
from lab.topology.cloud_scalars import REFERENCE
from lab.topology.cloud_steps import AwsStep, RegistryStep
from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, suggestion
from lab.topology.steps import RpkiStep


def check_cloud_order(draft: Draft) -> Iterator[Problem]:
    """The steps in order, with what the file and the steps before them lead to. Entries are well formed."""
    registered = {entry.prefix for entry in draft.registry.values()}
    saved: set[str] = set()
    for index, (kind, body) in draft.steps.items():
        path: Path = ("scenario", index, kind)
        match body:
            case RpkiStep() if body.transfer is not None:
                registered.add(body.transfer)
            case RegistryStep() if body.prefix not in registered:
                yield _unregistered(draft, (*path, "prefix"), body.prefix, registered)
            case AwsStep():
                yield from _check_saved(draft, path, body, saved)
                saved |= set(body.save or ())


def _unregistered(draft: Draft, path: Path, prefix: Prefix, registered: set[Prefix]) -> Problem:
    held = suggestion(None, map(str, sorted(registered)), "registered")
    return draft.document.problem(path, f"there is no registration of exactly {prefix}", held)


def _check_saved(draft: Draft, path: Path, body: AwsStep, saved: set[str]) -> Iterator[Problem]:
    for place, value in leaves(body.members, (*path, "with")):
        reference = REFERENCE.fullmatch(value) if isinstance(value, str) else None
        if reference is None or reference[1] in saved:
            continue
        name = reference[1]
        hint = suggestion(name, sorted(saved), "saved") or f"add save: {{{name}: ...}} to a step before"
        yield draft.document.problem(place, f"nothing was saved as {name!r} before this step", hint)
