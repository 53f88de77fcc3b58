"""What a step did and whether an expectation held: plain data for reports, tests and people."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.events import Event
from lab.topology.steps import Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict: what was `expected`, what was `seen`, and the `evidence` that led there."""

    met: bool
    expected: str
    seen: str
    evidence: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step, what happened until the routes had settled, and the outcome if it was an expectation or the
    call of a cloud that ended otherwise than the step says.

    `text` is the step as it was carried out: with what was saved in place of each `$name`.
    """

    step: Step
    text: str
    events: tuple[Event, ...]
    outcome: Outcome | None = None

    @property
    def met(self) -> bool:
        """Whether nothing was expected, or what was expected held."""
        return self.outcome is None or self.outcome.met


@dataclass(frozen=True, slots=True)
class Report:
    """A scenario's results in order, and a sentence on each traffic that it watched.

    `left` is how many steps were not carried out: those after a failed call and, where there is an `error`,
    the step that made no sense and those after it.
    """

    name: str
    results: tuple[StepResult, ...]
    traffic: tuple[str, ...] = ()
    left: int = 0
    error: Exception | None = None

    @property
    def failures(self) -> tuple[StepResult, ...]:
        """The steps whose expectation did not hold, or whose call failed."""
        return tuple(result for result in self.results if not result.met)

    @property
    def expectations(self) -> int:
        """How many expectations were checked, a call that failed with them."""
        return sum(result.outcome is not None for result in self.results)
