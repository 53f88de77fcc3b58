"""Route origin validation (RFC 6811) held against its definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bgp_values import related_prefixes, vrps

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable

PREFIX = Prefix.parse("203.0.113.0/24")
HALF = Prefix.parse("203.0.113.0/25")
tables = st.lists(vrps(), max_size=6)
origins = st.sampled_from([None, 0, 64496, 64497, 64498])


def by_definition(table: list[Vrp], prefix: Prefix, origin: int | None) -> RovState:
    """RFC 6811 section 2, word by word, on bit strings."""

    def bits(of: Prefix) -> str:
        return f"{of.value:032b}"[: of.length]

    covering = [vrp for vrp in table if bits(prefix).startswith(bits(vrp.prefix))]
    if not covering:
        return RovState.NOT_FOUND
    matched = [
        vrp
        for vrp in covering
        if prefix.length <= vrp.max_length and origin == vrp.asn and origin not in (0, None)
    ]
    return RovState.VALID if matched else RovState.INVALID


@given(tables, related_prefixes(), origins)
def test_the_state_is_the_one_rfc_6811_defines(table: list[Vrp], prefix: Prefix, origin: int | None) -> None:
    assert VrpTable(table).validate(prefix, origin) is by_definition(table, prefix, origin)


@given(tables, st.lists(st.tuples(related_prefixes(), origins), max_size=8))
def test_asking_twice_or_in_another_order_gives_the_same_state(
    table: list[Vrp], questions: list[tuple[Prefix, int | None]]
) -> None:
    held = VrpTable(table)
    first = [held.validate(*question) for question in questions]
    assert [held.validate(*question) for question in reversed(questions)] == first[::-1]


@given(tables, related_prefixes(), origins)
def test_the_explanation_names_every_covering_vrp_and_why_it_failed(
    table: list[Vrp], prefix: Prefix, origin: int | None
) -> None:
    verdict = VrpTable(table).explain(prefix, origin)
    assert {vrp for vrp, _ in verdict.covering} == {vrp for vrp in table if vrp.prefix.covers(prefix)}
    assert (verdict.state is RovState.VALID) == any(why == "matches" for _, why in verdict.covering)
    for vrp, why in verdict.covering:
        assert ("longer than maxLength" in why) == (prefix.length > vrp.max_length)
        assert ("AS 0 authorises nobody" in why) == (vrp.asn == 0)
        assert ("no single origin AS" in why) == (origin is None and vrp.asn != 0)
        assert (f"the origin is AS{origin}" in why) == (origin is not None and vrp.asn not in (0, origin))
        assert str(vrp) in str(verdict)


@given(st.sampled_from([0, 64496]), related_prefixes())
def test_an_as_0_vrp_covers_and_never_matches(origin: int, prefix: Prefix) -> None:
    table = VrpTable([Vrp(Prefix(4, 0, 0), 32, 0)])
    assert table.validate(prefix, origin) is RovState.INVALID
    assert not table.authorises_origin(prefix, 0)


def test_the_least_specific_covering_vrp_is_explained_first() -> None:
    wide, narrow = Vrp(PREFIX.supernet(16), 16, 64496), Vrp(PREFIX, 24, 64497)
    verdict = VrpTable([narrow, wide]).explain(PREFIX, 64498)
    assert [vrp for vrp, _ in verdict.covering] == [wide, narrow]


def test_a_route_nobody_covers_is_not_found_and_says_so() -> None:
    assert str(VrpTable().explain(PREFIX, 64496)) == "not-found: no VRP covers 203.0.113.0/24"


def test_a_more_specific_beyond_maxlength_is_invalid_and_says_so() -> None:
    verdict = VrpTable([Vrp(PREFIX, 24, 64496)]).explain(HALF, 64496)
    assert str(verdict) == "invalid: 203.0.113.0/24 AS64496: /25 is longer than maxLength 24"


def test_a_vrp_of_the_other_ip_version_covers_nothing() -> None:
    assert VrpTable([Vrp(Prefix(6, 0, 0), 128, 64496)]).validate(PREFIX, 64496) is RovState.NOT_FOUND


def test_verdicts_on_routes_that_are_long_gone_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.bgp.rov.MOST_REMEMBERED", 10)
    table = VrpTable([Vrp(PREFIX, 24, 64496)])
    states = [table.validate(PREFIX, origin) for origin in range(64490, 64550)]
    assert len(table._cache) <= 10
    assert [origin for origin, state in enumerate(states, 64490) if state is RovState.VALID] == [64496]


def test_a_table_holds_each_vrp_once() -> None:
    vrp = Vrp(PREFIX, 24, 64496)
    assert list(VrpTable([vrp, vrp])) == [vrp]
    assert len(VrpTable([vrp, vrp])) == 1
