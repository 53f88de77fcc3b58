"""Answers in pages."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.pagination import page


@given(st.lists(st.integers(), max_size=40), st.integers(1, 12), st.integers(1, 12))
def test_the_pages_together_are_the_whole(items: list[int], size: int, next_size: int) -> None:
    asked: dict[str, object] = {"VpcIds": ["a"], "MaxResults": size}
    part, token = page(items, asked, 5)
    together = list(part)
    assert len(part) == min(size, len(items))
    while token:
        part, token = page(items, {**asked, "MaxResults": next_size, "NextToken": token}, 5)
        assert 0 < len(part) <= next_size
        together += part
    assert together == items


def test_a_page_has_the_default_size_where_none_is_asked_for() -> None:
    part, token = page(range(7), {}, 5)
    assert part == [0, 1, 2, 3, 4]
    assert page(range(7), {"NextToken": token}, 5) == ([5, 6], None)


def test_an_empty_token_is_none() -> None:
    assert page([1], {"NextToken": ""}, 5) == ([1], None)


def test_ram_spells_its_members_in_lower_case() -> None:
    part, token = page([1, 2, 3], {"maxResults": 2}, 5)
    assert part == [1, 2]
    assert page([1, 2, 3], {"maxResults": 2, "nextToken": token}, 5) == ([3], None)


def test_a_token_goes_with_its_question() -> None:
    _, token = page([1, 2, 3], {"MaxResults": 1, "Filters": [{"Name": "a"}]}, 5)
    with pytest.raises(AwsError, match="InvalidPaginationToken"):
        page([1, 2, 3], {"MaxResults": 1, "NextToken": token}, 5)


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_what_is_no_token_is_refused(token: str) -> None:
    if not token:
        return
    for member, code in (("NextToken", "InvalidPaginationToken"), ("nextToken", "InvalidNextTokenException")):
        with pytest.raises(AwsError) as caught:
            page([1, 2, 3], {member: token}, 5)
        assert caught.value.code == code


def test_a_token_beyond_the_end_gives_an_empty_page() -> None:
    _, token = page([1, 2, 3], {"MaxResults": 2}, 5)
    assert page([1], {"MaxResults": 2, "NextToken": token}, 5) == ([], None)
