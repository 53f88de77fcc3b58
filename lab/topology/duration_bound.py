"""A bound on a duration, as an expectation writes it: `0s`, `< 30s`, `> 10m`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import WithJsonSchema

from lab.topology.problems import shown
from lab.topology.scalar_forms import ScalarError, text_form
from lab.topology.scalars import parse_duration

_BOUND: Final = re.compile(r"\s*(<=|>=|<|>|=)?\s*([0-9.]{1,16}(?:ms|s|m|h|d))\s*", re.ASCII)
_EQUAL_WITHIN: Final = 0.0005
_EXAMPLES: Final = "'0s', '< 30s' or '> 10m'"


@dataclass(frozen=True, slots=True)
class DurationBound:
    """`operator` is one of < <= = >= >. Durations are equal that differ by less than a millisecond."""

    operator: str
    seconds: float

    def holds(self, seconds: float) -> bool:
        """Whether `seconds` is within the bound."""
        return {
            "<": seconds < self.seconds,
            "<=": seconds <= self.seconds,
            "=": abs(seconds - self.seconds) < _EQUAL_WITHIN,
            ">=": seconds >= self.seconds,
            ">": seconds > self.seconds,
        }[self.operator]


def parse_duration_bound(text: str) -> DurationBound:
    """A bound from `< 30s`, `>= 10m` or `0s`. Raises ScalarError."""
    match = _BOUND.fullmatch(text)
    if match is None:
        unit = re.search(r"[0-9]\s*$", text)
        hint = f"write '{text.strip()}s' for seconds" if unit else ""
        raise ScalarError(f"{shown(text)} is not a bound on a time; expected for example {_EXAMPLES}", hint)
    return DurationBound(match[1] or "=", parse_duration(match[2]))


DurationBoundText = Annotated[
    DurationBound,
    text_form(f"a bound on a time such as {_EXAMPLES}", parse_duration_bound, DurationBound),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_BOUND.pattern}$", "examples": ["0s", "< 30s", "> 10m"]}
    ),
]
