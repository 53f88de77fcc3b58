"""The text of a comment as a registry takes it: lines of printable characters, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lab.registry.errors import RegistryError

MAX_LINE: Final = 4096
"""Characters of a line. The RIRs publish no bound; a certificate without newlines has to fit."""
MAX_LINES: Final = 500
"""Lines of one field. The RIRs publish no bound."""

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


def comment_lines(text: str | Iterable[str], charset: str) -> tuple[str, ...]:
    """The lines of a comment, without blanks at their ends and empty lines before and after.

    Raises RegistryError for an empty one, one that is too large, and characters that cannot be printed or
    are not in `charset`.
    """
    pieces = [text] if isinstance(text, str) else text
    lines = [line.strip(" \t") for piece in pieces for line in _LINE_BREAK.split(piece)]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    if not lines:
        raise RegistryError("the comment is empty")
    check_line_count(len(lines))
    for number, line in enumerate(lines, 1):
        _check_line(number, line, charset)
    return tuple(lines)


def check_line_count(count: int) -> None:
    """Raises RegistryError if a field cannot have so many lines."""
    if count > MAX_LINES:
        raise RegistryError(f"the comment would have {count} lines; a field takes at most {MAX_LINES}")


def _check_line(number: int, line: str, charset: str) -> None:
    if len(line) > MAX_LINE:
        raise RegistryError(
            f"line {number} of the comment has {len(line)} characters; expected at most {MAX_LINE}"
        )
    for character in line:
        if not character.isprintable() and character != "\t":
            raise RegistryError(
                f"line {number} of the comment has U+{ord(character):04X}, which cannot be printed"
            )
    try:
        line.encode(charset)
    except UnicodeEncodeError as error:
        raise RegistryError(
            f"line {number} of the comment has {line[error.start]!r}; this registry writes {charset} only"
        ) from None
