"""What is wrong with a file: collected as data, shown as text for people."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

PathKey = str | int
Path = tuple[PathKey, ...]

PRINTED_MOST: Final = 50
_PLAIN_KEY: Final = re.compile("[A-Za-z0-9_-]+")
_SHOWN_MOST: Final = 60
_NEAREST_LOOKS_AT: Final = 40
_NEAREST_AMONG: Final = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` and `column` count from 1; `path` is the keys and indices to it.

    `message` says what is wrong and what was expected, `hint` how to mend it.
    """

    file: str
    message: str
    line: int | None = None
    column: int | None = None
    path: Path = ()
    hint: str = ""

    def __str__(self) -> str:
        place = [printable(self.file)]
        if self.line is not None:
            place.append(str(self.line))
            if self.column is not None:
                place.append(str(self.column))
        where = f"{path_text(self.path)}: " if self.path else ""
        text = f"{':'.join(place)}: {where}{printable(self.message)}"
        return f"{text}\n    {printable(self.hint)}" if self.hint else text


class TopologyError(Exception):
    """A file cannot be used. `problems` holds everything found in it, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_order))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return format_problems(self.problems)


def format_problems(problems: Sequence[Problem]) -> str:
    """The problems as text for a terminal: at most 50 of them, and no control character from the file."""
    lines = [str(problem) for problem in problems[:PRINTED_MOST]]
    if len(problems) > PRINTED_MOST:
        lines.append(f"… and {len(problems) - PRINTED_MOST} more")
    lines.append("1 problem" if len(problems) == 1 else f"{len(problems)} problems")
    return "\n".join(lines)


def path_text(path: Path) -> str:
    """A path as people write it: `ases.transit-a.rov`, `links[2].delay`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            word = key if _PLAIN_KEY.fullmatch(key) else ascii(key)
            text += ("." if text else "") + (word if len(word) <= _SHOWN_MOST else f"{word[:_SHOWN_MOST]}…")
    return text


def shown(value: Any) -> str:
    """A value of the file for a message: short, quoted, with everything outside printable ASCII escaped."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str() if len(value) > _SHOWN_MOST:
            return f"{value[:_SHOWN_MOST]!a}… ({len(value)} characters)"
        case _:
            return ascii(value)


def printable(text: str) -> str:
    """`text` on one line, with every character that a terminal would act on escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def foreign_character(text: str) -> str | None:
    """The first character outside printable ASCII by code point and name, if there is one."""
    for character in text:
        if not (character.isascii() and character.isprintable()):
            control = unicodedata.category(character) == "Cc"
            name = "a control character" if control else unicodedata.name(character, "no character").lower()
            return f"U+{ord(character):04X} ({name})"
    return None


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like `word`, if any is like it."""
    word = word[:_NEAREST_LOOKS_AT].lower()
    by_lower = {choice.lower(): choice for choice in choices}
    if len(by_lower) > _NEAREST_AMONG:  # comparing is slow, and a file can hold thousands of wrong names
        alike = (lower for lower in by_lower if lower[:1] == word[:1])
        by_lower = {lower: by_lower[lower] for lower in itertools.islice(alike, _NEAREST_AMONG)}
    found = difflib.get_close_matches(word, list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def suggestion(word: object, choices: Iterable[str], what: str = "expected one of") -> str:
    """A hint: the nearest choice when one is near, else the choices."""
    choices = list(choices)
    near = nearest(word, choices) if isinstance(word, str) else None
    if near is not None:
        return f"did you mean {near!r}?"
    more = f" and {len(choices) - 12} more" if len(choices) > 12 else ""
    return f"{what}: {', '.join(choices[:12])}{more}" if choices else ""


def _order(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line or 0, problem.column or 0
