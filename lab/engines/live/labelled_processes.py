"""The processes of a run, found by the label in their environment: never by a file that may be stale."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from lab.engines.live.run_directory import RUN_LABEL

_EXIT_TIMEOUT: Final = 10.0


def labelled_processes(run_id: str | None = None, session: int | None = None) -> Iterator[tuple[int, str]]:
    """Process id and run id of this user's processes with our label (of this run, of this session)."""
    user = os.getuid()
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal():
            continue
        with contextlib.suppress(OSError):
            pid = int(entry.name)
            if entry.stat().st_uid == user and session in (None, os.getsid(pid)):
                found = _label(pid)
                if found is not None and run_id in (None, found):
                    yield pid, found


def _label(pid: int) -> str | None:
    """The run a process belongs to; None if it is not ours. Raises OSError if it is gone."""
    with open(f"/proc/{pid}/environ", "rb") as file:
        variables = dict(entry.partition(b"=")[::2] for entry in file.read().split(b"\0"))
    run_id = variables.get(RUN_LABEL.encode())
    return None if run_id is None else run_id.decode("ascii", "replace")


def kill_labelled(
    run_id: str | None = None, session: int | None = None, keep: Collection[str] = ()
) -> Counter[str]:
    """SIGKILL them all but those of the runs in `keep`, wait until they are gone, and count them by run.

    Repeated until a scan finds none, because a process may have forked between the scan and its death.
    """
    killed: Counter[str] = Counter()
    while found := [each for each in labelled_processes(run_id, session) if each[1] not in keep]:
        handles = [(run, handle) for pid, run in found if (handle := _kill(pid)) is not None]
        for run, handle in handles:
            select.select([handle], [], [], _EXIT_TIMEOUT)  # readable once the process has ended
            os.close(handle)
            killed[run] += 1
    return killed


def _kill(pid: int) -> int | None:
    """Kill one of our processes; a handle that becomes readable when it has ended, or None if it is gone."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        if _label(pid) is not None:  # still the process the scan saw, not one that reuses its number
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            return handle
    os.close(handle)
    return None
