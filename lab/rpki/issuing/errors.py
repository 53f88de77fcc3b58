"""Why the RPKI of a lab does not do what it is asked; nothing has changed then."""

from __future__ import annotations

from collections.abc import Iterable

from lab.topology.problems import suggestion


class IssuingError(ValueError):
    """Something cannot be signed, revoked or moved. `hint` says what could be done instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UnknownError(IssuingError):
    """What is named does not exist; `hint` names the nearest that does."""

    @classmethod
    def among(cls, message: str, name: str, choices: Iterable[str]) -> UnknownError:
        """`name` is none of `choices`."""
        return cls(message, suggestion(name, sorted(choices)))


class ConflictError(IssuingError):
    """It is there, or done, already."""


class RefusedError(IssuingError):
    """The RPKI does not allow it."""
