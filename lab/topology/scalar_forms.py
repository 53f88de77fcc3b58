"""What the scalars of a file are made of: text that is parsed, a word of a list, text that matches a pattern.

Each gives what stands in an `Annotated` after the type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from lab.topology.problems import foreign_character, shown, suggestion

FROM_FILE: Final = "from a file"
"""The validation context under which only what can be written in a file is accepted."""

_LONGEST_TEXT: Final = 100


class ScalarError(ValueError):
    """A scalar is not what was expected; `hint` says how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def text_form(
    kind: str, parse: Callable[[str], Any], parsed: type, longest: int = _LONGEST_TEXT
) -> BeforeValidator:
    """What is written as ASCII text; models made in code may also pass the `parsed` type."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            if len(value) > longest:
                raise ScalarError(f"expected {kind}, got {shown(value)}")
            if found := foreign_character(value):
                raise ScalarError(
                    f"expected {kind}, got {shown(value)}", f"it holds {found}; only ASCII is allowed"
                )
            return parse(value)
        if info.context != FROM_FILE and isinstance(value, parsed):
            return value
        raise ScalarError(f"expected {kind}, got {shown(value)}")

    return BeforeValidator(validate)


def word_form(what: str, words: Iterable[str]) -> tuple[BeforeValidator, WithJsonSchema]:
    """One of `words`."""
    choices = list(words)

    def validate(value: Any) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise ScalarError(f"{shown(value)} is not {what}", suggestion(value, choices))

    return BeforeValidator(validate), WithJsonSchema({"type": "string", "enum": choices})


def pattern_form(kind: str, pattern: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """A text that matches `pattern` as a whole."""

    def parse(text: str) -> str:
        if re.fullmatch(pattern, text, re.ASCII) is None:
            raise ScalarError(f"expected {kind}, got {shown(text)}")
        return text

    return text_form(kind, parse, str), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})
