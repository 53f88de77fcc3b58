"""What the checks of several kinds of step have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, shown
from lab.topology.step_model import StepModel


def exactly_one(draft: Draft, path: Path, body: StepModel, actions: Sequence[str]) -> Problem | None:
    """The problem that a step does not do exactly one of `actions`, members of its model."""
    given = [action for action in actions if getattr(body, action) is not None]
    if len(given) == 1:
        return None
    hint = "use several steps to do several things" if given else "a step does one of them"
    return draft.document.problem(path, f"expected exactly one of {', '.join(actions)}", hint)


def check_printable(draft: Draft, path: Path, text: str) -> Iterator[Problem]:
    """A text of a request must hold nothing that a terminal acts on."""
    if not all(character.isprintable() or character in "\n\t" for character in text):
        message = f"text holds a character that a terminal acts on: {shown(text)}"
        yield draft.document.problem(path, message, "remove it")
