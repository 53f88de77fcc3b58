"""How many examples a property gets: all of them in a whole run, a few in the fast one (--unit)."""

from __future__ import annotations

from hypothesis import settings

WHOLE = 100
"""Examples of a property that asks for no number, in a whole run: hypothesis's own default."""

FAST = 10
"""The same in the fast run."""

LEAST = 3


def register_profiles() -> None:
    """The profiles "whole" and "fast". In neither is a property judged by the time it takes."""
    settings.register_profile("whole", deadline=None, max_examples=WHOLE)
    settings.register_profile("fast", deadline=None, max_examples=FAST)


def examples(whole: int) -> int:
    """`max_examples` for a property that gets `whole` in a whole run; in the fast one the same share of it.

    Profiles are chosen before tests are imported, so this may stand in a decorator.
    """
    return max(LEAST, whole * settings().max_examples // WHOLE)
