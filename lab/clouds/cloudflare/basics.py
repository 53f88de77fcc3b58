"""What every room of Cloudflare is given."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from lab.clouds.cloudflare.events import CloudflareEvent
from lab.clouds.cloudflare.ids import Ids
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.clouds.cloudflare.world import World
from lab.state.state import State
from lab.topology.cloudflare_section import Window


@dataclass(frozen=True, slots=True)
class Basics:
    """The settings, the world outside, the state that survives, and the events that the lab will take."""

    settings: CloudflareSettings
    world: World
    state: State
    ids: Ids
    events: list[CloudflareEvent] = field(default_factory=list)

    def drawn(self, window: Window, what: str) -> float:
        """Seconds within a window, always the same ones for one seed and one `what`."""
        return random.Random(f"{self.settings.seed} {what}").uniform(*window)
