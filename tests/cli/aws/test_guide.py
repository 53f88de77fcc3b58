"""docs/guides/aws-byoip.md is true: its commands are typed one after the other, and print what it shows."""

from __future__ import annotations

import re

import pytest
from support.guide import differences, pattern
from support.shell import CommandError

pytestmark = pytest.mark.live


@pytest.mark.seed(
    18, 24, 25, 26, 28, 29, 30, *range(33, 39), 40, 41, 43, 44, 45, 49, 51, 53, 55, 58, 60, 62, 63, 67, 69, 73
)  # fmt: skip
def test_the_commands_of_the_guide_print_what_it_shows(shell):
    wrong = differences("aws-byoip.md", shell)
    assert not wrong, "\n\n".join(wrong)


def test_what_is_shown_differently_is_noticed():
    assert re.search(pattern("a …\nc"), "x a b c y")
    assert not re.search(pattern('"State": "provisioned"'), '"State": "pending-provision"')


def test_a_command_that_fails_is_noticed(shell):
    with pytest.raises(CommandError, match="no such thing"):
        shell.run("echo no such thing >&2; false; true")
