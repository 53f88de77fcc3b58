"""Making a lab, and keeping it up, in the background if need be. Finding it again is `lab.cli.runs`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from lab.cli.terminal import busy
from lab.engines.base import EngineError
from lab.engines.live.ending_signals import ignore_ending_signals, leaving_on_signals, uninterrupted
from lab.engines.live.run_directory import RunDirectory
from lab.observe.timeline import Timeline
from lab.rpki.payload_files import read_payloads
from lab.scenario.engines import EVENT_TYPES, make_engine
from lab.scenario.lab import Lab, LabError
from lab.scenario.ports import Ports
from lab.scenario.service import Service
from lab.state.state import State
from lab.topology.loading import open_document

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
