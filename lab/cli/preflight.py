"""What `lab doctor` looks for."""

from __future__ import annotations

import importlib.metadata
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from lab.engines.base import MachineError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked for: whether it is here, what it is for, and what it is or how to get it."""

    what: str
    ok: bool
    use: str
    detail: str
    required: bool = False


def checks() -> list[Check]:
    """Look at this machine. Nothing is changed and nothing is started."""
    return [_python(), _exabgp(), _loopback(), _docker(), *map(_program, PROGRAMS)]


PROGRAMS = (
    ("rsync", "rsync", "lab rpki serve, lab rpki validate --cache"),
    ("rpki-client", "rpki-client", "tests against rpki-client"),
    ("fort", "fort-validator", "tests against Fort"),
    ("bird", "bird2", "tests against BIRD"),
    ("ip", "iproute2", "tests against the kernel's own uRPF"),
    ("nft", "nftables", "tests against the kernel's own uRPF"),
    ("mmdebstrap", "mmdebstrap", "making a base image without a registry"),
)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python 3.11+", sys.version_info >= (3, 11), "everything", version, required=True)


def _exabgp() -> Check:
    try:
        return Check("ExaBGP 5", True, "live labs", importlib.metadata.version("exabgp"), required=True)
    except importlib.metadata.PackageNotFoundError:
        return Check("ExaBGP 5", False, "live labs", "pip install exabgp", required=True)


def _loopback() -> Check:
    use = "live labs, driver process"
    with socket.socket() as listener:
        try:
            listener.bind(("127.77.0.1", 0))
            listener.listen()
            socket.create_connection(listener.getsockname(), timeout=1).close()
        except OSError as error:
            reason = error.strerror or str(error)
            return Check("loopback 127/8", False, use, f"{reason}: needs Linux and `ip link set lo up`")
    return Check("loopback 127/8", True, use, "usable without root")


def _docker() -> Check:
    use = "live labs, driver docker"
    try:
        return Check("Docker engine", True, use, _engine_version())
    except MachineError as error:
        return Check("Docker engine", False, use, str(error))


def _engine_version() -> str:
    from lab.engines.live.docker_connection import connect

    client = connect()
    try:
        return f"version {client.version()['Version']}"
    finally:
        client.close()


def _program(program: tuple[str, str, str]) -> Check:
    name, package, use = program
    found: Callable[[str], str | None] = shutil.which
    path = found(name) or found(f"/usr/sbin/{name}")
    return Check(name, path is not None, use, path or f"apt-get install {package}")
