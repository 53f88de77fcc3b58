"""What a model demands of values: enums, lengths, ranges and patterns, the same in every protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NoReturn

from lab.clouds.aws.wire.models import Shape, nearest
from lab.clouds.aws.wire.refusals import Reason, RefusedError, shown

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNREADABLE: Final = re.compile(r"\\p|.\^(?<!\[\^)")
"""In patterns of other dialects: Unicode classes, and anchors in the middle that nothing can match."""


def check(shape: Shape, value: Any, where: str) -> None:
    """Hold one value, a scalar or a list, against the constraints of its shape. Raises RefusedError."""
    if isinstance(value, str):
        _check_text(shape, value, where)
    if "min" in shape.metadata or "max" in shape.metadata:
        _check_size(shape, value, where)


def require(shape: Shape, sent: Mapping[str, Any], names: Mapping[str, str], where: str) -> None:
    """Raises RefusedError if a required member of a structure was not sent. `names` are those on the wire."""
    for member in shape.required_members:
        if member not in sent:
            raise RefusedError(
                Reason.MISSING_PARAMETER,
                f"The request must contain the parameter {where}{names[member]}",
            )


def refuse_value(shape: Shape, value: str, where: str, expected: str) -> NoReturn:
    """Raises RefusedError: the value, which is shown unless it is a secret, is none of this shape."""
    text = "not shown" if shape.metadata.get("sensitive") else shown(value)
    raise RefusedError(
        Reason.INVALID_VALUE, f"Value ({text}) for parameter {where} is invalid. Expected {expected}."
    )


def _check_text(shape: Shape, value: str, where: str) -> None:
    if _NOT_IN_XML.search(value):
        refuse_value(shape, value, where, "characters that XML 1.0 can carry")
    choices = shape.metadata.get("enum")
    if choices and value not in choices:
        hint = nearest(value, choices)
        refuse_value(shape, value, where, f"one of {', '.join(choices)}{hint}")
    pattern = _pattern(shape.metadata.get("pattern", ""))
    if pattern and not pattern.fullmatch(value):
        refuse_value(shape, value, where, f"text that matches {pattern.pattern}")


def _check_size(shape: Shape, value: Any, where: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    size = value if isinstance(value, int | float) else len(value)
    if (low is None or size >= low) and (high is None or size <= high):
        return
    unit = {"string": " characters", "blob": " bytes", "list": " items"}.get(shape.type_name, "")
    between = f"{low}{unit} or more" if high is None else f"{low or 0} to {high}{unit}"
    seen = f"{size} items" if isinstance(value, list) else str(value)
    refuse_value(shape, seen, where, between)


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    """None where there is no pattern, or one that only another dialect can read."""
    if not text or _UNREADABLE.search(text):
        return None
    return re.compile(text, re.ASCII)
