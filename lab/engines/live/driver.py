"""What a driver does: give every speaker a place to run in, start it there, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from lab.engines.live.run_directory import RunDirectory
from lab.topology.model import Topology

BGP_PORT: Final = 1790
"""Every speaker listens here: a port that needs no privilege."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one speaker runs. Paths are as the speaker itself sees them.

    `address` is the IPv4 address it listens on (port BGP_PORT) and connects from. `directory` is its
    directory of the run (`RunDirectory.speaker(name)` outside), which holds the ExaBGP configuration and the
    agent's control socket. `python` runs both ExaBGP and `agent`, the entry point `speakers/agent.py`.
    """

    address: str
    directory: str
    python: str
    agent: str


class Driver(Protocol):
    """Where speakers run. The engine calls `prepare` once, then the others, from one thread.

    `shares_loopback` tells whether they reach what listens on this machine's loopback addresses.
    """

    shares_loopback: bool

    def prepare(
        self, topology: Topology, run: RunDirectory, external: Collection[str] = ()
    ) -> Mapping[str, Place]:
        """Claim what the speakers need (addresses, networks, images) and say where each will run.

        `external` speakers get an address too, but are never started. Raises MachineError.
        """

    def start(
        self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Start speakers by name, or start them again, several at once where that is faster.

        `commands` is what to execute inside each place (ExaBGP, which starts the agent), `environment` what
        to add to its environment. Returns when they are launched. Raises MachineError.
        """

    def kill(self, speaker: str) -> None:
        """SIGKILL all of a speaker, ExaBGP and agent; nothing happens if it is already gone."""

    def alive(self, speaker: str) -> bool:
        """Whether the speaker's ExaBGP runs."""

    def log(self, speaker: str) -> str:
        """The end of what the speaker printed (at most a few kilobytes), for error reports."""

    def stop(self) -> None:
        """End and remove everything of this run, including networks. Idempotent; never raises."""
