"""Speakers in containers end as the simulator does."""

from __future__ import annotations

import pytest
from support.agreement import failures, run_to_the_end, skipping_waits

from lab.scenario.engines import make_engine
from lab.topology.loading import load

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("name", ["anycast-catchment", "byoip-to-aws", "route-leak-otc"])
def test_a_shipped_scenario_holds_in_containers_and_ends_as_in_the_simulator(name, base_image):
    topology = load(name)
    _, simulated = run_to_the_end(topology, make_engine("sim"))
    containers = skipping_waits(make_engine("live", "docker", base_image=base_image))
    report, live = run_to_the_end(topology, containers)
    assert failures(report) == []
    assert live == simulated
