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
    for part, (process, connection) in zip(others, started, strict=True):
        done += _collect(work, part, connection)
        process.join()
        process.close()
    return done


def _may_fork() -> bool:
    return (
        "fork" in multiprocessing.get_all_start_methods()
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
    )


def _start(
    work: Callable[[_Item], Plain], part: Sequence[_Item]
) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, part, sender), daemon=True)
    process.start()
    sender.close()
    return process, receiver


def _work(work: Callable[[_Item], Plain], part: Sequence[_Item], sender: Connection) -> None:
    gc.disable()
    sender.send_bytes(marshal.dumps([work(item) for item in part]))
    sender.close()


def _collect(work: Callable[[_Item], Plain], part: Sequence[_Item], connection: Connection) -> list[Plain]:
    """What a process found; what one found that died, for want of memory say, is found again here."""
    try:
        data = connection.recv_bytes()
    except (EOFError, OSError):
        return [work(item) for item in part]
    finally:
        connection.close()
    found: list[Plain] = marshal.loads(data)  # noqa: S302 - our own process wrote it
    return found
