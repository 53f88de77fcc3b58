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


def _kill_nobody_elses(run_id=None, session=None, spare_living=False):
    """What dead labs left elsewhere on this machine is no business of these tests."""
    from lab.engines.live.labelled_processes import kill_labelled

    return Counter() if run_id is None else kill_labelled(run_id, session, spare_living)
