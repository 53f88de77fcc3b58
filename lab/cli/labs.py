"""The labs of this machine: making one, keeping it up in the background, finding it again, taking it down."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from lab.cli.terminal import busy
from lab.engines.base import EngineError
from lab.engines.live.ending_signals import ignore_ending_signals, leaving_on_signals, uninterrupted
from lab.engines.live.run_directory import RunDirectory, existing_runs
from lab.observe.timeline import Timeline
from lab.rpki.payload_files import read_payloads
from lab.scenario import showing
from lab.scenario.engines import EVENT_TYPES, make_engine
from lab.scenario.lab import Lab, LabError
from lab.scenario.ports import Ports
from lab.scenario.service import SOCKET_NAME, Service, ServiceError, ask
from lab.state.state import State
from lab.topology.loading import open_document
from lab.topology.problems import nearest

READY: Final = "ready"
"""The line by which a lab in the background tells its launcher that it is up."""
LOG_NAME: Final = "lab.log"
TIMELINE_NAME: Final = "timeline.sqlite"


def make_lab(
    file: str,
    engine: str,
    driver: str,
    *,
    seed: int = 0,
    speed: float = 1.0,
    vrps: Path | None = None,
    base_image: str | None = None,
    run: RunDirectory | None = None,
    state: Path | None = None,
) -> Lab:
    """A lab that is not up yet. With `run`, its timeline is kept in that directory; with `state`, its clouds,
    registries and ROAs in that file, from one lab to the next.

    Raises TopologyError, PayloadFileError, StateError or LabError for what is wrong with the call.
    """
    # To a lab that stays up come real certificates, which are valid from today on.
    calendar = None if run is None else time.time()
    try:
        maker = make_engine(
            engine, driver, seed=seed, speed=speed, base_image=base_image, run=run, calendar=calendar
        )
    except ValueError as error:
        raise LabError(str(error)) from None
    timeline = None if run is None else Timeline(run.path / TIMELINE_NAME, EVENT_TYPES)
    return Lab(
        file,
        maker,
        vrps=None if vrps is None else read_payloads(vrps).vrps,
        timeline=timeline,
        state=State(state),
    )


def serve(
    file: str,
    make: Callable[[RunDirectory], Lab],
    announce: Callable[[Lab, RunDirectory], None],
    *,
    ports: Ports,
) -> None:
    """Bring the lab of `file` up in a run directory of its own and serve it until it is told to end.

    Registries, clouds, whois and the DNS are served on `ports` of loopback.
    """
    document = open_document(file)
    with leaving_on_signals(), ExitStack() as ending:
        run = RunDirectory.create()
        ending.callback(run.remove)
        lab = make(run)
        ending.callback(lab.timeline.close)
        ending.enter_context(closing(lab))
        ending.callback(ignore_ending_signals)
        lab.start()
        with Service(lab, document, run.path, ports) as service:
            announce(lab, run)
            service.serve()


@contextlib.contextmanager
def closing(lab: Lab) -> Iterator[None]:
    """Close the lab at the end. Signals meanwhile are ignored: half an end would leave the rest behind."""
    try:
        yield
    finally:
        with uninterrupted(), busy("taking everything down"):
            lab.close()


def launch_detached(arguments: list[str]) -> str:
    """Start `lab up` with these arguments in the background; its run id, once it is up.

    If it does not come up, ends like it did: SystemExit with its exit code, after what it had to say.
    """
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "lab", "up", *arguments, "--background"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        assert child.stdout is not None
        try:
            line = child.stdout.readline()
        except BaseException:
            child.terminate()
            child.wait()
            raise
        if line.startswith(READY):
            return line.split()[1]
        code = child.wait()
        errors.seek(0)
        sys.stderr.write(errors.read())
    if code < 0:
        raise EngineError(f"the lab was killed by signal {-code} before it was up; `lab down` cleans up")
    raise SystemExit(code)


def go_to_background(run: RunDirectory) -> None:
    """Tell the launcher that the lab is up, then let go of its pipes."""
    print(READY, run.run_id, flush=True)
    log = os.open(run.path / LOG_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(log, descriptor)
    os.close(log)


def running_labs() -> list[dict[str, Any]]:
    """Every run that has a directory: its id and `state`, and what the lab says of itself if it answers.

    The state is `up`, `no answer`, `busy` (a scenario or a test runs there, or a lab comes up) or `dead`.
    Without an answer all but the id and the state are None.
    """
    found = []
    for run in existing_runs():
        entry: dict[str, Any] = dict.fromkeys(showing.STATUS_KEYS)
        entry |= {"run": run.run_id, "state": "busy" if run.is_held else "dead"}
        if run.is_held and (run.path / SOCKET_NAME).exists():
            entry["state"] = "no answer"
            with contextlib.suppress(ServiceError):
                entry |= {"state": "up", **ask(run.path, {"show": "status"}, timeout=10)}
        found.append(entry)
    return found


def find_run(wanted: str | None) -> Path:
    """The directory of the run with this id or lab name, or of the only one there is. Raises LabError."""
    runs = {run.run_id: run.path for run in existing_runs() if _serves(run)}
    if not runs:
        raise LabError("no lab is running; `lab up FILE --detach` starts one")
    if wanted is None:
        if len(runs) == 1:
            return next(iter(runs.values()))
        raise LabError(f"several labs run, say which with --lab: {_listed(_names(runs))}")
    if wanted in runs:
        return runs[wanted]
    names = _names(runs)
    matching = {run_id: name for run_id, name in names.items() if name == wanted}
    if len(matching) == 1:
        return runs[next(iter(matching))]
    if matching:
        raise LabError(f"several labs are called {wanted!r}, name the run: {', '.join(matching)}")
    near = nearest(wanted, [*names, *names.values()])
    hint = f"did you mean {near!r}?" if near else f"running: {_listed(names)}"
    raise LabError(f"no running lab is called {wanted!r}; {hint}")


def _serves(run: RunDirectory) -> bool:
    return run.is_held and (run.path / SOCKET_NAME).exists()


def _names(runs: Collection[str]) -> dict[str, str]:
    """The labs' names by run id; "?" for one that does not answer."""
    return {entry["run"]: entry["name"] or "?" for entry in running_labs() if entry["run"] in runs}


def _listed(names: dict[str, str]) -> str:
    return ", ".join(f"{run_id} ({name})" for run_id, name in names.items())


def take_down(wanted: str | None) -> dict[str, Any]:
    """End the labs that run, or the one named, and clean up after those that were killed."""
    from lab.engines.live.cleanup import clean_up

    targets = list(existing_runs())
    if wanted:
        targets = [run for run in targets if run.run_id == wanted] or [_run_of(find_run(wanted))]
    lines = []
    for run in targets:
        with contextlib.suppress(ServiceError):
            name = ask(run.path, {"stop": True}, timeout=30)["stopping"]
            _wait_until_gone(run)
            lines.append(f"{name} (run {run.run_id}) is down")
    for run_id in [run.run_id for run in targets] if wanted else [None]:
        lines += clean_up(run_id).lines
    lines += [
        f"run {run.run_id} is in use by a scenario, a test or a lab that does not answer; "
        f"`lab down --lab {run.run_id}` ends it all the same"
        for run in targets
        if run.is_held
    ]
    return {"lines": lines or ["nothing was running"]}


def _run_of(path: Path) -> RunDirectory:
    return RunDirectory.at(path)


def _wait_until_gone(run: RunDirectory) -> None:
    """Until the lab's process has removed its directory, which it does last; clean-up sees to the rest."""
    for _ in _ticks(seconds=30):
        if not run.path.exists():
            return


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
