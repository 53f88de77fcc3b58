"""The processes of a run, found by the label in their environment: never by a file that may be stale."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from lab.engines.live.run_directory import DIRECTORY_LABEL, RUN_LABEL, RunDirectory

_EXIT_TIMEOUT: Final = 10.0


class _Labels(NamedTuple):
    run_id: str
    directory: str


def labelled_processes(
    run_id: str | None = None, session: int | None = None, spare_living: bool = False
) -> Iterator[tuple[int, str]]:
    """Process id and run id of this user's processes with our label (of this run, of this session).

    `spare_living` leaves out those whose lab lives, wherever its run directory is.
    """
    user = os.getuid()
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal():
            continue
        with contextlib.suppress(OSError):
            pid = int(entry.name)
            if entry.stat().st_uid != user or session not in (None, os.getsid(pid)):
                continue
            found = _labels(pid)
            if found is None or run_id not in (None, found.run_id):
                continue
            if not (spare_living and RunDirectory.at(Path(found.directory)).is_held):
                yield pid, found.run_id


def _labels(pid: int) -> _Labels | None:
    """What a process belongs to; None if it is not ours. Raises OSError if it is gone."""
    with open(f"/proc/{pid}/environ", "rb") as file:
        variables = dict(entry.partition(b"=")[::2] for entry in file.read().split(b"\0"))
    if RUN_LABEL.encode() not in variables:
        return None
    return _Labels(
        *(os.fsdecode(variables.get(label.encode(), b"")) for label in (RUN_LABEL, DIRECTORY_LABEL))
    )


def kill_labelled(
    run_id: str | None = None, session: int | None = None, spare_living: bool = False
) -> Counter[str]:
    """SIGKILL the `labelled_processes`, wait until they are gone, and count them by run.

    This process and those it descends from are spared: a shell may have been started with our label.
    Repeated until a scan finds none, because a process may have forked between the scan and its death.
    """
    killed: Counter[str] = Counter()
    spared = _lineage()
    while found := [
        each for each in labelled_processes(run_id, session, spare_living) if each[0] not in spared
    ]:
        handles = [(run, handle) for pid, run in found if (handle := _kill(pid)) is not None]
        for run, handle in handles:
            select.select([handle], [], [], _EXIT_TIMEOUT)  # readable once the process has ended
            os.close(handle)
            killed[run] += 1
    return killed


def _lineage() -> set[int]:
    """This process and its ancestors, as far as they can be seen."""
    lineage = {0}
    pid = os.getpid()
    while pid not in lineage:
        lineage.add(pid)
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
            pid = int(status.partition("\nPPid:")[2].split()[0])
    return lineage


def _kill(pid: int) -> int | None:
    """Kill one of our processes; a handle that becomes readable when it has ended, or None if it is gone."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        if _labels(pid) is not None:  # still the process the scan saw, not one that reuses its number
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            return handle
    os.close(handle)
    return None
