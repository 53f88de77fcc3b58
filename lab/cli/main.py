"""The command `lab`: what an error means for the exit code.

Exit codes: 0 done, 1 an expectation or a cloud's call failed, or a lab does not do what it is to, 2 the file
or the call is wrong, 3 the machine lacks something.
Beyond these: 130 interrupted, 141 whoever read the output has gone; both as shells report them.
Commands import what they need when they run, so that `lab --help` is instant.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def main() -> None:
    """Run the command line and exit."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt_once)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(guarded(run))


def _interrupt_once(number: int, frame: FrameType | None) -> None:
    """The first Ctrl-C ends the command; the impatient ones after it must not end its cleaning up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def run() -> None:
    """Run the command line. Ends with an exception: SystemExit, or what went wrong."""
    # Imported here so that an interrupt meanwhile is handled like any other.
    from lab.cli.app import app

    app()


def guarded(command: Callable[[], Any]) -> int:
    """Run `command`; the exit code, with the error, if it is one of ours, as text on stderr."""
    try:
        try:
            command()
        finally:
            sys.stdout.flush()
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # typer makes a 1 of it, as if something had failed
            _discard_output()
            return 141
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _discard_output()
        return 141
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        print(_text(error), file=sys.stderr)
        return code
    return 0


def _exit_code(error: Exception) -> int | None:
    from lab.bgp.prefix import PrefixError
    from lab.dataplane.probe import ProbeError
    from lab.engines.base import EngineError, MachineError, UnsuitableError
    from lab.observe.store import StoreError
    from lab.registry.errors import RegistryError
    from lab.scenario.asking import ServiceError
    from lab.scenario.lab import LabError
    from lab.state.errors import StateError
    from lab.topology.problems import TopologyError

    if type(error).__module__.startswith("lab.rpki."):
        return _exit_code_of_rpki(error)
    if isinstance(error, OSError):  # such as a full disk
        _discard_output()
    if isinstance(error, (MachineError, OSError, StoreError)):
        return 3
    wrong_call = (
        TopologyError,
        LabError,
        ServiceError,
        PrefixError,
        ProbeError,
        RegistryError,
        StateError,
        UnsuitableError,
    )
    if isinstance(error, (*wrong_call, EngineError)):
        return 2 if isinstance(error, wrong_call) else 1
    return None


def _exit_code_of_rpki(error: Exception) -> int | None:
    """Apart from the others, because these modules are many, and only `lab rpki` and its like use them."""
    from lab.rpki.exporting import ExportError
    from lab.rpki.fetching.limits import FetchError
    from lab.rpki.fetching.network import CacheError
    from lab.rpki.inspection.files import InspectionError
    from lab.rpki.issuing.errors import IssuingError
    from lab.rpki.payload_files import PayloadFileError
    from lab.rpki.publication.listening import PublicationError
    from lab.rpki.relying_party import TreeError
    from lab.rpki.slurm import SlurmError
    from lab.rpki.validation.tals import TalError

    if isinstance(error, PublicationError):  # a port that is taken, no rsync
        return 3
    wrong_files = (ExportError, InspectionError, PayloadFileError, SlurmError, TalError, TreeError)
    return 2 if isinstance(error, (*wrong_files, CacheError, FetchError, IssuingError)) else None


def _text(error: Exception) -> str:
    """The error for people; problems of a file begin with its name, so that editors find the place."""
    from lab.topology.problems import TopologyError

    if isinstance(error, TopologyError):
        return str(error)
    if isinstance(error, OSError):
        return f"lab: {error.strerror}" + (f": {error.filename}" if error.filename else "")
    return f"lab: {error}"


def _discard_output() -> None:
    """Let nothing more be written to stdout, not even what Python still holds at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stdout without a descriptor, as in tests
        return
