"""The signals that end a lab: once, and never in the middle of its clean-up."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn

ENDING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def leave(number: int, frame: FrameType | None) -> NoReturn:
    """A handler that ends the program as an exception does, so that the lab is closed on the way.

    The impatient ones after the first are ignored: half a clean-up would leave the rest behind.
    """
    ignore_ending_signals()
    sys.exit(128 + number)


def ignore_ending_signals() -> None:
    """Ignore them from now on. Only the main thread may, and only there do they interrupt anything."""
    if threading.current_thread() is threading.main_thread():
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def leaving_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP `leave` for a while. Once the program leaves, they stay ignored."""
    former = _handlers()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        yield
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException:
        _restore(former)
        raise
    _restore(former)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore them for a while."""
    former = _handlers()
    ignore_ending_signals()
    try:
        yield
    finally:
        _restore(former)


def _handlers() -> dict[int, Any]:
    return {number: signal.getsignal(number) for number in ENDING_SIGNALS}


def _restore(handlers: dict[int, Any]) -> None:
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():
            if handler is not None:  # else it was not set by Python, which cannot set it again
                signal.signal(number, handler)
