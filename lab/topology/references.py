"""References in texts of steps: `$name` stands for what a step before has saved, `$$` is a dollar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.dns_steps import DnsStep
from lab.topology.draft import Draft
from lab.topology.expect_step import Expect
from lab.topology.irr_steps import IrrStep
from lab.topology.problems import Path, Problem, shown
from lab.topology.scalars import NAME_PATTERN
from lab.topology.step_model import StepModel

_REFERENCE: Final = re.compile(rf"\$(\$|{NAME_PATTERN}|)", re.ASCII)


def references(text: str) -> Iterator[str]:
    """The names that a text refers to, in order and as often as it does."""
    return (found[1] for found in _REFERENCE.finditer(text) if found[1] not in ("", "$"))


def has_stray_dollar(text: str) -> bool:
    """Whether there is a dollar that is neither doubled nor followed by a name."""
    return any(not found[1] for found in _REFERENCE.finditer(text))


def check_references(draft: Draft, path: Path, body: StepModel) -> Iterator[Problem]:
    """Every dollar in a text that may refer to something begins a name, or is doubled."""
    for place, text in texts_of(body):
        if has_stray_dollar(text):
            message = f"{shown(text)} has a dollar without the name of something saved"
            hint = "write for example $prefix, or $$ for a dollar"
            yield draft.document.problem((*path, *place), message, hint)


def texts_of(body: StepModel) -> Iterator[tuple[Path, str]]:
    """The texts of a step in which something saved can be named anywhere, with the path to each."""
    match body:
        case CloudflareStep():
            yield (body.method.lower(),), body.path
            found = leaves(body.members, ("with",))
            yield from ((place, value) for place, value in found if isinstance(value, str))
        case IrrStep():
            for action, change in (("add", body.add), ("edit", body.edit), ("as_set", body.as_set)):
                if change is not None:
                    texts = (("descr", change.descr), ("remarks", change.remarks))
                    yield from (((action, field), text) for field, text in texts if text)
        case DnsStep() if body.add is not None:
            yield ("add", "content"), body.add.content
        case Expect():
            yield from ((("answer", index), text) for index, text in enumerate(body.answer or ()))


def leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The values in a part of a request that hold no others, with the path to each."""
    if not isinstance(value, dict | list):
        yield path, value
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(inner, (*path, key))
