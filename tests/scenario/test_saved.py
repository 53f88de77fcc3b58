"""What steps keep of answers, picked by a path, and put where later steps name it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.scenario import saved
from lab.scenario.lab import LabError

KEPT = {"prefix": "2af39739cc4e3b5910c918468bb89828", "asn": 13335, "map": "1"}
SERVICES = [{"name": "CDN", "id": "1"}, {"name": "Magic Transit", "id": "2"}, {"name": "a.b", "id": {"c": 3}}]


def test_a_name_alone_keeps_its_type_and_one_in_a_text_becomes_text() -> None:
    assert saved.in_texts(KEPT, {"asn": "$asn", "of": ["AS$asn", 7, None, True]}) == {
        "asn": 13335, "of": ["AS13335", 7, None, True],
    }  # fmt: skip


def test_a_path_takes_every_name_in_it() -> None:
    assert saved.in_text(KEPT, "prefixes/$prefix/maps/$map") == f"prefixes/{KEPT['prefix']}/maps/1"


def test_two_dollars_are_one_and_no_name() -> None:
    assert saved.in_text(KEPT, "$$prefix costs 5$") == "$prefix costs 5$"
    assert saved.in_texts(KEPT, "$$asn") == "$asn"


def test_aws_takes_names_that_are_the_whole_text_only() -> None:
    assert saved.whole(KEPT, {"a": "$asn", "b": "AS$asn", "c": ["$map", "$$"]}) == {
        "a": 13335, "b": "AS$asn", "c": ["1", "$$"],
    }  # fmt: skip


@pytest.mark.parametrize("put", [saved.whole, saved.in_texts, saved.in_text])
def test_a_name_that_nothing_is_saved_as_is_refused_with_the_nearest(put) -> None:
    with pytest.raises(LabError, match=r"nothing is saved as 'prefx'; did you mean 'prefix'\?"):
        put(KEPT, "$prefx")


@pytest.mark.parametrize(
    ("answer", "path", "found"),
    [
        ({"id": "9"}, "id", "9"),
        ([{"id": "9"}], "0.id", "9"),
        ({"on_demand": {"advertised": False}}, "on_demand.advertised", False),
        (SERVICES, "name=Magic Transit.id", "2"),
        (SERVICES, "name=a.b.id.c", 3),
        ({"result": SERVICES}, "result.name=CDN.id", "1"),
    ],
)
def test_a_path_picks_a_part_of_an_answer(answer: object, path: str, found: object) -> None:
    assert saved.picked(answer, path, "GET it") == found


@pytest.mark.parametrize(
    ("answer", "path", "why"),
    [
        ({"id": "9", "asn": 1}, "cidr", "the answer to GET it has no cidr: there is no cidr in id, asn"),
        ([], "0.id", "the answer to GET it has no 0.id: there is no 0 in a list"),
        (SERVICES, "name=Spectrum.id", "there is no name=Spectrum in a list"),
        ({"id": None}, "id", "there is no id in id"),
        ({"id": "9"}, "id.more", "there is no more in a str"),
        (None, "id", "there is no id in a NoneType"),
    ],
)
def test_a_path_that_leads_nowhere_is_told_with_what_there_is(answer: object, path: str, why: str) -> None:
    with pytest.raises(LabError) as refused:
        saved.picked(answer, path, "GET it")
    assert why in str(refused.value)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="$")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=examples(100))
@given(_VALUES)
def test_a_value_without_a_dollar_stays_as_it_is(value: object) -> None:
    assert saved.whole({}, value) == saved.in_texts({}, value) == value
