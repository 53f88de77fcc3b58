"""The directory of a run: held from before anybody can see it until it is removed or its process ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.engines.base import MachineError
from lab.engines.live import run_directory
from lab.engines.live.cleanup import clean_up
from lab.engines.live.run_directory import RunDirectory, existing_runs, runs_root


@pytest.fixture(autouse=True)
def runtime_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine")


def test_a_run_is_held_from_its_creation_until_it_is_removed():
    run = RunDirectory.create()
    assert run.is_held
    assert run.holder == os.getpid()
    assert list(existing_runs()) == [run]
    run.remove()
    assert not run.is_held
    assert run.holder is None
    assert list(runs_root().iterdir()) == []


def test_cleaning_up_while_a_run_is_made_leaves_it_alone(monkeypatch):
    original = run_directory._hold

    def hold(path: Path):
        clean_up()
        file = original(path)
        clean_up()
        return file

    monkeypatch.setattr(run_directory, "_hold", hold)
    run = RunDirectory.create()
    clean_up()
    assert run.path.is_dir()
    assert run.is_held


def test_a_run_of_a_process_that_has_ended_is_not_held():
    program = "from lab.engines.live.run_directory import RunDirectory; print(RunDirectory.create().path)"
    made = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    run = RunDirectory.at(Path(made.stdout.strip()))
    assert run.path.is_dir()
    assert not run.is_held
    assert clean_up().lines == (f"removed {run.path}",)


def test_a_run_that_vanishes_while_it_is_looked_at_has_no_holder(monkeypatch):
    run = RunDirectory.create()
    original = run_directory.fcntl.flock

    def flock(file, how):
        run.path.rename(run.path.with_name("gone"))
        original(file, how)

    monkeypatch.setattr(run_directory.fcntl, "flock", flock)
    assert run.holder == os.getpid()  # it was, when it was looked at
    monkeypatch.undo()
    assert run.holder is None


def test_a_run_that_cannot_be_made_leaves_nothing(monkeypatch):
    def fail(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_directory, "_hold", fail)
    with pytest.raises(MachineError, match=r"cannot make .*: No space left on device"):
        RunDirectory.create()
    assert list(runs_root().iterdir()) == []
