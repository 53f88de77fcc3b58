"""Free space among prefixes that are taken."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence

from lab.bgp.prefix import WIDTH, Prefix


def first_free(within: Iterable[Prefix], length: int, taken: Iterable[Prefix]) -> Prefix | None:
    """The lowest prefix of `length` bits, in the first of `within` that has one free; None if none has.

    Free is what neither contains nor lies in one of `taken`.
    """
    in_order = sorted(taken)
    for block in within:
        of_its_kind = [each for each in in_order if each.version == block.version]
        if length >= block.length and (found := _first_free_in(block, length, of_its_kind)):
            return found
    return None


def overlap(one: Prefix, other: Prefix) -> bool:
    """Whether two prefixes share an address."""
    return one.covers(other) or other.covers(one)


def is_free(prefix: Prefix, taken: Sequence[Prefix]) -> bool:
    """Whether `prefix` shares no address with any of `taken`, which are in order and share none either."""
    place = bisect(taken, prefix)
    return not any(overlap(prefix, each) for each in taken[max(place - 1, 0) : place + 1])


def _first_free_in(block: Prefix, length: int, taken: list[Prefix]) -> Prefix | None:
    width = WIDTH[block.version]
    size = 1 << width - length
    end = block.value + (1 << width - block.length)
    start = block.value
    for each in taken:
        each_end = each.value + (1 << width - each.length)
        if each_end <= start:
            continue
        if each.value >= start + size:
            break
        start = -(-each_end // size) * size
    return Prefix(block.version, start, length) if start + size <= end else None
