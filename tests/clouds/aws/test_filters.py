"""Filters of the Describe operations."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters

ITEMS = [
    {"state": "available", "id": "a-1", "tags": {"team": "net", "stage": "prod"}},
    {"state": "pending", "id": "a-2", "tags": {"team": "app"}},
    {"state": "available", "id": "b*3", "tags": {}},
]


def _values(item: dict) -> Values:
    return {"state": item["state"], "id": item["id"], "vpc": None, **tag_filters(item["tags"])}


def _found(*filters: tuple[str, list[str]]) -> list[str]:
    asked = [{"Name": name, "Values": values} for name, values in filters]
    return [item["id"] for item in matching(ITEMS, asked, _values)]


def test_without_filters_everything_matches() -> None:
    assert matching(ITEMS, None, _values) == ITEMS
    assert matching(ITEMS, [], _values) == ITEMS


def test_filters_must_all_match_and_of_their_values_one() -> None:
    assert _found(("state", ["available"])) == ["a-1", "b*3"]
    assert _found(("state", ["available", "pending"])) == ["a-1", "a-2", "b*3"]
    assert _found(("state", ["available"]), ("id", ["a-1", "a-2"])) == ["a-1"]


def test_case_matters() -> None:
    assert _found(("state", ["Available"])) == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a-?", ["a-1", "a-2"]),
        ("*", ["a-1", "a-2", "b*3"]),
        ("a", []),
        (r"b\*3", ["b*3"]),
        (r"a\-?", ["a-1", "a-2"]),
    ],
)
def test_stars_and_question_marks_stand_for_text(pattern: str, expected: list[str]) -> None:
    assert _found(("id", [pattern])) == expected


def test_items_are_found_by_their_tags() -> None:
    assert _found(("tag:team", ["net"])) == ["a-1"]
    assert _found(("tag:team", ["*"])) == ["a-1", "a-2"]
    assert _found(("tag-key", ["stage"])) == ["a-1"]
    assert _found(("tag:nobody-has-it", ["*"])) == []


def test_what_an_item_does_not_have_matches_nothing() -> None:
    assert _found(("vpc", ["*"])) == []


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"Name": "colour", "Values": ["x"]}, "The filter 'colour' is invalid. Expected one of: id, state"),
        ({"Values": ["x"]}, "The filter 'null' is invalid"),
        ({"Name": "id"}, "it has no Values"),
        ({"Name": "id", "Values": []}, "it has no Values"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(asked: dict, says: str) -> None:
    # The first filter matches nothing: the second one is looked at all the same.
    with pytest.raises(AwsError) as caught:
        matching(ITEMS, [{"Name": "id", "Values": ["none"]}, asked], _values)
    assert caught.value.code == "InvalidParameterValue"
    assert says in caught.value.message


def test_a_filter_has_at_most_200_values() -> None:
    assert _found(("id", ["x"] * 200)) == []
    with pytest.raises(AwsError, match=r"FilterLimitExceeded: .* 201 values; at most 200"):
        _found(("id", ["x"] * 201))


@given(st.text("ab.^$+*?", max_size=6), st.text("ab.^$+*?\n", max_size=6))
def test_patterns_mean_what_they_mean_to_a_shell(pattern: str, value: str) -> None:
    found = matching([value], [{"Name": "v", "Values": [pattern]}], lambda item: {"v": [item]})
    assert bool(found) == fnmatch.fnmatchcase(value, pattern)
