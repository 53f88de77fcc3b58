"""What one connection to the IRR has asked for so far, in either protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lab.registry.errors import RegistryError
from lab.registry.irr.making import SOURCES
from lab.registry.irr.queries import ALL_SOURCES
from lab.topology.problems import suggestion

IDLE_SECONDS: Final = 30.0
"""How long a client may be silent, or leave an answer untaken, unless it asks for more."""
MOST_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of one answer."""


@dataclass
class Connection:
    """`persistent` ones take many commands, others one. `sources` are those of the IRRd protocol: the five
    registries, without the RPKI unless a client asks for it."""

    persistent: bool = False
    closed: bool = False
    timeout: float = IDLE_SECONDS
    sources: tuple[str, ...] = SOURCES


def chosen_sources(words: str) -> tuple[str, ...]:
    """The sources of a list such as `ripe,arin`, upper and lower case alike, in its order: of as-sets with
    one name, that of the first source counts. Raises RegistryError."""
    chosen = tuple(dict.fromkeys(word.strip().upper() for word in words.split(",")))
    for word in chosen:
        if word not in ALL_SOURCES:
            raise RegistryError(f"there is no source {word!a}", suggestion(word, ALL_SOURCES))
    return chosen


def joined(texts: Iterable[str]) -> str:
    """Objects with an empty line between them, no line break at the end. Raises RegistryError where that is
    more than an answer may have."""
    taken: list[str] = []
    left = MOST_ANSWER
    for text in texts:
        left -= len(text.encode()) + 1
        if left < 0:
            raise RegistryError(f"the answer has more than {MOST_ANSWER} bytes", "ask for less")
        taken.append(text)
    return "\n".join(taken).rstrip("\n")
