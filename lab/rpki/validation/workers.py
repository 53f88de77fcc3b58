"""Work on many files, shared between processes: verifying signatures is what takes the time.

A forked process reads from the same source without being sent anything. Forking is safe only while this
process has one thread; with more, or few files, the work is done here.
"""

from __future__ import annotations

import gc
import marshal
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

FEWEST: Final = 1000
"""Files for which starting a process pays."""
_Item = TypeVar("_Item")
Plain = tuple[Any, ...]
"""Nothing but tuples, strings, bytes and numbers: it crosses processes."""
_Started = tuple[multiprocessing.process.BaseProcess, Connection]


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_all(work: Callable[[_Item], Plain], items: Sequence[_Item], workers: int) -> list[Plain]:
    """`work` done on each item, in their order, by up to `workers` processes, this one included."""
    parts = min(workers, len(items) // FEWEST) if _may_fork() else 1
    if parts <= 1:
        return [work(item) for item in items]
    size = -(-len(items) // parts)
    own, *others = (items[start : start + size] for start in range(0, len(items), size))
    started = [_start(work, part) for part in others]
    done = [work(item) for item in own]
    for part, process in zip(others, started, strict=True):
        done += [work(item) for item in part] if process is None else _collect(work, part, process)
    return done


def _may_fork() -> bool:
    return (
        "fork" in multiprocessing.get_all_start_methods()
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
    )


def _start(work: Callable[[_Item], Plain], part: Sequence[_Item]) -> _Started | None:
    """A process that works on `part`; None if the system gives none, or no pipe."""
    context = multiprocessing.get_context("fork")
    try:
        receiver, sender = context.Pipe(duplex=False)
    except OSError:
        return None
    process = context.Process(target=_work, args=(work, part, sender), daemon=True)
    try:
        process.start()
    except OSError:
        receiver.close()
        return None
    finally:
        sender.close()
    return process, receiver


def _work(work: Callable[[_Item], Plain], part: Sequence[_Item], sender: Connection) -> None:
    gc.disable()
    sender.send_bytes(marshal.dumps([work(item) for item in part]))
    sender.close()


def _collect(work: Callable[[_Item], Plain], part: Sequence[_Item], started: _Started) -> list[Plain]:
    """What a process found; what one found that died, for want of memory say, is found again here."""
    process, connection = started
    try:
        found: list[Plain] = marshal.loads(connection.recv_bytes())  # noqa: S302 - our own process wrote it
    except (EOFError, OSError):
        found = [work(item) for item in part]
    finally:
        connection.close()
    process.join()
    process.close()
    return found
