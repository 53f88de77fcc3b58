"""How the docker driver scales: `python benchmarks/docker_scale.py [ASES:PREFIXES ...]` prints a table.

Columns as in live_scale.py; containers is the part of start it takes to launch them. The image is built
before the clock starts. LAB_SPEAKER_BASE names the base image where the default is not there. Reading the
memory of the containers' processes needs root.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence

import docker
from live_scale import internet, pss

from lab.bgp.commands import Originate
from lab.bgp.prefix import Prefix
from lab.engines.live.docker_driver import DOCKER_RUN_LABEL, DockerDriver
from lab.engines.live.engine import LiveEngine
from lab.engines.live.image import BASE_VARIABLE, DEFAULT_BASE, speaker_image


class TimedDriver(DockerDriver):
    """Notes how long the launch took."""

    launch = 0.0

    def start(
        self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Start, and note the seconds."""
        began = time.monotonic()
        super().start(commands, environment)
        self.launch = time.monotonic() - began


def memory(client: docker.DockerClient, run_id: str) -> int:
    """The PSS of all processes in the containers of a run, in bytes."""
    return sum(
        pss(process[0])
        for container in client.containers.list(filters={"label": f"{DOCKER_RUN_LABEL}={run_id}"})
        for process in container.top(ps_args="-eo pid")["Processes"]
    )


def measure(client: docker.DockerClient, ases: int, prefixes: int) -> str:
    """One row of the table."""
    topology = internet(ases)
    names = [speaker.name for speaker in topology.routers()]
    driver = TimedDriver()
    engine = LiveEngine(topology, driver)
    began = time.monotonic()
    try:
        engine.start()
        started = time.monotonic()
        for number in range(prefixes):
            prefix = Prefix(4, (198 << 24) + (51 << 16) + (number << 8), 24)
            engine.apply(names[number % ases], Originate(prefix))
        engine.converge(300)
        converged = time.monotonic()
        assert engine.run is not None
        taken = memory(client, engine.run.run_id) / len(topology.speakers)
        closing = time.monotonic()
    finally:
        engine.close()
    return (
        f"{ases:5} {len(topology.links):8} {prefixes:8} {driver.launch:12.2f} {started - began:8.2f}"
        f" {converged - started:11.2f} {time.monotonic() - closing:7.2f} {taken / 1e6:10.1f}"
    )


def main() -> None:
    """Print the table."""
    client = docker.from_env()
    speaker_image(client, os.environ.get(BASE_VARIABLE, DEFAULT_BASE))
    print(" ASes sessions prefixes containers/s  start/s converged/s close/s MB/speaker")
    for size in sys.argv[1:] or ["9:100", "24:100", "59:210"]:
        ases, prefixes = size.split(":")
        print(measure(client, int(ases), int(prefixes)), flush=True)


if __name__ == "__main__":
    main()
