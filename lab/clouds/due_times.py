"""When things are due."""

from __future__ import annotations

from collections.abc import Iterable


def earliest(times: Iterable[float | None]) -> float | None:
    """The first of some times; None if there is none."""
    return min((time for time in times if time is not None), default=None)
