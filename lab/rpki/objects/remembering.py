"""Remembering what follows from some octets: most values are the same in many objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")
_ENTRIES: Final = 1024
MAX_SIZE: Final = 4096
"""In octets. Larger values are parsed each time: strangers choose them, and all must fit into memory."""


def remembered(work: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """`work`, which depends on nothing but its argument, with a memory."""
    recall = lru_cache(maxsize=_ENTRIES)(work)

    @wraps(work)
    def work_or_recall(value: bytes) -> T:
        return recall(value) if len(value) <= MAX_SIZE else work(value)

    return work_or_recall
