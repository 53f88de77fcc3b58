"""docs/guides/aws-byoip.md is true: its commands are typed one after the other, and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.shell import CommandError

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "aws-byoip.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.M | re.S)

pytestmark = pytest.mark.live


def pattern(shown):
    """What output looks like that is shown so: `…` is anything, and any white space is like any other."""
    return ".*?".join(re.escape(part.strip()) for part in " ".join(shown.split()).split("…"))


@pytest.mark.seed(
    18, 24, 25, 26, 28, 29, 30, *range(33, 39), 40, 41, 43, 44, 45, 49, 51, 53, 55, 58, 60, 62, 63, 67, 69, 73
)  # fmt: skip
def test_the_commands_of_the_guide_print_what_it_shows(shell):
    wrong, printed = [], ""
    for kind, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if kind == "sh":
            printed = " ".join(shell.run(text, errors=True).split())
        elif not re.search(pattern(text), printed):
            wrong.append(f"expected\n{text}\nprinted\n{printed}")
    assert not wrong, "\n\n".join(wrong)


def test_what_is_shown_differently_is_noticed():
    assert re.search(pattern("a …\nc"), "x a b c y")
    assert not re.search(pattern('"State": "provisioned"'), '"State": "pending-provision"')


def test_a_command_that_fails_is_noticed(shell):
    with pytest.raises(CommandError, match="no such thing"):
        shell.run("echo no such thing >&2; false; true")
