"""The command `lab` in this process, with a run directory of its own so that it sees no other lab."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from support.command_line import run_lab
from support.shell import Shell


class Result(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def data(self):
        """What it printed as JSON."""
        return json.loads(self.out)


@pytest.fixture
def lab_command(capfd):
    """`lab_command(*arguments)` runs `lab` with them."""

    def run(*arguments) -> Result:
        capfd.readouterr()
        code = run_lab(arguments)
        return Result(code, *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def runtime_directory():
    """$XDG_RUNTIME_DIR for the tests of a module, on a path short enough for sockets; no Docker engine."""
    path = Path(tempfile.mkdtemp(prefix="lab"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(path))
        patch.setenv("DOCKER_HOST", f"unix://{path}/no-engine")
        patch.delenv("LAB", raising=False)
        patch.setattr("lab.engines.live.cleanup.kill_labelled", _kill_nobody_elses)
        yield path
    shutil.rmtree(path)


@pytest.fixture
def shell(tmp_path, runtime_directory):
    """A shell; no lab is left after it."""
    with Shell(tmp_path) as shell:
        yield shell
    with Shell(tmp_path) as another:
        another.run("lab down")


def _kill_nobody_elses(run_id=None, session=None, spare_living=False):
    """What dead labs left elsewhere on this machine is no business of these tests."""
    from lab.engines.live.labelled_processes import kill_labelled

    return Counter() if run_id is None else kill_labelled(run_id, session, spare_living)


class Asked(list):
    """What a lab is asked and how long the asker waits; it answers with `answers`."""

    answers = None

    def answer(self, directory, request, timeout=120.0):
        self.append((request, timeout))
        return {"text": "done", "events": []} if {"do", "what_if"} & request.keys() else self.answers


@pytest.fixture
def asked(monkeypatch):
    """The questions to a lab that only pretends to run."""
    found = Asked()
    monkeypatch.setattr("lab.cli.runs.find_run", lambda wanted: Path("run"))
    monkeypatch.setattr("lab.scenario.asking.ask", found.answer)
    return found
