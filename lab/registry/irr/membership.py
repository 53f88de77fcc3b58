"""Which ASes an as-set stands for: its members, their members, and so on (RFC 2622 section 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lab.registry.irr.names import as_number
from lab.registry.irr.records import AsSet


def expand(word: str, find: Callable[[str], AsSet | None]) -> frozenset[int]:
    """The AS numbers behind an AS number or the name of an as-set. `find` looks a set up by its name in
    upper case.

    Sets may contain each other, and themselves. One that nobody has defined contributes nothing.
    """
    numbers: set[int] = set()
    seen: set[str] = set()
    waiting = [word.strip().upper()]
    while waiting:
        name = waiting.pop()
        number = as_number(name)
        if number is not None:
            numbers.add(number)
        elif name not in seen:
            seen.add(name)
            found = find(name)
            waiting.extend(found.members if found else ())
    return frozenset(numbers)


def sets_with(asn: int, sets: Iterable[AsSet], find: Callable[[str], AsSet | None]) -> tuple[str, ...]:
    """The names of the sets that stand for `asn` among others, in alphabetical order."""
    return tuple(sorted({each.name for each in sets if asn in expand(each.name, find)}))
