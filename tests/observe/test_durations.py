"""Lengths of time as people read them."""

from __future__ import annotations

import pytest

from lab.observe.durations import duration_text, exact_duration_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.0004, "1ms"),
        (0.25, "250ms"),
        (0.9996, "1s"),
        (59.6, "1m"),
        (852, "14m12s"),
        (18000, "5h"),
        (3660, "1h1m"),
        (88200, "1d30m"),
    ],
)
def test_a_duration_is_told_in_its_units(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (120, "2m"), (0.25, "250ms"), (1.5, "1.5 s"), (0.0005, "0.0005 s")]
)
def test_a_time_that_somebody_has_set_is_not_rounded(seconds: float, text: str) -> None:
    assert exact_duration_text(seconds) == text
