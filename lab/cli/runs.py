"""The labs that run on this machine: which there are, finding one, taking them down."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from lab.engines.live.run_directory import RunDirectory, existing_runs
from lab.scenario.asking import SOCKET_NAME, STATUS_KEYS, ServiceError, ask
from lab.topology.problems import nearest


def running_labs() -> list[dict[str, Any]]:
    """Every run that has a directory: its id and `state`, and what the lab says of itself if it answers.

    The state is `up`, `no answer`, `busy` (a scenario or a test runs there, or a lab comes up) or `dead`.
    Without an answer all but the id and the state are None.
    """
    found = []
    for run in existing_runs():
        entry: dict[str, Any] = dict.fromkeys(STATUS_KEYS)
        entry |= {"run": run.run_id, "state": "busy" if run.is_held else "dead"}
        if run.is_held and (run.path / SOCKET_NAME).exists():
            entry["state"] = "no answer"
            with contextlib.suppress(ServiceError):
                entry |= {"state": "up", **ask(run.path, {"show": "status"}, timeout=10)}
        found.append(entry)
    return found


def find_run(wanted: str | None) -> Path:
    """The directory of the run with this id or lab name, or of the only one there is. Raises ServiceError."""
    runs = {run.run_id: run.path for run in existing_runs() if _serves(run)}
    if not runs:
        raise ServiceError("no lab is running; `lab up FILE --detach` starts one")
    if wanted is None:
        if len(runs) == 1:
            return next(iter(runs.values()))
        raise ServiceError(f"several labs run, say which with --lab: {_listed(_names(runs))}")
    if wanted in runs:
        return runs[wanted]
    names = _names(runs)
    matching = {run_id: name for run_id, name in names.items() if name == wanted}
    if len(matching) == 1:
        return runs[next(iter(matching))]
    if matching:
        raise ServiceError(f"several labs are called {wanted!r}, name the run: {', '.join(matching)}")
    near = nearest(wanted, [*names, *names.values()])
    hint = f"did you mean {near!r}?" if near else f"running: {_listed(names)}"
    raise ServiceError(f"no running lab is called {wanted!r}; {hint}")


def _serves(run: RunDirectory) -> bool:
    return run.is_held and (run.path / SOCKET_NAME).exists()


def _names(runs: Collection[str]) -> dict[str, str]:
    """The labs' names by run id; "?" for one that does not answer."""
    return {entry["run"]: entry["name"] or "?" for entry in running_labs() if entry["run"] in runs}


def _listed(names: dict[str, str]) -> str:
    return ", ".join(f"{run_id} ({name})" for run_id, name in names.items())


def take_down(wanted: str | None) -> dict[str, Any]:
    """End the labs that run, or the one named, and clean up after those that were killed.

    `lines` says what was done, for people; `left` are the runs of labs that were to end and have not. Where a
    scenario or a test runs, or a lab comes up, there is none to end, unless it is named.
    """
    from lab.engines.live.cleanup import clean_up

    targets = list(existing_runs())
    if wanted:
        targets = [run for run in targets if run.run_id == wanted] or [_run_of(find_run(wanted))]
    labs = {run.run_id for run in targets if wanted or _serves(run)}
    lines = []
    for run in targets:
        with contextlib.suppress(ServiceError):
            name = ask(run.path, {"stop": True}, timeout=30)["stopping"]
            if _is_gone(run):
                lines.append(f"{name} (run {run.run_id}) is down")
    for run_id in [run.run_id for run in targets] if wanted else [None]:
        lines += clean_up(run_id).lines
    held = [run.run_id for run in targets if run.is_held]
    for run_id in held:
        who = "a lab that does not answer" if run_id in labs else "a scenario, a test or a lab that comes up"
        lines.append(f"run {run_id} is in use by {who}; `lab down --lab {run_id}` ends it all the same")
    left = [run_id for run_id in held if run_id in labs]
    return {"lines": lines or ["nothing was running"], "left": left}


def _run_of(path: Path) -> RunDirectory:
    return RunDirectory.at(path)


def _is_gone(run: RunDirectory) -> bool:
    """Whether the lab's process has removed its directory, which it does last; it has half a minute."""
    return any(not run.path.exists() for _ in _ticks(seconds=30))


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
