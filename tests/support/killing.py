"""Killing the process that serves a lab, as a machine that loses power would."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct

from lab.engines.live.run_directory import existing_runs, runs_root


def kill_outright() -> None:
    """SIGKILL to the process that serves the only lab: the peer of its socket."""
    (run,) = existing_runs()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(runs_root() / run.run_id / "lab.sock"))
        process = os.pidfd_open(
            struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        )
    signal.pidfd_send_signal(process, signal.SIGKILL)
    select.select([process], [], [])
    os.close(process)
