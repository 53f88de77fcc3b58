"""Making the engine a person named: `sim`, or `live` with one of its drivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lab.clouds.aws.events import AwsCalled, ByoipChanged
from lab.clouds.cloudflare.events import CloudflareCalled, CloudflareChanged, NotificationSent
from lab.engines.base import Engine, SpeakerFault
from lab.engines.live.run_directory import RunDirectory
from lab.registry.events import DnsEdited, IrrEdited, RegistryEdited
from lab.topology.model import Topology

ENGINES: Final = ("sim", "live")
DRIVERS: Final = ("process", "docker")
EVENT_TYPES: Final = (
    SpeakerFault,
    RegistryEdited,
    IrrEdited,
    DnsEdited,
    AwsCalled,
    ByoipChanged,
    CloudflareCalled,
    CloudflareChanged,
    NotificationSent,
)
"""The events engines, registries and clouds add to those of the lower floors."""


def make_engine(
    engine: str = "sim",
    driver: str = "process",
    *,
    seed: int = 0,
    speed: float = 1.0,
    base_image: str | None = None,
    run: RunDirectory | None = None,
    calendar: float | None = None,
) -> Callable[[Topology], Engine]:
    """What makes an engine from a topology. `seed` is for `sim`, and `calendar`, the UNIX seconds at which it
    begins; the rest is for `live`. `run` is the run directory to use instead of a new one.

    Raises ValueError for a name that is none.
    """
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; engines: {', '.join(ENGINES)}")
    if driver not in DRIVERS:
        raise ValueError(f"there is no driver {driver!r}; drivers: {', '.join(DRIVERS)}")

    def make(topology: Topology) -> Engine:
        # Imported here so that a simulation needs neither ExaBGP nor the docker SDK in memory.
        if engine == "sim":
            from lab.engines.sim.engine import SimEngine

            simulation = SimEngine(topology, seed=seed)
            if calendar is not None:
                simulation.set_calendar(calendar)
            return simulation
        from lab.engines.live.engine import LiveEngine

        if driver == "docker":
            from lab.engines.live.docker_driver import DockerDriver

            return LiveEngine(topology, DockerDriver(base_image), speed=speed, run=run)
        from lab.engines.live.process_driver import ProcessDriver

        return LiveEngine(topology, ProcessDriver(), speed=speed, run=run)

    return make
