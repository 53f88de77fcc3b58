"""The three intervals that a cache asks its routers to use (RFC 8210 section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RANGES: Final = {"refresh": (1, 86400), "retry": (1, 7200), "expire": (600, 172800)}
"""Allowed values, in seconds."""


@dataclass(frozen=True, slots=True)
class Timers:
    """Seconds between polls, between retries of a failed one, and until data expire without a successful one.

    Raises ValueError for values outside `RANGES`, and for data that would expire before the next poll.
    """

    refresh: int = 3600
    retry: int = 600
    expire: int = 7200

    def __post_init__(self) -> None:
        for name, (least, most) in RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"the {name} interval is from {least} to {most} seconds, not {value}")
        if self.expire <= max(self.refresh, self.retry):
            raise ValueError(
                f"the expire interval ({self.expire} s) has to be larger than the refresh interval "
                f"({self.refresh} s) and the retry interval ({self.retry} s)"
            )

    @classmethod
    def nearest(cls, refresh: int, retry: int, expire: int) -> Timers:
        """What a cache asked for, moved into the ranges where it is outside them."""
        given = {"refresh": refresh, "retry": retry, "expire": expire}
        moved = {name: min(max(given[name], least), most) for name, (least, most) in RANGES.items()}
        moved["expire"] = max(moved["expire"], moved["refresh"] + 1, moved["retry"] + 1)
        return cls(**moved)
