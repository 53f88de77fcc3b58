"""Why a registry does not change what it is asked to change; nothing has changed then."""

from __future__ import annotations


class RegistryError(ValueError):
    """A registry does not know, allow or understand it. `hint` says what could be done instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message
