"""What the clouds want announced, held against what their speakers announce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.prefix import Prefix
from lab.engines.base import Engine

Wanted = Mapping[tuple[str, Prefix], Originate]
"""By speaker and prefix, how it is to be announced."""


@dataclass(frozen=True, slots=True)
class _Announcement:
    """How a prefix is announced for a cloud, and how it was before; None if it was not."""

    command: Originate
    before: Originate | None


class CloudAnnouncements:
    """Commands the difference, and remembers what was announced before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._announced: dict[tuple[str, Prefix], _Announcement] = {}

    def follow(self, wanted: Wanted) -> bool:
        """Have announced what is wanted, as it is wanted, and of the rest what was announced before.

        Returns whether anything changed. Raises EngineError where a speaker cannot be reached; what it was to
        do, it is told the next time.
        """
        ending = sorted(self._announced.keys() - wanted.keys())
        changing = sorted(key for key in wanted if wanted[key] != self._command(key))
        for key in ending:
            self._end(key)
        for key in changing:
            self._begin(key, wanted[key])
        return bool(ending or changing)

    def has(self, speaker: str, prefix: Prefix) -> bool:
        """Whether a speaker announces just this prefix because a cloud wants it to."""
        return (speaker, prefix) in self._announced

    def _command(self, key: tuple[str, Prefix]) -> Originate | None:
        return self._announced[key].command if key in self._announced else None

    def _begin(self, key: tuple[str, Prefix], command: Originate) -> None:
        speaker, prefix = key
        now = self._by_speaker(speaker, prefix)
        before = self._announced[key].before if key in self._announced else now
        if command != now:
            self._engine.apply(speaker, command)
        self._announced[key] = _Announcement(command, before)

    def _end(self, key: tuple[str, Prefix]) -> None:
        speaker, prefix = key
        announced = self._announced[key]
        if announced.before is None:
            self._engine.apply(speaker, StopOriginating(prefix))
        elif announced.before != announced.command:
            self._engine.apply(speaker, announced.before)
        del self._announced[key]

    def _by_speaker(self, speaker: str, prefix: Prefix) -> Originate | None:
        commands = self._engine.commands(speaker)
        return next(
            (each for each in commands if isinstance(each, Originate) and each.prefix == prefix), None
        )
