"""Live labs that are closed after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.live_lab import topology_of

from lab.engines.live.engine import LiveEngine
from lab.engines.live.process_driver import ProcessDriver
from lab.topology.model import Topology


@pytest.fixture
def start() -> Iterator:
    """`start(topology, **options)` gives a running LiveEngine, which is closed after the test."""
    engines: list[LiveEngine] = []

    def run(topology: Topology, **options) -> LiveEngine:
        engine = LiveEngine(topology, ProcessDriver(), **options)
        engines.append(engine)
        engine.start()
        return engine

    yield run
    for engine in engines:
        engine.close()


@pytest.fixture
def chain(start) -> LiveEngine:
    """A customer, its provider, and that one's provider, which has a second customer; and the collector."""
    return start(topology_of("customer -> transit", "transit -> tier1", "other -> tier1"))
