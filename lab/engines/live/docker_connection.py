"""The way to the Docker engine, and what its refusals mean to a person."""

from __future__ import annotations

from typing import Final

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from lab.engines.base import MachineError

DOCKER_ERRORS: Final = (DockerException, RequestException)
"""What the SDK raises: its own errors, and those of the connection under it."""


def connect() -> docker.DockerClient:
    """A client of the engine that DOCKER_HOST names, or of the local one. Raises MachineError."""
    try:
        return docker.from_env()
    except DOCKER_ERRORS as error:
        raise MachineError(_why_not_connected(error)) from None


def reason(error: BaseException) -> str:
    """What the engine itself said, on one line and without the HTTP around it."""
    return " ".join(str(getattr(error, "explanation", None) or error).split())


def _why_not_connected(error: BaseException) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, PermissionError) for cause in causes):
        return (
            "no permission to use the Docker engine; run as root, or join the group with"
            " `sudo usermod -aG docker $USER` and log in again"
        )
    if any(isinstance(cause, FileNotFoundError | ConnectionRefusedError) for cause in causes):
        return (
            "no Docker engine answers; install one (Debian, Ubuntu: `sudo apt-get install docker.io`),"
            " start it (`sudo systemctl start docker`), or set DOCKER_HOST if it listens elsewhere"
        )
    return f"cannot use the Docker engine: {reason(error)}"


def _causes(error: BaseException | None) -> list[BaseException]:
    found = []
    while error is not None:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
