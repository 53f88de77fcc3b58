"""AS path verification held against its definition and other people's vectors.

draft-ietf-sidrops-aspa-verification, version 28.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.aspa import Aspa, AspaState, AspaTable, Direction, Hop
from lab.bgp.relationship import Relationship

VECTORS = json.loads(Path(__file__).parents[1].joinpath("data/aspa_vectors.json").read_text())["vectors"]
"""NIST-BRIO's examples and demonstrations, and the tests of BIRD's filters: each entry names its source."""

UP, DOWN = Direction.UPSTREAM, Direction.DOWNSTREAM
VALID, INVALID, UNKNOWN = AspaState.VALID, AspaState.INVALID, AspaState.UNKNOWN

few = st.integers(64496, 64501)
paths = st.lists(few, max_size=7).map(tuple)
aspas = st.builds(
    Aspa, few, st.lists(st.just(0) | few, min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
).filter(lambda aspa: aspa.customer not in aspa.providers)
tables = st.lists(aspas, max_size=8)
directions = st.sampled_from(Direction)


# --- the definition -----------------------------------------------------------------------------------------


def by_definition(table: list[Aspa], path: tuple[int, ...], direction: Direction) -> AspaState:
    """Sections 5.2 to 5.5 word by word: AS(1) is the origin, AS(N) the neighbour."""

    def authorized(customer: int, provider: int) -> str:
        sets = [set(aspa.providers) for aspa in table if aspa.customer == customer]
        if not sets:
            return "No Attestation"
        return "Provider+" if provider in set().union(*sets) else "Not Provider+"

    unique: list[int] = []
    for asn in reversed(path):
        if not unique or unique[-1] != asn:
            unique.append(asn)
    n = len(unique)
    if n == 0:
        return INVALID
    asn_of = dict(enumerate(unique, start=1))
    up = {i: authorized(asn_of[i], asn_of[i + 1]) for i in range(1, n)}
    down = {j: authorized(asn_of[j], asn_of[j - 1]) for j in range(2, n + 1)}
    max_up = min((i for i in up if up[i] == "Not Provider+"), default=n)
    min_up = min((i for i in up if up[i] != "Provider+"), default=n)
    max_down = n - max((j for j in down if down[j] == "Not Provider+"), default=1) + 1
    min_down = n - max((j for j in down if down[j] != "Provider+"), default=1) + 1
    if direction is DOWN:
        max_up, min_up = max_up + max_down, min_up + min_down
    if max_up < n:
        return INVALID
    return UNKNOWN if min_up < n else VALID


@given(tables, paths, directions)
def test_the_state_is_the_one_the_draft_defines(
    table: list[Aspa], path: tuple[int, ...], direction: Direction
) -> None:
    assert AspaTable(table).verify(path, direction) is by_definition(table, path, direction)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"].rsplit("/", 1)[-1])
def test_a_vector_of_nist_or_bird_has_its_outcome(vector: dict[str, Any]) -> None:
    table = AspaTable(Aspa(int(customer), tuple(named)) for customer, named in vector["aspa"].items())
    state = table.verify(tuple(vector["path"]), Direction(vector["direction"]))
    assert state.value == vector["outcome"].lower()


def test_there_are_vectors_of_both_directions_and_all_outcomes() -> None:
    assert len(VECTORS) == 67
    assert {(vector["direction"], vector["outcome"]) for vector in VECTORS} == {
        (direction.value, outcome) for direction in Direction for outcome in ("Valid", "Invalid", "Unknown")
    }


@given(tables, st.lists(st.tuples(paths, directions), max_size=8))
def test_asking_twice_or_in_another_order_gives_the_same_state(
    table: list[Aspa], questions: list[tuple[tuple[int, ...], Direction]]
) -> None:
    held = AspaTable(table)
    first = [held.verify(*question) for question in questions]
    assert [held.verify(*question) for question in reversed(questions)] == first[::-1]


@given(tables, paths, directions, st.data())
def test_prepending_changes_no_state(
    table: list[Aspa], path: tuple[int, ...], direction: Direction, data: st.DataObject
) -> None:
    times = data.draw(st.lists(st.integers(1, 3), min_size=len(path), max_size=len(path)))
    prepended = tuple(asn for asn, count in zip(path, times, strict=True) for _ in range(count))
    held = AspaTable(table)
    assert held.verify(prepended, direction) is held.verify(path, direction)


@given(tables, few, directions)
def test_a_path_of_the_neighbour_alone_is_valid_and_an_empty_one_is_not(
    table: list[Aspa], asn: int, direction: Direction
) -> None:
    assert AspaTable(table).verify((asn,), direction) is VALID
    assert AspaTable(table).verify((), direction) is INVALID


# --- what a table is ----------------------------------------------------------------------------------------


@given(tables)
def test_several_aspas_of_a_customer_count_as_one_that_names_all_their_providers(table: list[Aspa]) -> None:
    held = AspaTable(table)
    for customer in range(64496, 64502):
        own = [aspa for aspa in table if aspa.customer == customer]
        named = {asn for aspa in own for asn in aspa.providers} - {0}
        assert held.providers(customer) == (named if own else None)
        for other in range(64496, 64502):
            expected = (Hop.PROVIDER if other in named else Hop.NOT_PROVIDER) if own else Hop.NO_ATTESTATION
            assert held.hop(customer, other) is expected


def test_verdicts_on_paths_that_are_long_gone_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.bgp.aspa.MOST_REMEMBERED", 10)
    table = AspaTable([Aspa(64496, (64497,))])
    states = {table.verify((64497, 64496, origin), Direction.UPSTREAM) for origin in range(64500, 64560)}
    assert states == {AspaState.UNKNOWN}
    assert len(table._cache) <= 10


def test_as_0_names_nobody_and_beside_others_says_nothing() -> None:
    alone, beside = AspaTable([Aspa(64496, (0,))]), AspaTable([Aspa(64496, (0, 64510))])
    assert alone.hop(64496, 64510) is Hop.NOT_PROVIDER
    assert beside.hop(64496, 64510) is Hop.PROVIDER
    assert alone.hop(64496, 0) is beside.hop(64496, 0) is Hop.NOT_PROVIDER


@pytest.mark.parametrize(
    ("customer", "providers", "problem"),
    [
        (0, (64510,), "an ASPA's customer is an AS from 1 to 4294967295, not 0"),
        (2**32, (64510,), "an ASPA's customer is an AS from 1 to 4294967295, not 4294967296"),
        (64496, (), "the ASPA of AS64496 names nobody; provider 0 says that there are no providers"),
        (64496, (2**32,), "the ASPA of AS64496 names AS4294967296; an ASN has 32 bits"),
        (64496, (64496, 64510), "the ASPA of AS64496 names AS64496 itself as a provider"),
    ],
)
def test_an_aspa_that_cannot_be_is_refused(customer: int, providers: tuple[int, ...], problem: str) -> None:
    with pytest.raises(ValueError, match="ASPA") as caught:
        AspaTable([Aspa(64500, (0,)), Aspa(customer, providers)])
    assert str(caught.value) == problem


def test_the_direction_follows_from_what_the_neighbour_is() -> None:
    assert {each: Direction.of(each) for each in Relationship} == {
        Relationship.CUSTOMER: UP,
        Relationship.PEER: UP,
        Relationship.RS_CLIENT: UP,
        Relationship.ROUTE_SERVER: UP,
        Relationship.PROVIDER: DOWN,
        Relationship.COLLECTOR: None,
        Relationship.VANTAGE_POINT: None,
    }
    assert Direction.of(None) is None


# --- the reason ---------------------------------------------------------------------------------------------


@given(tables, paths, directions)
def test_the_explanation_has_the_state_and_the_hop_that_decides(
    table: list[Aspa], path: tuple[int, ...], direction: Direction
) -> None:
    held = AspaTable(table)
    verdict = held.explain(path, direction)
    assert verdict.state is held.verify(path, direction)
    assert str(verdict) == f"{verdict.state.value}: {verdict.reason}"
    contradicted = [
        f"AS{customer}'s ASPA does not name AS{provider}"
        for hop in pairwise(verdict.path)
        for provider, customer in (hop, hop[::-1])
        if held.hop(customer, provider) is Hop.NOT_PROVIDER
    ]
    if verdict.state is INVALID and path:
        assert sum(text in verdict.reason for text in contradicted) >= (1 if direction is UP else 2)
    if verdict.state is UNKNOWN:
        assert "has no ASPA that tells whether" in verdict.reason
    if verdict.state is VALID:
        assert "ASPA" not in verdict.reason or "needs no ASPA" in verdict.reason


TIER_1 = [Aspa(64510, (0,)), Aspa(64511, (0,))]
OFFICE = Aspa(64500, (64510, 64511))
CONTENT = Aspa(64496, (64510,))
RULE = "a route that no provider sent must have come up from customer to provider all the way"
REASONS = [
    (UP, (), [], "invalid: the AS path is empty"),
    (UP, (64500,), [], "valid: AS64500, the neighbour, originates it"),
    (
        UP,
        (64500, 64510, 64496),
        TIER_1,
        f"invalid: AS64510's ASPA does not name AS64500: its providers are nobody; {RULE}",
    ),
    (
        UP,
        (64511, 64500),
        [Aspa(64500, (64510,))],
        f"invalid: AS64500's ASPA does not name AS64511: its providers are AS64510; {RULE}",
    ),
    (
        UP,
        (64500, 64510, 64496),
        [CONTENT],
        f"unknown: AS64510 has no ASPA that tells whether AS64500 is its provider; {RULE}",
    ),
    (
        UP,
        (64510, 64500, 64496),
        [OFFICE, Aspa(64496, (64500,))],
        "valid: from AS64496 up to AS64510 each AS names the next as a provider",
    ),
    (
        DOWN,
        (64511, 64500, 64510, 64496),
        [*TIER_1, OFFICE, CONTENT],
        "invalid: the path goes up only to AS64510 (AS64510's ASPA does not name AS64500: its providers are "
        "nobody) and comes down only from AS64511 (AS64511's ASPA does not name AS64500: its providers are "
        "nobody); what lies between is a route leak or a forgery",
    ),
    (
        DOWN,
        (64511, 64500, 64510, 64496),
        [OFFICE],
        "unknown: the path goes up for certain only to AS64496 (AS64496 has no ASPA that tells whether "
        "AS64510 is its provider) and comes down for certain only from AS64511 (AS64511 has no ASPA that "
        "tells whether AS64500 is its provider); what lies between may be a route leak",
    ),
    (DOWN, (64510, 64496), [CONTENT], "valid: up from AS64496 to AS64510 all the way"),
    (DOWN, (64496, 64510), [CONTENT], "valid: down from AS64510 to AS64496 all the way"),
    (
        DOWN,
        (64500, 64510, 64496),
        [CONTENT, OFFICE],
        "valid: up from AS64496 to AS64510, its apex, and down to AS64500",
    ),
    (
        DOWN,
        (64500, 64511, 64510, 64496),
        [CONTENT, OFFICE],
        "valid: up from AS64496 to AS64510, one hop from AS64510 to AS64511, as between peers, down to "
        "AS64500",
    ),
    (DOWN, (64511, 64510), [], "valid: one hop from AS64510 to AS64511, as between peers"),
]


@pytest.mark.parametrize(("direction", "path", "table", "text"), REASONS)
def test_a_verdict_tells_its_reason(
    direction: Direction, path: tuple[int, ...], table: list[Aspa], text: str
) -> None:
    assert str(AspaTable(table).explain(path, direction)) == text
