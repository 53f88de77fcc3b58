"""One bash for several commands, as a person has it: variables and files of one are there for the next."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

CLEAN = ("AWS_", "CLOUDFLARE_", "ACCOUNT_ID", "WHOIS_", "DNS_", "LAB")
"""How variables begin that somebody may have set for use of their own."""
RETURNS = "\n" * 20
"""What is typed by whoever answers all questions with Return."""


class CommandError(Exception):
    """A command failed; the message has it, and what it printed."""


class Shell:
    """bash with `set -eu` in `directory`, with the commands `lab` and `aws` of this Python."""

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        kept = {name: value for name, value in os.environ.items() if not name.startswith(CLEAN)}
        commands = Path(sys.executable).parent
        self._environment = {
            **kept,
            "PATH": f"{commands}:{os.environ['PATH']}",
            "HOME": str(directory),  # nobody's AWS profile
            "COLUMNS": "200",
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._directory,
            env=self._environment,
        )
        self._tell("set -eu\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bash.kill()
        self._bash.communicate()

    def run(self, commands: str, typed: str = "", *, errors: bool = False) -> str:
        """What the commands print, with what they say to standard error if `errors`. `typed` is their input.

        Raises CommandError if one fails, which ends the shell.
        """
        files = {name: self._directory / f".shell-{name}" for name in ("in", "out", "err")}
        files["in"].write_text(typed)
        target = "2>&1" if errors else f"2>'{files['err']}'"
        self._tell(f"{{ {commands}\n}} <'{files['in']}' >'{files['out']}' {target}\necho done\n")
        assert self._bash.stdout is not None
        ended = self._bash.stdout.readline() == "done\n"
        out = files["out"].read_text()
        if not ended:
            said = "" if errors else files["err"].read_text()
            raise CommandError(f"{commands}\n{out}{said}")
        return out

    def _tell(self, text: str) -> None:
        assert self._bash.stdin is not None
        self._bash.stdin.write(text)
        self._bash.stdin.flush()
