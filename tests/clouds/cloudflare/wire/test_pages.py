"""Lists by pages, and the query that asks for them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_wire import NOTES, Door, errors, refusal, result
from support.examples import examples

from lab.clouds.cloudflare.operation import Paged
from lab.clouds.cloudflare.wire.pages import Page


@settings(max_examples=examples(300))
@given(st.lists(st.integers(), max_size=30), st.integers(1, 12))
def test_the_pages_together_are_the_list_and_then_they_are_empty(items: list[int], size: int) -> None:
    paged = Paged(items, per_page=size)
    pages = [Page(number).of(paged) for number in range(1, 40)]
    assert [item for page, _ in pages for item in page] == items
    last = pages[0][1]["total_pages"]
    assert all(page for page, _ in pages[:last])
    assert not any(page for page, _ in pages[last:])
    for number, (page, information) in enumerate(pages, 1):
        assert information == {
            "page": number, "per_page": size, "count": len(page),
            "total_count": len(items), "total_pages": last,
        }  # fmt: skip


def test_the_caller_chooses_the_page_and_how_much_is_on_it() -> None:
    door = Door()
    for name in ("a", "b", "c"):
        door.ask("POST", NOTES, {"name": name})
    assert result(door.ask("GET", NOTES)) == ["a", "b"]
    assert result(door.ask("GET", f"{NOTES}?page=2")) == ["c"]
    assert result(door.ask("GET", f"{NOTES}?page=3")) == []
    answer = door.ask("GET", f"{NOTES}?per_page=3&page=1&text=c")
    assert json.loads(answer.body)["result_info"] == {
        "page": 1, "per_page": 3, "count": 1, "total_count": 1, "total_pages": 1,
    }  # fmt: skip


def test_a_list_that_comes_whole_is_empty_beyond_its_first_page() -> None:
    door = Door()
    door.ask("POST", NOTES, {"name": "all"})
    assert result(door.ask("GET", f"{NOTES}/all")) == ["all"]
    assert result(door.ask("GET", f"{NOTES}/all?page=1&per_page=5")) == ["all"]
    assert result(door.ask("GET", f"{NOTES}/all?page=2")) == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("page=0", "page: expected a whole number from 1 to"),
        ("page=-1", "got '-1'"),
        ("page=1.0", "got '1.0'"),
        ("page=", "got ''"),
        ("page=" + "9" * 5000, "(5000 characters)"),
        ("per_page=5000001", "per_page: expected a whole number from 1 to 5000000"),
        ("page=%D9%A1", "got "),
        ("page=1&page=1", "the parameter page is there twice"),
        ("tekst=a", "there is no parameter 'tekst' here; did you mean 'text'?"),
        ("text=%ff", "not UTF-8"),
        ("&".join(f"a{number}=1" for number in range(51)), "more than 50 parameters"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused(query: str, says: str) -> None:
    answer = Door().ask("GET", f"{NOTES}?{query}")
    assert refusal(answer) == (400, 10001)
    assert says in errors(answer)[0]["message"]


def test_values_of_the_query_are_decoded() -> None:
    door = Door()
    door.ask("POST", NOTES, {"name": "a b/é"})
    assert result(door.ask("GET", f"{NOTES}?text=a+b%2F%C3%A9")) == ["a b/é"]
    assert result(door.ask("GET", f"{NOTES}?text=")) == ["a b/é"]
