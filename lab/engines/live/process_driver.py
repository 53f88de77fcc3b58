"""The `process` driver: every speaker is an ExaBGP on its own loopback address. Linux, no root needed."""

from __future__ import annotations

import errno
import importlib.util
import os
import random
import resource
import socket
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import lab
from lab.engines.base import EngineError, MachineError
from lab.engines.live.driver import BGP_PORT, Place
from lab.engines.live.labelled_processes import kill_labelled
from lab.engines.live.run_directory import RunDirectory
from lab.engines.live.speaker_files import speakers_directory
from lab.topology.model import Topology

_LOG_FILE: Final = "exabgp.log"
_LOG_LIMIT: Final = 1 << 20
_LOG_TAIL: Final = 4096
_NETWORKS: Final = range(8, 250)
"""The second octets to choose from: a lab has 127.N.0.0/16 to itself."""


class ProcessDriver:
    """Speakers as plain processes of this user. Implements `lab.engines.live.driver.Driver`."""

    def __init__(self) -> None:
        self._run: RunDirectory | None = None
        self._claim: socket.socket | None = None
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def prepare(
        self, topology: Topology, run: RunDirectory, external: Collection[str] = ()
    ) -> Mapping[str, Place]:
        """Claim a loopback network and give every speaker an address in it."""
        if importlib.util.find_spec("exabgp") is None:
            raise MachineError("ExaBGP is not installed for this Python; install it with: pip install exabgp")
        self._run = run
        self._claim, network = _claim_network(len(topology.speakers))
        return {
            name: Place(
                address=_address(network, number),
                directory=str(run.speaker(name)),
                python=sys.executable,
                agent=str(speakers_directory() / "agent.py"),
            )
            for number, name in enumerate(topology.speakers)
        }

    def start(
        self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Start the processes, in the order given."""
        assert self._run is not None, "prepare first"
        for name, command in commands.items():
            with _readable_errors(name), open(self._run.speaker(name) / _LOG_FILE, "wb") as log:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env={**_base_environment(), **environment[name]},
                    start_new_session=True,
                )
                self._processes[name] = process
            # The log is bounded by the kernel; a thread that drains a pipe would cost more than it is worth.
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (_LOG_LIMIT, _LOG_LIMIT))

    def kill(self, speaker: str) -> None:
        """SIGKILL ExaBGP and the agent."""
        if self._run is not None:
            kill_labelled(self._run.run_id, speaker)
        if process := self._processes.pop(speaker, None):
            process.wait()

    def alive(self, speaker: str) -> bool:
        """Whether ExaBGP runs."""
        process = self._processes.get(speaker)
        return process is not None and process.poll() is None

    def log(self, speaker: str) -> str:
        """The end of what ExaBGP and the agent printed."""
        if self._run is None:
            return ""
        try:
            with open(self._run.speaker(speaker) / _LOG_FILE, "rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_TAIL))
                return log.read().decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def stop(self) -> None:
        """Kill every process of the run and give the addresses back."""
        if self._run is not None:
            kill_labelled(self._run.run_id)
        for process in self._processes.values():
            process.wait()
        self._processes.clear()
        if self._claim is not None:
            self._claim.close()
            self._claim = None


def _base_environment() -> dict[str, str]:
    """Little of the user's own environment, so that a lab runs everywhere alike."""
    exabgp = importlib.util.find_spec("exabgp")
    assert exabgp is not None
    assert exabgp.origin is not None
    packages = (Path(lab.__file__).parent.parent, Path(exabgp.origin).parent.parent)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(map(str, packages))),
        "PYTHONNOUSERSITE": "1",
    }


@contextmanager
def _readable_errors(speaker: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = {
            errno.EMFILE: "; raise the limit with `ulimit -n 4096`",
            errno.ENFILE: "; raise the limit with `sysctl fs.file-max`",
            errno.EAGAIN: "; raise the limit on processes with `ulimit -u`",
            errno.ENOMEM: "; free some memory or make the lab smaller",
            errno.ENOSPC: "; free some space",
        }.get(error.errno or 0, "")
        raise MachineError(f"cannot start speaker {speaker}: {error.strerror}{advice}") from None


def _address(network: int, number: int) -> str:
    return f"127.{network}.{(number + 1) >> 8}.{(number + 1) & 0xFF}"


def _claim_network(size: int) -> tuple[socket.socket, int]:
    """A loopback network no lab of this machine uses, and the claim on it (held until it is closed).

    The claim is an abstract UNIX socket: like the addresses it belongs to the network namespace, every user
    sees it, and it goes away with the lab, however that ends. Speakers that outlive it show by their port.
    """
    if size > 0xFFFD:
        raise EngineError(f"{size} speakers do not fit into one loopback network (at most 65533)")
    for network in random.sample(_NETWORKS, len(_NETWORKS)):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(f"\0byoip-lab-127.{network}")
        except OSError:
            claim.close()
            continue
        if all(_is_free(_address(network, number)) for number in range(size)):
            return claim, network
        claim.close()
    raise MachineError(
        f"port {BGP_PORT} is taken in every network from 127.{_NETWORKS[0]}.0.0/16 "
        f"to 127.{_NETWORKS[-1]}.0.0/16; end other labs with `lab down`"
    )


def _is_free(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, BGP_PORT))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise MachineError(
                    f"this machine has no loopback address {address}: the process driver needs Linux, "
                    "where all of 127.0.0.0/8 is local; use --driver docker"
                ) from None
            return False
    return True
