"""Lengths of time for people."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def duration_text(seconds: float) -> str:
    """Seconds as `5h`, `14m12s` or `1d30m`, to the second; below one as `250ms`."""
    if 0 < seconds < 1:
        return f"{max(1, round(seconds * 1000))}ms" if seconds < 0.9995 else "1s"
    left = round(seconds)
    parts = []
    for size, unit in _UNITS:
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"


def exact_duration_text(seconds: float) -> str:
    """Like `duration_text`, but not rounded: a time that somebody has set. `1.5 s` where it is not whole."""
    unit = 1 if seconds >= 1 else 1000
    return duration_text(seconds) if seconds * unit == round(seconds * unit) else f"{seconds:.12g} s"
