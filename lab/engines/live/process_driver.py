"""The `process` driver: every speaker is an ExaBGP on its own loopback address. Linux, no root needed."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import lab
from lab.engines.base import EngineError, MachineError
from lab.engines.live.driver import BGP_PORT, Place
from lab.engines.live.labelled_processes import kill_labelled
from lab.engines.live.nursery import REQUEST_LIMIT, Request
from lab.engines.live.run_directory import RunDirectory
from lab.engines.live.speaker_files import speakers_directory
from lab.topology.model import Topology

_LOG_FILE: Final = "exabgp.log"
_LOG_LIMIT: Final = 1 << 20
_LOG_TAIL: Final = 4096
_NURSERY_TIMEOUT: Final = 30.0
"""Seconds the nursery may take to fork a speaker, the first time to import ExaBGP too."""
_EXIT_TIMEOUT: Final = 10.0
_NETWORKS: Final = range(8, 250)
"""The second octets to choose from: a lab has 127.N.0.0/16 to itself."""


class _NurseryLostError(Exception):
    """The nursery died, or does not answer; the text is what it printed."""


@dataclass(frozen=True, slots=True)
class _Process:
    """A speaker's ExaBGP. It leads the session `pid`; `handle` becomes readable when it has ended."""

    pid: int
    handle: int

    def has_ended(self, timeout: float = 0.0) -> bool:
        """Whether it has, at the latest after `timeout` seconds."""
        poll = select.poll()
        poll.register(self.handle, select.POLLIN)
        return bool(poll.poll(1000 * timeout))


class _Nursery:
    """The running `lab.engines.live.nursery` of a run."""

    def __init__(self, run: RunDirectory) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        self._socket, other_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_NURSERY_TIMEOUT)
        with other_end:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lab.engines.live.nursery"],
                stdin=other_end.fileno(),
                stdout=self._output,
                stderr=self._output,
                cwd="/",
                env={**_base_environment(), **run.labels},
                start_new_session=True,
            )

    def fork(self, request: Request, log: IO[bytes]) -> _Process:
        """Start a speaker. Raises OSError if the machine is at a limit, and _NurseryLostError."""
        message = json.dumps(request).encode()
        assert len(message) <= REQUEST_LIMIT
        try:
            socket.send_fds(self._socket, [message], [log.fileno()])
            answer, handles, _, _ = socket.recv_fds(self._socket, REQUEST_LIMIT, 1)
        except (ConnectionError, TimeoutError):
            answer = b""
        if not answer:
            self._output.seek(0)
            raise _NurseryLostError(self._output.read().decode("utf-8", "replace").strip()[-_LOG_TAIL:])
        found = json.loads(answer)
        if "errno" in found:
            raise OSError(found["errno"], os.strerror(found["errno"]))
        return _Process(found["pid"], handles[0])

    def close(self) -> None:
        """End it; its speakers stay."""
        self._socket.close()
        self._process.kill()
        self._process.wait()
        self._output.close()


class ProcessDriver:
    """Speakers as plain processes of this user. Implements `lab.engines.live.driver.Driver`."""

    shares_loopback = True

    def __init__(self) -> None:
        self._run: RunDirectory | None = None
        self._claim: socket.socket | None = None
        self._nursery: _Nursery | None = None
        self._processes: dict[str, _Process] = {}

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
            self._forget(name)
            request = Request(
                command=list(command), environment=dict(environment[name]), log_limit=_LOG_LIMIT
            )
            with _readable_errors(name), open(self._run.speaker(name) / _LOG_FILE, "wb") as log:
                self._processes[name] = self._fork(self._run, request, log)

    def _fork(self, run: RunDirectory, request: Request, log: IO[bytes]) -> _Process:
        if self._nursery is not None:
            try:
                return self._nursery.fork(request, log)
            except _NurseryLostError:
                self._close_nursery()
                kill_labelled(run.run_id)  # or a speaker may live of which it could not tell any more
        self._nursery = _Nursery(run)
        try:
            return self._nursery.fork(request, log)
        except _NurseryLostError as error:
            raise MachineError(f"cannot import ExaBGP; the end of what was printed:\n{error}") from None

    def _close_nursery(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    def kill(self, speaker: str) -> None:
        """SIGKILL ExaBGP and the agent."""
        process = self._processes.get(speaker)
        if self._run is not None and process is not None:
            kill_labelled(self._run.run_id, process.pid)
            self._forget(speaker)

    def _forget(self, speaker: str) -> None:
        process = self._processes.pop(speaker, None)
        if process is not None:
            os.close(process.handle)

    def alive(self, speaker: str) -> bool:
        """Whether ExaBGP runs."""
        process = self._processes.get(speaker)
        return process is not None and not process.has_ended()

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
        for process in self._processes.values():  # before the nursery, which reaps them
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(process.handle, signal.SIGKILL)
        for name, process in list(self._processes.items()):
            process.has_ended(_EXIT_TIMEOUT)
            self._forget(name)
        if self._run is not None:
            kill_labelled(self._run.run_id)
        self._close_nursery()
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


@contextlib.contextmanager
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
