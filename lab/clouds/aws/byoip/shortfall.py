"""One thing that is missing before a range can be brought."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`rule` is the word for what was looked at (`registration`, `holder`, `status`, `reputation`,
    `certificate`, `message`, `signature` or `roa`); `text` names what was seen and what was expected."""

    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"
