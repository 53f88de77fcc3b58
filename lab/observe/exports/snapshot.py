"""What an export is made from: a lab at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.bgp.prefix import Prefix
from lab.bgp.rib import RouterView
from lab.observe.events import AlertRaised
from lab.topology.model import Topology


@dataclass(frozen=True)
class Snapshot:
    """A lab at time `now` (seconds, as in lab.bgp.events).

    `views` holds every router's RIBs by name and `collected` the collector's. `links_down` holds the ends of
    each link without a session, both ways round. `alerts` stand now; `events` is the timeline so far.
    """

    topology: Topology
    views: Mapping[str, RouterView]
    collected: RouterView
    links_down: frozenset[tuple[str, str]]
    alerts: tuple[AlertRaised, ...]
    events: tuple[Any, ...]
    now: float

    def forwarding_title(self, prefix: Prefix) -> str:
        """What a picture of the forwarding to `prefix` shows: not what goes to its more specifics."""
        routed = {found for view in self.views.values() for found in view.best}
        longer = sorted(found for found in routed if prefix.covers(found) and found != prefix)
        return f"Forwarding to {prefix}" + (f" without {', '.join(map(str, longer))}" if longer else "")
