"""A leak that live speakers drop because an ASPA contradicts its path, and take again without it."""

from __future__ import annotations

import pytest
from support.live_lab import paths, prefix, topology_of

from lab.bgp.aspa import Aspa, AspaMode, AspaState
from lab.bgp.commands import Leak, Originate, SetPolicy

pytestmark = pytest.mark.live

HELD = prefix("203.0.113.0/24")
CONTENT, CARRIER_A, OFFICE, CARRIER_B = range(64496, 64500)


@pytest.fixture
def leaking(start):
    """content buys from carrier-a, office from both carriers; office leaks, and carrier-b verifies paths."""
    engine = start(topology_of("content -> carrier-a", "office -> carrier-a", "office -> carrier-b"))
    engine.apply("content", Originate(HELD))
    engine.apply("office", Leak(HELD, "carrier-b"))
    engine.apply("carrier-b", SetPolicy(aspa=AspaMode.DROP))
    engine.converge()
    return engine


def state_at_carrier_b(engine):
    view = engine.view("carrier-b")
    (route,) = view.adj_in[HELD]
    return view.aspa_state(HELD, route)


def test_a_live_speaker_drops_a_leak_that_an_aspa_contradicts(leaking):
    leaked = {str(HELD): (OFFICE, CARRIER_A, CONTENT)}
    assert (paths(leaking, "carrier-b"), state_at_carrier_b(leaking)) == (leaked, AspaState.UNKNOWN)
    leaking.validate_against([], [Aspa(CARRIER_A, (0,))])
    leaking.converge()
    assert (paths(leaking, "carrier-b"), state_at_carrier_b(leaking)) == ({}, AspaState.INVALID)
    assert str(HELD) not in {str(found) for found in leaking.view("collector").adj_in} or all(
        route.neighbor != "carrier-b" for route in leaking.view("collector").adj_in[HELD]
    )
    explanation = leaking.explain("carrier-b", HELD)
    assert explanation.aspa[0].reason.startswith(f"AS{CARRIER_A}'s ASPA does not name AS{OFFICE}")
    with pytest.raises(ValueError, match="itself as a provider"):
        leaking.validate_against([], [Aspa(CONTENT, (CONTENT,))])
    leaking.kill("carrier-b")
    leaking.converge()
    assert (paths(leaking, "carrier-b"), state_at_carrier_b(leaking)) == ({}, AspaState.INVALID)
    leaking.validate_against([])
    leaking.converge()
    assert paths(leaking, "carrier-b") == leaked
