"""Asking a lab that another process keeps up (`lab.scenario.service`).

Apart from the service, because whoever only asks needs nothing of what a lab is made of, which takes long to
import.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any, Final

SOCKET_NAME: Final = "lab.sock"
"""In the directory of a run."""

STATUS_KEYS: Final = ("name", "title", "speakers", "sessions", "established", "prefixes", "alerts")
"""What a lab says of itself in the view `status`."""


class ServiceError(Exception):
    """The lab cannot be asked, or answered with an error; the message is for people."""


def ask(directory: Path, request: dict[str, Any], timeout: float = 120.0) -> Any:
    """Send one request to the lab whose run directory this is. Raises ServiceError."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(timeout)
            client.connect(str(directory / SOCKET_NAME))
            with client.makefile("rwb") as stream:
                stream.write(json.dumps(request).encode() + b"\n")
                stream.flush()
                line = stream.readline()
    except OSError as error:
        raise ServiceError(
            f"the lab in {directory.name} does not answer ({error.strerror or error})"
        ) from None
    if not line:
        raise ServiceError(f"the lab in {directory.name} closed the connection without an answer")
    answer = json.loads(line)
    if "error" in answer:
        raise ServiceError(answer["error"])
    return answer["ok"]
