"""Requests that were answered already."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

_SAME_SECOND: Final = 5.0
_MOST: Final = 100_000


@dataclass(slots=True)
class _Seen:
    first: float
    until: float
    senders: set[str] = field(default_factory=set)


class Replays:
    """Tells a request that is sent again from two equal ones.

    A signature has the resolution of a second, and clients do send two equal requests in one: a loop of
    `allocate-address`, or a retry after a lost connection. SDKs number each call and each attempt in headers
    that they do not sign. So a signature counts again while it is as fresh as that, and under another number
    only; the very same request never does.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def is_new(self, signature: str, sender: str, now: float, until: float) -> bool:
        """Whether to answer, and remember. `sender` is the number of call and attempt, `until` the time after
        which the signature is worth nothing anyway. Above 100 000 signatures the oldest is forgotten."""
        self._forget(now)
        seen = self._seen.setdefault(signature, _Seen(now, until))
        if sender in seen.senders or now > seen.first + _SAME_SECOND:
            return False
        seen.senders.add(sender)
        return True

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest].until >= now and len(self._seen) < _MOST:
                return
            self._seen.popitem(last=False)
