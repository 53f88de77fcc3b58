"""The steps that send packets, as written in a file: one packet, or traffic that is watched from then on.

Which members may stand together: `traffic_checks`.
"""

from __future__ import annotations

from pydantic import Field, StrictBool

from lab.topology.dns_scalars import DEFAULT_PORT, HostName, PortWord
from lab.topology.scalars import IpAddress, SpeakerName
from lab.topology.step_model import StepModel


class Probe(StepModel):
    """Send a packet from `from` and follow it hop by hop, to a `destination` or to a `host` that the DNS
    resolves."""

    name: SpeakerName = Field(alias="from")
    source: IpAddress
    destination: IpAddress | None = None
    host: HostName | None = None
    port: PortWord = DEFAULT_PORT

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        return f"{self.name} sends a packet from {self.source} to {_target(self)}"


class FlowStep(StepModel):
    """Traffic called `name` goes on from `from`, and is watched, until a step with `stop`."""

    name: SpeakerName
    source_speaker: SpeakerName | None = Field(default=None, alias="from")
    source: IpAddress | None = None
    destination: IpAddress | None = None
    host: HostName | None = None
    port: PortWord = DEFAULT_PORT
    stop: StrictBool = False

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        if self.stop:
            return f"the traffic {self.name} ends"
        return (
            f"the traffic {self.name} begins, from {self.source_speaker}'s {self.source} to {_target(self)}"
        )


def _target(body: Probe | FlowStep) -> str:
    port = f" {body.port}" if "port" in body.model_fields_set else ""
    return f"{body.host or body.destination}{port}"
