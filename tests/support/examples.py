"""How many examples a property gets: many in a whole run, a few in the fast one (--unit)."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
"""Examples of a property that asks for no number: hypothesis's own default."""

WHOLE = 50
"""The same in a whole run, which CI has 25 minutes for."""

FAST = 10
"""The same in the fast run."""

LEAST = 3


def register_profiles() -> None:
    """The profiles "whole" and "fast". In neither is a property judged by the time it takes."""
    settings.register_profile("whole", deadline=None, max_examples=WHOLE)
    settings.register_profile("fast", deadline=None, max_examples=FAST)


def examples(usual: int) -> int:
    """`max_examples` for a property that needs `usual` where others get USUAL: in a run, its share of them.

    Profiles are chosen before tests are imported, so this may stand in a decorator.
    """
    return max(LEAST, usual * settings().max_examples // USUAL)
