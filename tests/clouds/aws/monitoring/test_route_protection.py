"""How well ROAs protect a route, and who else announces it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.clouds.aws.monitoring.route_protection import RpkiStatus, RpkiStrength, protection
from lab.clouds.aws.world import SeenRoute

PREFIX = Prefix.parse("203.0.113.0/24")
AMAZON = (16509, 14618)


def _roa(asn: int, prefix: str = "203.0.113.0/24", longest: int | None = None) -> Vrp:
    parsed = Prefix.parse(prefix)
    return Vrp(parsed, longest or parsed.length, asn)


@pytest.mark.parametrize(
    ("vrps", "status", "strength"),
    [
        ([], RpkiStatus.UNKNOWN, None),
        ([_roa(64500)], RpkiStatus.INVALID, None),
        ([_roa(16509, "203.0.112.0/23")], RpkiStatus.INVALID, None),
        ([_roa(0)], RpkiStatus.INVALID, None),
        ([_roa(16509)], RpkiStatus.VALID, RpkiStrength.STRICT),
        ([_roa(16509), _roa(64500)], RpkiStatus.VALID, RpkiStrength.STRICT),
        ([_roa(16509, longest=32)], RpkiStatus.VALID, RpkiStrength.PERMISSIVE),
        ([_roa(16509), _roa(16509, "203.0.112.0/23", 24)], RpkiStatus.VALID, RpkiStrength.PERMISSIVE),
    ],
)
def test_a_route_is_judged_by_the_roas_that_cover_it(
    vrps: list[Vrp], status: RpkiStatus, strength: RpkiStrength | None
) -> None:
    found = protection(PREFIX, 16509, AMAZON, vrps, [])
    assert (found.status, found.strength) == (status, strength)
    assert {roa.vrp for roa in found.roas} == set(vrps)
    assert any(roa.match for roa in found.roas) == (status is RpkiStatus.VALID)


def test_the_same_and_more_specific_routes_of_others_are_overlaps() -> None:
    routes = [
        ("203.0.113.0/24", 64500),
        ("203.0.113.128/25", 64501),
        ("203.0.113.128/25", 64501),
        ("203.0.112.0/23", 64502),
        ("203.0.113.0/24", 16509),
        ("203.0.113.0/25", 14618),
    ]
    seen = [
        SeenRoute(Prefix.parse(prefix), (64511, origin), f"peer {place}")
        for place, (prefix, origin) in enumerate(routes)
    ]
    found = protection(PREFIX, 16509, AMAZON, [], seen)
    assert [(str(prefix), origin) for prefix, origin in found.overlaps] == [
        ("203.0.113.0/24", 64500),
        ("203.0.113.128/25", 64501),
    ]


vrps = st.builds(
    lambda length, longer, asn: Vrp(PREFIX.supernet(length), min(length + longer, 32), asn),
    st.integers(20, 24),
    st.integers(0, 8),
    st.sampled_from([0, 16509, 14618, 64500]),
)


@given(st.lists(vrps, max_size=4))
def test_the_verdict_is_that_of_origin_validation(payloads: list[Vrp]) -> None:
    found = protection(PREFIX, 16509, AMAZON, payloads, [])
    words = {
        RovState.VALID: RpkiStatus.VALID,
        RovState.INVALID: RpkiStatus.INVALID,
        RovState.NOT_FOUND: RpkiStatus.UNKNOWN,
    }
    assert found.status is words[VrpTable(payloads).validate(PREFIX, 16509)]
    assert any(roa.match for roa in found.roas) == (found.status is RpkiStatus.VALID)
    assert (found.strength is not None) == (found.status is RpkiStatus.VALID)
