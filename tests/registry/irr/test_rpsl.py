"""Objects as text and back, and attributes of several lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.irr_values import as_sets, route_objects

from lab.bgp.prefix import Prefix
from lab.registry.errors import RegistryError
from lab.registry.irr.objects import parse, text_of
from lab.registry.irr.records import AsSet, RouteObject

SEEN_AT_ARIN = """\
% This is a comment of the server

route:          192.0.2.0/24\x20\x20
origin:         AS13335
descr:          Example Company, Inc.
                cf-validation: 9477b6c3-4344-4ceb-85c4-6463e7d2453f
mnt-by:         EXAMPLE-MNT
source:         ARIN
"""


@settings(max_examples=examples(500))
@given(route_objects | as_sets)
def test_an_object_that_is_printed_and_read_is_the_same(found: RouteObject | AsSet) -> None:
    assert parse(text_of(found)) == (found,)


@settings(max_examples=examples(200))
@given(st.lists(route_objects | as_sets, max_size=4))
def test_objects_are_kept_apart_by_empty_lines(found: list[RouteObject | AsSet]) -> None:
    text = "\r\n".join("\n".join(map(text_of, found)).split("\n"))
    assert list(parse(text)) == found


@pytest.mark.seed(245, 269)
def test_a_continuation_line_belongs_to_the_attribute_before_it() -> None:
    (found,) = parse(SEEN_AT_ARIN)
    assert found.descr == (
        "Example Company, Inc.",
        "cf-validation: 9477b6c3-4344-4ceb-85c4-6463e7d2453f",
    )
    assert (found.kind, found.source, found.remarks) == ("route", "ARIN", ())
    assert isinstance(found, RouteObject)
    assert (found.prefix, found.origin) == (Prefix.parse("192.0.2.0/24"), 13335)


@pytest.mark.seed(245)
@pytest.mark.parametrize("start", [" ", "\t", "+", "+   ", " \t "])
def test_a_continuation_line_begins_with_a_blank_a_tab_or_a_plus_sign(start: str) -> None:
    text = SEEN_AT_ARIN.replace("                cf-validation", f"{start}cf-validation")
    assert parse(text) == parse(SEEN_AT_ARIN)


@pytest.mark.seed(245)
def test_without_a_blank_at_its_start_a_line_is_an_attribute_of_its_own() -> None:
    text = SEEN_AT_ARIN.replace("                cf-validation", "cf-validation")
    (found,) = parse(text)
    assert found.descr == ("Example Company, Inc.",)


@pytest.mark.seed(245)
def test_lines_of_a_text_are_printed_as_continuation_lines_and_an_empty_one_as_a_plus_sign() -> None:
    found = RouteObject(Prefix.parse("203.0.113.0/24"), 64496, "ARIN", "X-MNT", ("one", "", "two"))
    assert text_of(found).splitlines()[2:5] == [
        "descr:          one",
        "+",
        "                two",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("+ continued\n", "line 1 continues an attribute"),
        ("route: 203.0.113.0/24\nno attribute\n", "line 2 is none of RPSL"),
        ("rout: 203.0.113.0/24\n", "did you mean 'route'"),
        ("route: 203.0.113.1/24\n", "did you mean 203.0.113.0/24"),
        ("route6: 203.0.113.0/24\n", "no prefix of a route6 object"),
        ("route: 203.0.113.0/24\norigin: 64496\n", "origin of 203.0.113.0/24 is '64496'"),
        ("route: 203.0.113.0/24\norigin: AS64496\n", "has no 'source'"),
        ("as-set: CUSTOMERS\nsource: RIPE\n", "not the name of an as-set"),
        ("as-set: AS-X\nmembers: AS64496, customers\nsource: RIPE\n", "cannot be a member"),
        (SEEN_AT_ARIN.replace("source:", "created: yesterday\nsource:"), "created is 'yesterday'"),
    ],
)
def test_what_is_no_object_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        parse(text)


@settings(max_examples=examples(500))
@given(st.text(st.sampled_from("route6:as-set origin\n\t+ 203.0.113.0/24 AS64496 #%\x00é"), max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except RegistryError:
        return
    assert parse("\n".join(map(text_of, found))) == found
