"""What `lab down` does after a lab that was killed: end and remove all it left, and touch nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from lab.engines.live.docker_driver import clean_up_docker
from lab.engines.live.labelled_processes import kill_labelled
from lab.engines.live.run_directory import existing_runs


@dataclass(frozen=True, slots=True)
class Report:
    """What was ended and removed, one line each, for people; empty if there was nothing."""

    lines: tuple[str, ...]


def clean_up(run_id: str | None = None) -> Report:
    """End every process and remove every container, network and directory of a run, living or not.

    Without `run_id` it does so for all runs of this user that have no living lab any more. Processes are
    found by their label, so also those whose run directory is gone.
    """
    runs = [run for run in existing_runs() if run_id in (None, run.run_id)]
    held = {run.run_id for run in runs if run.is_held} if run_id is None else set()
    killed = kill_labelled(run_id, keep=held)
    lines = [f"ended {count} processes of run {run}" for run, count in sorted(killed.items())]
    lines += [f"removed {what}" for what in clean_up_docker(run_id, keep=held)]
    for run in runs:
        if run.run_id not in held:
            run.remove()
            lines.append(f"removed {run.path}")
    return Report(tuple(lines))
