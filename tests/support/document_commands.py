"""The command lines of AWS's documents (tests/data/aws), run as they stand but for their placeholders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.shell import Shell

DATA = Path(__file__).parent.parent / "data" / "aws"


class Document:
    """A document's commands, by the words they begin with."""

    def __init__(self, name: str, shell: Shell) -> None:
        lines = (DATA / name).read_text(encoding="utf-8").splitlines()
        self._commands = [line for line in lines if line and not line.startswith("#")]
        self._unused = set(self._commands)
        self._shell = shell

    def run(self, words: str, replace: Mapping[str, str] | None = None, typed: str = "") -> str:
        """What the command that begins with `words` prints, with its placeholders replaced.

        Of several it is the shortest. Each placeholder must be in it.
        """
        command = min((each for each in self._commands if each.startswith(words)), key=len)
        self._unused.discard(command)
        filled = command
        for placeholder, value in (replace or {}).items():
            assert placeholder in filled, (placeholder, filled)
            filled = filled.replace(placeholder, value)
        return self._shell.run(filled, typed)

    def answer(self, words: str, replace: Mapping[str, str] | None = None) -> Any:
        """The same, for a command that prints JSON or nothing."""
        return json.loads(self.run(words, replace) or "{}")

    @property
    def unused(self) -> set[str]:
        """The commands that were not run yet."""
        return self._unused
