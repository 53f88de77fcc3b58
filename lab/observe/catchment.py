"""Catchment: where each speaker's packets to a prefix end, and the shares that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lab.bgp.prefix import Prefix
from lab.bgp.rib import RouterView
from lab.dataplane.fib import forwarders, longest_match, next_hop
from lab.topology.model import Topology


@dataclass(frozen=True)
class Catchment:
    """`ends` maps every speaker that carries packets to the one that delivers its packets to `prefix`.

    None: they are dropped, discarded or loop. uRPF is left out, as it depends on the packet's source.
    """

    prefix: Prefix
    ends: Mapping[str, str | None]

    def share(self, speaker: str) -> float:
        """Percent of these speakers, itself included, whose packets end at `speaker`."""
        return 100 * self._counts.get(speaker, 0) / len(self.ends) if self.ends else 0.0

    @property
    def lost(self) -> float:
        """Percent of these speakers whose packets end nowhere."""
        return 100 * self._counts.get(None, 0) / len(self.ends) if self.ends else 0.0

    @cached_property
    def _counts(self) -> dict[str | None, int]:
        counts: dict[str | None, int] = {}
        for end in self.ends.values():
            counts[end] = counts.get(end, 0) + 1
        return counts


def catchment(topology: Topology, views: Mapping[str, RouterView], prefix: Prefix) -> Catchment:
    """Follow every speaker's packets to `prefix`. `views` holds every speaker's RIBs by name.

    Of a prefix that has more specifics, this is about the addresses outside them.
    """
    ends: dict[str, str | None] = {}
    for speaker in forwarders(topology):
        walked: list[str] = []
        here: str | None = speaker.name
        while here is not None and here not in ends:
            walked.append(here)
            ends[here] = None  # stands if the walk comes back here: then it is a loop
            match = longest_match(views[here].best, prefix)
            if match and match.route.is_own:
                ends[here] = here
                break
            step = next_hop(views, here, match) if match and not match.route.discard else None
            here = step.speaker if step else None
        end = ends[here] if here is not None else None
        ends.update((name, end) for name in walked)
    return Catchment(prefix, ends)
