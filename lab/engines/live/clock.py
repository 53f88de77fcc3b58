"""The two clocks of a live lab: one to stamp what happened, one to measure how long something takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` gives UNIX time, which may be set back and forth; `monotonic` seconds that only pass."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
