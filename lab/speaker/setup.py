"""What a speaker is told when it starts, and the ExaBGP configuration that follows from it."""

from __future__ import annotations

import json
import os
from collections.abc import Set
from dataclasses import dataclass
from string import Template
from typing import Final

from lab.bgp.commands import Command
from lab.bgp.config import RouterConfig, next_hop
from lab.bgp.jsonable import from_json, to_json

SETUP_FILE: Final = "speaker.json"
CONFIGURATION_FILE: Final = "exabgp.conf"
CONTROL_SOCKET: Final = "control.sock"
RTR_SOCKET: Final = "rtr.sock"
"""What is in a speaker's directory; the agent listens on the first socket, the lab on the second."""


@dataclass(frozen=True, slots=True)
class NeighborAddress:
    """Where a neighbour is reached; `passive` waits for it to connect."""

    address: str
    passive: bool


@dataclass(frozen=True, slots=True)
class CacheAddress:
    """Where a speaker reaches its RTR cache, as `lab.rtr.address` reads it. `name` is what people know the
    cache by; it is empty for the lab's own."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class SpeakerSetup:
    """One speaker. Paths are as seen where it runs. `neighbors` are by name, `rtr` is its cache.

    Those in `links_down` have no session. `commands` are carried out before the first session comes up: what
    a speaker that died had been told.
    """

    router: RouterConfig
    address: str
    port: int
    neighbors: dict[str, NeighborAddress]
    links_down: tuple[str, ...]
    commands: tuple[Command, ...]
    python: str
    agent: str
    directory: str
    rtr: CacheAddress

    @property
    def next_hops(self) -> dict[int, str]:
        """The next hop of the routes it sends, by IP version."""
        return {version: str(next_hop(version, self.router.router_id)) for version in (4, 6)}

    def to_text(self) -> str:
        """It as the text of a SETUP_FILE."""
        return json.dumps(to_json(self))

    @classmethod
    def from_text(cls, text: str) -> SpeakerSetup:
        """What `to_text` wrote. Raises ValueError."""
        setup: SpeakerSetup = from_json(cls, json.loads(text))
        return setup


def exabgp_configuration(setup: SpeakerSetup, templates: str, links_down: Set[str]) -> str:
    """The ExaBGP configuration without the neighbours in `links_down`; `templates` is the directory with the
    templates, as seen by the caller."""
    neighbor_template = _template(templates, "neighbor.conf.template")
    neighbors = [
        neighbor_template.substitute(
            address=setup.neighbors[neighbor.name].address,
            asn=neighbor.asn,
            local_address=setup.address,
            local_asn=setup.router.asn,
            router_id=setup.next_hops[4],
            port=setup.port,
            passive="true" if setup.neighbors[neighbor.name].passive else "false",
            number=number,
        )
        for number, neighbor in enumerate(setup.router.neighbors)
        if neighbor.name not in links_down
    ]
    speaker = _template(templates, "exabgp.conf.template").substitute(
        python=setup.python, agent=setup.agent, directory=setup.directory
    )
    return speaker + "".join(neighbors)


def _template(directory: str, name: str) -> Template:
    with open(os.path.join(directory, name), encoding="ascii") as file:
        return Template(file.read())
