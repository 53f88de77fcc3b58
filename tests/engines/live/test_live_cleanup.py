"""What is left of a lab: nothing, however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
from support.live_lab import topology_of

from lab.engines.live.cleanup import clean_up
from lab.engines.live.ending_signals import ENDING_SIGNALS
from lab.engines.live.engine import LiveEngine
from lab.engines.live.labelled_processes import kill_labelled, labelled_processes
from lab.engines.live.process_driver import ProcessDriver
from lab.engines.live.run_directory import RUN_LABEL, RunDirectory, runs_root

pytestmark = pytest.mark.live

LAB = """
import sys, time
from support.live_lab import topology_of
from lab.engines.live.ending_signals import ENDING_SIGNALS
from lab.engines.live.engine import LiveEngine
from lab.engines.live.process_driver import ProcessDriver
with LiveEngine(topology_of("one -> two"), ProcessDriver()) as engine:
    print(engine.run.run_id, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lab_process():
    """A lab in a process of its own: the process and the run's id."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        [sys.executable, "-c", LAB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    run_id = process.stdout.readline().strip()
    assert len(run_id) == 8
    yield process, run_id
    process.kill()
    process.communicate()
    kill_labelled(run_id)
    RunDirectory(run_id, runs_root() / run_id).remove()


@pytest.fixture
def decoy():
    """A process of this user that looks like a speaker but carries another run's label, and one with none."""
    command = [
        sys.executable,
        "-c",
        "import sys; print('up', flush=True); sys.stdin.read()",
        "exabgp",
        "agent.py",
    ]
    others = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **more})
        for more in ({RUN_LABEL: "another!"}, {})
    ]
    for other in others:
        other.stdout.readline()
    yield others
    for other in others:
        other.kill()
        other.communicate()


def test_a_lab_killed_outright_leaves_speakers_that_clean_up_ends_and_nothing_else(lab_process, decoy):
    process, run_id = lab_process
    process.kill()
    process.wait()
    # ExaBGP and agent of two speakers and the collector; the nursery ends by itself, sooner or later
    assert len(list(labelled_processes(run_id))) in (6, 7)
    first_line = clean_up(run_id).lines[0]  # an agent may have ended by itself when its ExaBGP did
    assert re.fullmatch(rf"ended [3-7] processes of run {run_id}", first_line)
    assert not list(labelled_processes(run_id))
    assert not (runs_root() / run_id).exists()
    assert [other.poll() for other in decoy] == [None, None]
    assert clean_up(run_id).lines == ()


def test_clean_up_finds_the_speakers_of_a_run_whose_directory_is_gone(lab_process):
    process, run_id = lab_process
    process.kill()
    process.wait()
    RunDirectory(run_id, runs_root() / run_id).remove()
    clean_up(run_id)
    assert not list(labelled_processes(run_id))


def test_clean_up_of_everything_leaves_a_living_lab_alone(lab_process, monkeypatch, tmp_path):
    _, run_id = lab_process
    run = RunDirectory(run_id, runs_root() / run_id)
    assert run.is_held
    monkeypatch.setattr("lab.engines.live.cleanup.existing_runs", lambda: [run])
    assert not {pid for pid, _ in labelled_processes(run_id, spare_living=True)}
    # Seen from a clean-up that looks for run directories elsewhere, it lives all the same.
    before = set(labelled_processes(run_id))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    clean_up()
    assert run.path.exists()
    assert set(labelled_processes(run_id)) == before


def test_clean_up_of_a_named_run_ends_a_lab_that_hangs(lab_process):
    process, run_id = lab_process
    process.send_signal(signal.SIGSTOP)
    assert f"ended the lab of run {run_id}, which did not answer" in clean_up(run_id).lines
    assert process.wait() == -signal.SIGKILL
    assert not list(labelled_processes(run_id))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda s: s.name)
def test_a_lab_that_is_told_to_end_leaves_nothing(lab_process, number):
    process, run_id = lab_process
    process.send_signal(number)
    process.communicate()
    assert not list(labelled_processes(run_id))
    assert not (runs_root() / run_id).exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda s: s.name)
def test_a_lab_that_is_told_to_end_again_and_again_leaves_nothing(lab_process, number):
    process, run_id = lab_process
    process.send_signal(number)
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate()
    assert not list(labelled_processes(run_id))
    assert not (runs_root() / run_id).exists()


def test_a_close_that_was_cut_short_is_made_up_for_by_the_next_one(chain, monkeypatch):
    run = chain.run
    with monkeypatch.context() as patch:
        patch.setattr(ProcessDriver, "stop", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            chain.close()
    assert list(labelled_processes(run.run_id))
    chain.close()
    assert not list(labelled_processes(run.run_id))
    assert not run.path.exists()


def test_closing_a_lab_leaves_the_programs_own_handlers_in_place(start):
    before = [signal.getsignal(number) for number in ENDING_SIGNALS]
    lab = start(topology_of("one -> two"))
    lab.close()
    assert [signal.getsignal(number) for number in ENDING_SIGNALS] == before


def test_clean_up_does_not_end_the_shell_it_was_called_from(lab_process):
    """A shell with a run's label, whose child cleans that run up."""
    process, run_id = lab_process
    process.kill()
    process.wait()
    clean = f"from lab.engines.live.cleanup import clean_up; clean_up('{run_id}')"
    shell = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -c "{clean}"; echo "and the shell lives on"'],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), RUN_LABEL: run_id},
        check=True,
    )
    assert shell.stdout == "and the shell lives on\n"
    assert not list(labelled_processes(run_id))


def test_a_lab_that_ends_by_itself_leaves_nothing(lab_process):
    process, run_id = lab_process
    process.communicate("")
    assert process.returncode == 0
    assert not list(labelled_processes(run_id))
    assert not (runs_root() / run_id).exists()


def test_several_labs_run_at_once_and_do_not_touch_each_other(start):
    first, second = start(topology_of("one -> two")), start(topology_of("one -> two"))
    first.close()
    second.converge()
    assert all(state.established for state in second.sessions())


def test_a_lab_given_a_run_directory_uses_it(start):
    run = RunDirectory.create()
    lab = start(topology_of("one -> two"), run=run)
    assert (run.path / "one" / "control.sock").exists()
    assert run.path.stat().st_mode & 0o777 == 0o700
    lab.close()
    assert not run.path.exists()


def test_an_engine_that_was_never_started_closes_quietly():
    LiveEngine(topology_of("one -> two"), ProcessDriver()).close()
