"""A call of a cloud's API that a step makes, and whether it ended as the step says."""

from __future__ import annotations

from typing import Final

from lab.bgp.events import Event
from lab.scenario.lab import Lab, LabError
from lab.scenario.outcomes import Outcome

_EVIDENCE: Final = 12
"""How many events, at the most, a failed call shows."""


class CallFailedError(LabError):
    """A call was refused that was to succeed, or the other way round, or with another code.

    `outcome` is what was expected and seen.
    """

    def __init__(self, text: str, outcome: Outcome) -> None:
        super().__init__(text)
        self.outcome = outcome


def refused(lab: Lab, call: str, said: str, code: int | str | None, about: type[Event]) -> CallFailedError:
    """The error for a `call` that was refused with what is `said`; `code` is the one it was to be refused
    with, None where it was to succeed. What led there are the last events of the kind `about`."""
    text = f"{call}: {said}" + (f"; expected {code}" if code is not None else "")
    return CallFailedError(text, Outcome(False, _expected(call, code), said, _evidence(lab, about)))


def succeeded(lab: Lab, call: str, code: int | str, about: type[Event]) -> CallFailedError:
    """The error for a `call` that succeeded and was to be refused with `code`."""
    text = f"{call} succeeded; expected it to be refused with {code}"
    return CallFailedError(text, Outcome(False, _expected(call, code), "it succeeded", _evidence(lab, about)))


def _expected(call: str, code: int | str | None) -> str:
    return f"{call} succeeds" if code is None else f"{call} is refused with {code}"


def _evidence(lab: Lab, about: type[Event]) -> tuple[Event, ...]:
    return tuple([event for event in lab.timeline if isinstance(event, about)][-_EVIDENCE:])
