"""The command `lab` in this process."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from typer.main import get_command

from lab.cli.app import app
from lab.cli.main import guarded

_lab = cache(lambda: get_command(app))
"""Made once: typer reads the signatures of all commands anew whenever its application is called."""


def run_lab(arguments: Iterable[object]) -> int:
    """Run `lab` with these arguments, as text; its exit code."""
    return guarded(lambda: _lab()([str(each) for each in arguments]))
