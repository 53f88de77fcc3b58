"""VRPs reach speakers in containers through a socket in their directory, from the lab or the user's cache."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.live_lab import paths, prefix
from support.own_cache import OwnCache

from lab.bgp.commands import Originate
from lab.bgp.events import CacheFailed, PayloadsReceived
from lab.bgp.rov import Vrp
from lab.engines.live.docker_driver import DockerDriver
from lab.engines.live.engine import LiveEngine
from lab.engines.live.run_directory import RunDirectory
from lab.topology.loading import parse

pytestmark = pytest.mark.docker

V4 = prefix("203.0.113.0/24")
WRONG, RIGHT = Vrp(V4, 24, 64511), Vrp(V4, 24, 64496)
LAB = """
name: validated
title: Two networks that drop what is invalid, each by a cache of its own choice
ases:
  origin: {{asn: 64496}}
  follows-the-lab: {{asn: 64497, rov: drop}}
  follows-its-own: {{asn: 64498, rov: drop, rtr: "{address}"}}
links:
  - origin -> follows-the-lab
  - origin -> follows-its-own
"""


@pytest.fixture
def own_cache() -> Iterator[OwnCache]:
    cache = OwnCache()
    yield cache
    cache.stop()


@pytest.fixture
def lab(base_image: str, run: RunDirectory, own_cache: OwnCache) -> Iterator[LiveEngine]:
    own_cache.start(WRONG)
    with LiveEngine(parse(LAB.format(address=own_cache.address)), DockerDriver(base_image), run=run) as lab:
        lab.apply("origin", Originate(V4))
        yield lab


def await_event(lab: LiveEngine, kind: type, speaker: str) -> object:
    """The next event of a kind at a speaker."""
    while True:
        for event in lab.events():
            if isinstance(event, kind) and event.at == speaker:
                return event
        lab.advance(0.01)


def who_has_the_route(lab: LiveEngine) -> set[str]:
    return {name for name in ("follows-the-lab", "follows-its-own") if paths(lab, name)}


def test_speakers_in_containers_follow_the_lab_or_a_cache_on_its_machine(
    lab: LiveEngine, own_cache: OwnCache
) -> None:
    lab.converge()
    assert who_has_the_route(lab) == {"follows-the-lab"}
    lab.validate_against([WRONG])
    lab.converge()
    assert who_has_the_route(lab) == set()
    lab.events()
    own_cache.stop()
    failed = await_event(lab, CacheFailed, "follows-its-own")
    assert failed.cache == str(own_cache.address)
    own_cache.start(RIGHT)
    await_event(lab, PayloadsReceived, "follows-its-own")
    lab.converge()
    assert who_has_the_route(lab) == {"follows-its-own"}
    lab.validate_against([RIGHT])
    for name in ("follows-the-lab", "follows-its-own"):
        lab.kill(name)
    lab.converge()
    assert who_has_the_route(lab) == {"follows-the-lab", "follows-its-own"}
