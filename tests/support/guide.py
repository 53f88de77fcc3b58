"""Guides that are true: their commands are typed one after the other, and print what they show."""

from __future__ import annotations

import re
from pathlib import Path

from support.shell import Shell

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.M | re.S)


def pattern(shown: str) -> str:
    """What output looks like that is shown so: `…` is anything, and any white space is like any other."""
    return ".*?".join(re.escape(part.strip()) for part in " ".join(shown.split()).split("…"))


def differences(guide: str, shell: Shell) -> list[str]:
    """Type all commands of a guide, and return what they print otherwise than it shows."""
    wrong, printed = [], ""
    for kind, text in _BLOCK.findall((GUIDES / guide).read_text(encoding="utf-8")):
        if kind == "sh":
            printed = " ".join(shell.run(text, errors=True).split())
        elif not re.search(pattern(text), printed):
            wrong.append(f"expected\n{text}\nprinted\n{printed}")
    return wrong
