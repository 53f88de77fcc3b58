"""The nursery: a process that has imported ExaBGP and forks itself into the speakers of a run.

Importing ExaBGP takes most of a speaker's start and most of its memory; this way it happens once and the
memory is shared. The process driver starts it with a SOCK_SEQPACKET socket as standard input and sends one
Request at a time, with the speaker's log as a file descriptor. The answer is `{"pid": ...}` with a process
file descriptor, sent by the speaker itself once it leads a session of its own, or `{"errno": ...}`. The
nursery ends when the driver hangs up; the speakers stay.

A process of its own, because the lab may have threads and has imported much that a speaker does not need.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import runpy
import signal
import socket
import sys
from typing import Final, TypedDict

REQUEST_LIMIT: Final = 1 << 16
"""Bytes a request may have."""


class Request(TypedDict):
    """What to execute as a speaker, what to add to its environment, and how long its log may get in bytes."""

    command: list[str]
    environment: dict[str, str]
    log_limit: int


def main() -> None:
    """Serve requests until the other end of standard input is closed; in a forked child, be the speaker."""
    driver = socket.socket(fileno=0)
    importlib.import_module("exabgp.application.main")
    gc.freeze()  # else a garbage collection in a speaker would write to, and so copy, all these objects
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    while True:
        data, logs, _, _ = socket.recv_fds(driver, REQUEST_LIMIT, 1)
        if not data:
            return
        try:
            is_speaker = os.fork() == 0
        except OSError as error:
            driver.send(json.dumps({"errno": error.errno}).encode())
        else:
            if is_speaker:
                _become_speaker(driver, json.loads(data), logs[0])
                return
        os.close(logs[0])


def _become_speaker(driver: socket.socket, request: Request, log: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    handle = os.pidfd_open(os.getpid())
    socket.send_fds(driver, [json.dumps({"pid": os.getpid()}).encode()], [handle])
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, driver.detach())
    os.dup2(log, 1)
    os.dup2(log, 2)
    for descriptor in (handle, nothing, log):
        os.close(descriptor)
    # The log is bounded by the kernel; a thread that drains a pipe would cost more than it is worth.
    resource.setrlimit(resource.RLIMIT_FSIZE, (request["log_limit"], request["log_limit"]))
    os.environ.update(request["environment"])
    command = request["command"]
    if command[1:3] == ["-m", "exabgp"]:
        sys.argv = command[2:]
        runpy.run_module("exabgp", run_name="__main__", alter_sys=True)
    else:
        os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
