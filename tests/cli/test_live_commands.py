"""The commands on live speakers: interrupted, they leave nothing behind; killed, `lab down` does."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import threading

import pytest

from lab.engines.live.labelled_processes import labelled_processes
from lab.engines.live.run_directory import existing_runs, runs_root
from lab.topology.loading import load

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("runtime_directory")]


@pytest.fixture
def start():
    """`start(*arguments)` starts `lab` in a session of its own; its runs must be gone after the test."""
    started = []

    def run(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "lab", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
    assert list(runs_root().iterdir()) == []


def until_speakers_run(process):
    """The run, once it has a process of a speaker."""
    while process.poll() is None:
        for run in existing_runs():
            if any(labelled_processes(run.run_id)):
                return run.run_id
    return pytest.fail(process.stderr.read())


@pytest.mark.parametrize(
    "command",
    [("run", "demo", "--engine", "live"), ("up", "byoip"), ("up", "byoip", "--detach"), ("demo",)],
    ids=" ".join,
)
@pytest.mark.parametrize("impatience", [1, 20])
def test_interrupted_while_it_starts_it_leaves_nothing_behind(start, command, impatience):
    process = start(*command)
    run = until_speakers_run(process)
    for _ in range(impatience):
        os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert not list(labelled_processes(run))


@pytest.mark.parametrize("command", [("up", "byoip"), ("demo",)], ids=" ".join)
def test_interrupted_when_it_is_up_it_leaves_nothing_behind(start, command):
    process = start(*command)
    while "up" not in (line := process.stdout.readline()) and "established" not in line:
        assert line
    drained = threading.Thread(target=process.stdout.read)
    drained.start()
    (run,) = existing_runs()
    os.killpg(process.pid, signal.SIGINT)
    errors = process.stderr.read()
    drained.join()
    assert process.wait() == 130
    assert "Traceback" not in errors
    assert not list(labelled_processes(run.run_id))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
@pytest.mark.parametrize("command", ["run", "up"])
def test_told_to_end_twice_in_a_row_it_leaves_nothing_behind(start, command, number):
    process = start(command, "byoip", "--engine", "live")
    run = until_speakers_run(process)
    process.send_signal(number)
    select.select([], [], [], 0.005)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == 128 + number
    assert "Traceback" not in errors
    assert not list(labelled_processes(run))
    assert not (runs_root() / run).exists()


def test_a_live_lab_that_is_killed_outright_is_gone_after_down(lab_command):
    assert lab_command("up", "byoip", "--detach").code == 0
    (run,) = existing_runs()
    left = [pid for pid, _ in labelled_processes(run.run_id)]
    assert len(left) >= 2
    lab = os.pidfd_open(run.holder)
    signal.pidfd_send_signal(lab, signal.SIGKILL)
    select.select([lab], [], [])
    os.close(lab)
    (status,) = lab_command("status", "--json").data
    assert (status["run"], status["state"]) == (run.run_id, "dead")
    down = lab_command("down", "--lab", run.run_id)
    assert (down.code, down.err) == (0, "")
    assert f"removed {run.path}" in down.out.splitlines()
    assert not list(labelled_processes(run.run_id))
    assert list(runs_root().iterdir()) == []
    assert lab_command("down").out == "nothing was running\n"


def test_the_demo_holds_all_it_promises(start):
    process = start("demo")
    told, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert "every expectation of the story held" in told
    expected = sum(step.kind == "expect" for step in load("demo").steps)
    assert expected
    assert len(re.findall(r"^ +(?:✓|ok) ", told, re.MULTILINE)) == expected


def test_a_live_lab_is_up_in_the_background_and_gone_after_down(lab_command):
    assert lab_command("up", "byoip", "--detach").code == 0
    (status,) = lab_command("status", "--json").data
    assert (status["state"], status["established"]) == ("up", status["sessions"])
    assert "ALERT subprefix-hijack" in lab_command("hijack", "203.0.113.0/25", "--by", "attacker").out
    assert "died" in lab_command("kill", "transit-b").out
    assert lab_command("down", "--lab", status["run"]).out == f"byoip (run {status['run']}) is down\n"
    assert not list(labelled_processes(status["run"]))
    assert list(runs_root().iterdir()) == []
