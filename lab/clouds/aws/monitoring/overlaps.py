"""Which CIDRs share addresses with another one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

from lab.bgp.prefix import Prefix

K = TypeVar("K", bound=Hashable)


def overlapping(cidrs: Iterable[tuple[Prefix, K]]) -> set[K]:
    """The keys of those prefixes that contain another one, or lie in one, or are equal to one.

    In order, a prefix comes right after those that cover it: so a stack of covering ones is all it takes.
    """
    found: set[K] = set()
    around: list[tuple[Prefix, K]] = []
    for prefix, key in sorted(cidrs, key=lambda each: each[0]):
        while around and not around[-1][0].covers(prefix):
            around.pop()
        if around:
            found |= {around[-1][1], key}
        around.append((prefix, key))
    return found
