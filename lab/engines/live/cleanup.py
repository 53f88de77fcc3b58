"""What `lab down` does after a lab that was killed: end and remove all it left, and touch nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass

from lab.engines.live.docker_driver import clean_up_docker
from lab.engines.live.labelled_processes import kill_labelled
from lab.engines.live.run_directory import RunDirectory, existing_runs


@dataclass(frozen=True, slots=True)
class Report:
    """What was ended and removed, one line each, for people; empty if there was nothing."""

    lines: tuple[str, ...]


def clean_up(run_id: str | None = None) -> Report:
    """End every process and remove every container, network and directory of a run, living or not.

    Without `run_id` it does so for all runs of this user that have no living lab any more. Processes are
    found by their label, so also those whose run directory is gone.
    """
    spare_living = run_id is None
    runs = [
        run for run in existing_runs() if run_id in (None, run.run_id) and not (spare_living and run.is_held)
    ]
    lines = [f"ended the lab of run {run.run_id}, which did not answer" for run in runs if _end_lab(run)]
    killed = kill_labelled(run_id, spare_living=spare_living)
    lines += [f"ended {count} processes of run {run}" for run, count in sorted(killed.items())]
    lines += [f"removed {what}" for what in clean_up_docker(run_id, spare_living=spare_living)]
    for run in runs:
        run.remove()
        lines.append(f"removed {run.path}")
    return Report(tuple(lines))


def _end_lab(run: RunDirectory) -> bool:
    """Kill the process that holds a run, unless that is this one; whether there was any."""
    holder = run.holder
    if holder is None or holder == os.getpid():
        return False
    with contextlib.suppress(OSError):
        os.kill(holder, signal.SIGKILL)
        return True
    return False
