"""What steps keep of answers, put where later steps name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lab.scenario.lab import LabError
from lab.topology.cloud_scalars import REFERENCE
from lab.topology.problems import suggestion
from lab.topology.scalars import NAME_PATTERN

_IN_TEXT: Final = re.compile(rf"\$(\$|{NAME_PATTERN})", re.ASCII)


def whole(saved: Mapping[str, Any], value: Any) -> Any:
    """`value` with what was saved in place of each text that is just `$name`. Raises LabError."""
    if isinstance(value, Mapping):
        return {key: whole(saved, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [whole(saved, item) for item in value]
    match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return value if match is None else _found(saved, match[1])


def in_texts(saved: Mapping[str, Any], value: Any) -> Any:
    """Like `whole`, and `$name` anywhere in a text, too; `$$` is a dollar. Raises LabError."""
    if isinstance(value, Mapping):
        return {key: in_texts(saved, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [in_texts(saved, item) for item in value]
    if not isinstance(value, str):
        return value
    if (match := REFERENCE.fullmatch(value)) is not None:
        return _found(saved, match[1])
    return in_text(saved, value)


def in_text(saved: Mapping[str, Any], text: str) -> str:
    """A text with what was saved in place of each `$name`; `$$` is a dollar. Raises LabError."""
    return _IN_TEXT.sub(lambda match: "$" if match[1] == "$" else str(_found(saved, match[1])), text)


def _found(saved: Mapping[str, Any], name: str) -> Any:
    if name not in saved:
        raise LabError(f"nothing is saved as {name!r}; {suggestion(name, saved, 'saved')}")
    return saved[name]


def picked(answer: Any, path: str, what: str) -> Any:
    """The value at a path of members and indexes, such as `Vpcs.0.VpcId`, in the answer to `what`.

    `name=CDN` picks the first entry of a list with that member. Raises LabError if there is none.
    """
    left = path.split(".")
    while left:
        inside = answer
        answer, left = _step(inside, left)
        if answer is None:
            has = ", ".join(inside) if isinstance(inside, Mapping) else f"a {type(inside).__name__}"
            raise LabError(f"the answer to {what} has no {path}: there is no {left[0]} in {has}")
    return answer


def _step(inside: Any, left: list[str]) -> tuple[Any, list[str]]:
    """What the first word leads to, and the words after it; None and the words if it leads nowhere."""
    word = left[0]
    if isinstance(inside, Mapping):
        found = inside.get(word)
        return (None, left) if found is None else (found, left[1:])
    if isinstance(inside, list) and word.isdigit() and int(word) < len(inside):
        return inside[int(word)], left[1:]
    if isinstance(inside, list) and "=" in word:
        # The value may have dots itself: the longest that fits is meant.
        for count in range(len(left), 0, -1):
            member, _, value = ".".join(left[:count]).partition("=")
            for entry in inside:
                if isinstance(entry, Mapping) and str(entry.get(member)) == value:
                    return entry, left[count:]
    return None, left
