"""RPSL as text: attributes of several lines, and objects apart from each other (RFC 2622 section 2).

Only the form: which attributes an object has is `lab.registry.irr.objects`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lab.registry.errors import RegistryError

MOST_TEXT: Final = 4 * 1024 * 1024
"""Characters that are read at once."""

_COLUMN: Final = 16
"""Where values begin, as the registries print them."""
_ATTRIBUTE: Final = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):(.*)", re.DOTALL)
_BLANKS: Final = " \t"
_CONTINUED: Final = (" ", "\t", "+")


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name` in lower case, and at least one line without blanks at its ends."""

    name: str
    lines: tuple[str, ...]

    @property
    def value(self) -> str:
        """The value of an attribute that is no text: one line, comments left out (RFC 2622 section 2)."""
        parts = (line.partition("#")[0].strip(_BLANKS) for line in self.lines)
        return " ".join(part for part in parts if part)


def write(attributes: Iterable[Attribute]) -> str:
    """One object as text, each line ended. Lines after an attribute's first are continuation lines; an empty
    one is a plus sign, since an empty line would end the object."""
    return "".join(line + "\n" for attribute in attributes for line in _written(attribute))


def read(text: str) -> tuple[tuple[Attribute, ...], ...]:
    """The objects in a text, which empty lines keep apart. Lines that begin with `%` or `#` are remarks of
    whoever sent it. Raises RegistryError with the number of the line that is none of RPSL."""
    if len(text) > MOST_TEXT:
        raise RegistryError(f"the text has {len(text)} characters; expected at most {MOST_TEXT}")
    objects: list[tuple[Attribute, ...]] = []
    current: list[tuple[str, list[str]]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.startswith(("%", "#")):
            continue
        if line.strip(_BLANKS):
            _read_line(number, line, current)
        elif current:
            objects.append(_finished(current))
            current = []
    if current:
        objects.append(_finished(current))
    return tuple(objects)


def _written(attribute: Attribute) -> Iterator[str]:
    yield f"{attribute.name + ':':<{_COLUMN}}{attribute.lines[0]}".rstrip(_BLANKS)
    for line in attribute.lines[1:]:
        yield f"{'':<{_COLUMN}}{line}" if line else "+"


def _read_line(number: int, line: str, current: list[tuple[str, list[str]]]) -> None:
    if line.startswith(_CONTINUED):
        if not current:
            raise RegistryError(f"line {number} continues an attribute, and there is none before it")
        current[-1][1].append(line[1:].strip(_BLANKS))
        return
    match = _ATTRIBUTE.fullmatch(line)
    if match is None:
        raise RegistryError(
            f"line {number} is none of RPSL: {line[:60]!a}",
            "expected an attribute such as 'origin: AS64496', or a line that begins with a blank, a tab or +",
        )
    current.append((match[1].lower(), [match[2].strip(_BLANKS)]))


def _finished(current: list[tuple[str, list[str]]]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, tuple(lines)) for name, lines in current)
