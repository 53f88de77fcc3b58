"""What the clouds want announced, held against what their speakers announce."""

from __future__ import annotations

from collections.abc import Mapping

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.prefix import Prefix
from lab.engines.base import Engine

Wanted = Mapping[tuple[str, Prefix], Originate]
"""By speaker and prefix, how it is to be announced."""


class CloudAnnouncements:
    """Commands the difference, and remembers what is announced for the clouds only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._announced: dict[tuple[str, Prefix], tuple[Originate, bool]] = {}
        """How, and whether the speaker announces it for the clouds only."""

    def follow(self, wanted: Wanted) -> bool:
        """Have announced what is wanted, as it is wanted, and nothing else of it any more.

        Returns whether anything changed.
        """
        ending = sorted(self._announced.keys() - wanted.keys())
        changing = sorted(key for key in wanted if wanted[key] != self._command(key))
        for speaker, prefix in ending:
            _, for_clouds_only = self._announced[speaker, prefix]
            if for_clouds_only:
                self._engine.apply(speaker, StopOriginating(prefix))
            del self._announced[speaker, prefix]
        for key in changing:
            self._begin(key, wanted[key])
        return bool(ending or changing)

    def has(self, speaker: str, prefix: Prefix) -> bool:
        """Whether a speaker announces just this prefix because a cloud wants it to."""
        return (speaker, prefix) in self._announced

    def _command(self, key: tuple[str, Prefix]) -> Originate | None:
        return self._announced[key][0] if key in self._announced else None

    def _begin(self, key: tuple[str, Prefix], command: Originate) -> None:
        speaker, _ = key
        is_new = command not in self._engine.commands(speaker)
        if is_new:
            self._engine.apply(speaker, command)
        self._announced[key] = (command, is_new)
