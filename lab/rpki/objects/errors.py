"""What is wrong with an object of the RPKI, and which text says so."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 1000
"""Characters of a message. What strangers chose is in it, and is kept and shown for every object."""


class ObjectError(ValueError):
    """An object breaks its profile. `check` names the check that failed, `rfc` the text that demands it.

    `message` is printable and at most `LONGEST` characters long, whatever it was made from.
    """

    def __init__(self, check: str, message: str, rfc: str) -> None:
        message = printable(message, LONGEST)
        super().__init__(check, message, rfc)
        self.check = check
        self.message = message
        self.rfc = rfc

    def __str__(self) -> str:
        return f"{self.message} ({self.rfc})"


def printable(text: str, most: int) -> str:
    """`text` for people: at most `most` characters, and none that controls a terminal."""
    cut = text if len(text) <= most else f"{text[: most - 3]}..."
    return cut if cut.isprintable() else "".join(each if each.isprintable() else "?" for each in cut)


def number_text(number: int) -> str:
    """An INTEGER for a message: one from a stranger may have more digits than Python agrees to write."""
    return str(number) if number.bit_length() <= 64 else f"a number of {number.bit_length()} bits"
