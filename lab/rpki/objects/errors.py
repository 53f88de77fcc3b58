"""What is wrong with an object of the RPKI, and which text says so."""

from __future__ import annotations


class ObjectError(ValueError):
    """An object breaks its profile. `check` names the check that failed, `rfc` the text that demands it."""

    def __init__(self, check: str, message: str, rfc: str) -> None:
        super().__init__(check, message, rfc)
        self.check = check
        self.message = message
        self.rfc = rfc

    def __str__(self) -> str:
        return f"{self.message} ({self.rfc})"


def number_text(number: int) -> str:
    """An INTEGER for a message: one from a stranger may have more digits than Python agrees to write."""
    return str(number) if number.bit_length() <= 64 else f"a number of {number.bit_length()} bits"
