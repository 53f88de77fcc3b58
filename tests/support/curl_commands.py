"""The curl commands of Cloudflare's documents (tests/data/cloudflare), run as they stand but for the address
of the API and their placeholders."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.shell import Shell

DATA = Path(__file__).parent.parent / "data" / "cloudflare"
BASE = "https://api.cloudflare.com/client/v4"
_PAGE = re.compile(r"^## (.*)$", re.M)


class CurlCommands:
    """The commands, in the order of their page; each is taken once."""

    def __init__(self, shell: Shell) -> None:
        parts = _PAGE.split((DATA / "byoip-commands.txt").read_text(encoding="utf-8"))[1:]
        self._left = [
            (page, command.strip())
            for page, text in zip(parts[::2], parts[1::2], strict=True)
            for command in re.split(r"\n\n+", text.strip())
        ]
        self._shell = shell

    @property
    def left(self) -> list[tuple[str, str]]:
        """Those that were not run yet, with their pages."""
        return self._left

    def next(self, page: str, has: str, placeholders: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON to the next command of a page, which has some words in it.

        Each placeholder must be in the command.
        """
        index, command = next(
            (index, each) for index, (place, each) in enumerate(self._left) if place == page
        )
        del self._left[index]
        assert has in command, (has, command)
        assert BASE in command
        filled = command.replace(BASE, "$CLOUDFLARE_BASE_URL")
        for placeholder, value in (placeholders or {}).items():
            assert placeholder in filled, (placeholder, filled)
            filled = filled.replace(placeholder, value)
        return json.loads(self._shell.run(filled))
