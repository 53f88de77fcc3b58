"""Flapping prefixes: however wild it was, once converged every speaker holds the one stable state."""

from __future__ import annotations

import random

import pytest
from support.live_lab import prefix, table, topology_of

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.prefix import Prefix
from lab.engines.live.engine import LiveEngine
from lab.engines.sim.engine import SimEngine

pytestmark = pytest.mark.live

TOPOLOGY = topology_of(
    "left -- right", "mid1 -> left", "mid2 -> left", "mid2 -> right", "mid3 -> right", "mid1 -- mid2",
    "edge1 -> mid1", "edge1 -> mid2", "edge2 -> mid2", "edge3 -> mid3", "edge3 -> mid1",
)  # fmt: skip
ORIGINS = ("edge1", "edge2", "edge3", "left")
PREFIXES = [prefix(f"198.51.100.{n}/32") for n in range(15)] + [
    prefix(f"2001:db8:{n:x}::/48") for n in range(5)
]


class Flapping:
    """Random announcements, changes and withdrawals, and what is announced after them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.announced: dict[tuple[str, Prefix], Originate] = {}

    def change(self, lab: LiveEngine) -> None:
        origin, flapped = self.random.choice(ORIGINS), self.random.choice(PREFIXES)
        if (origin, flapped) in self.announced and self.random.random() < 0.6:
            del self.announced[origin, flapped]
            lab.apply(origin, StopOriginating(flapped))
        else:
            command = Originate(
                flapped, prepend=self.random.randrange(3), communities=(self.random.randrange(4),)
            )
            self.announced[origin, flapped] = command
            lab.apply(origin, command)

    def expected(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The stable state, reached by the simulator from scratch. It is unique: nobody leaks."""
        sim = SimEngine(TOPOLOGY)
        sim.start()
        for (origin, _), command in self.announced.items():
            sim.apply(origin, command)
        sim.converge()
        return table(sim)


def test_three_hundred_quick_changes_leave_no_prefix_wrong(start):
    lab, flapping = start(TOPOLOGY), Flapping(seed=0)
    for _ in range(3):
        for _ in range(100):
            flapping.change(lab)
        lab.converge()
        assert table(lab) == flapping.expected()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_thirty_seconds_of_flapping_leave_no_prefix_wrong(start, seed):
    lab, flapping = start(TOPOLOGY), Flapping(seed)
    end = lab.now() + 30
    while lab.now() < end:
        for _ in range(flapping.random.randrange(1, 20)):
            flapping.change(lab)
        lab.advance(flapping.random.random() * 0.05)
    lab.converge()
    assert table(lab) == flapping.expected()


def test_links_that_flap_among_flapping_prefixes_leave_no_prefix_wrong(start):
    lab, flapping = start(TOPOLOGY), Flapping(seed=9)
    for link in TOPOLOGY.links[:6]:
        for up in (False, True):
            for _ in range(15):
                flapping.change(lab)
            lab.set_link(link.a, link.b, up=up)
    lab.converge()
    assert table(lab) == flapping.expected()
