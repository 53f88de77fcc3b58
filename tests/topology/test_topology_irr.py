"""What a file says of the IRR, the steps that edit it, and what is pointed out of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.registry.errors import RegistryError
from lab.registry.irr import names
from lab.topology.irr_scalars import parse_as_set, parse_set_member
from lab.topology.irr_steps import AsSetChange, IrrStep, RouteAddition, RouteEdit, RouteKey
from lab.topology.lint import lint
from lab.topology.loading import parse, parse_step, read_document
from lab.topology.model import IrrAsSet, IrrRoute
from lab.topology.problems import TopologyError

SPEAKERS = """\
name: small
ases:
  customer: {asn: 64496, prefixes: [203.0.113.0/24]}
  transit: {asn: 64500}
links: [customer -> transit]
"""
REGISTERED = "registry: [{prefix: 203.0.113.0/24, rir: ARIN, holder: customer}]\n"
HELD = Prefix.parse("203.0.113.0/24")


def step(**data: Any) -> Any:
    """The body of a step as it would be typed at a small lab."""
    return parse_step(data, read_document(SPEAKERS + REGISTERED)).body


def refusal(**data: Any) -> str:
    with pytest.raises(TopologyError) as caught:
        step(**data)
    return str(caught.value)


def test_the_irr_of_a_lab_is_empty_where_the_file_says_nothing() -> None:
    topology = parse(SPEAKERS)
    assert (topology.irr, topology.as_sets) == ((), ())
    assert not any(speaker.irr or speaker.as_set for speaker in topology.speakers.values())


def test_route_objects_and_as_sets_reach_the_model_in_their_order() -> None:
    topology = parse(
        SPEAKERS + "irr:\n"
        "  - {prefix: 203.0.113.0/24, origin: 64496}\n"
        "  - {as_set: as-customer, members: [as64496, AS64500:as-down, AS-OTHER]}\n"
        '  - {prefix: "2001:db8::/32", origin: 13335, source: APNIC, descr: "one\\ntwo", remarks: three}\n'
        "  - {as_set: AS-NOBODY, members: [], source: ARIN}\n"
    )
    assert topology.irr == (
        IrrRoute(HELD, 64496),
        IrrRoute(Prefix.parse("2001:db8::/32"), 13335, "APNIC", "one\ntwo", "three"),
    )
    assert topology.as_sets == (
        IrrAsSet("AS-CUSTOMER", ("AS64496", "AS64500:AS-DOWN", "AS-OTHER"), "RIPE"),
        IrrAsSet("AS-NOBODY", (), "ARIN"),
    )


def test_a_speaker_filters_by_the_irr_and_names_the_set_of_what_it_announces() -> None:
    text = SPEAKERS.replace("asn: 64500", "asn: 64500, irr: true, as_set: as-transit")
    speaker = parse(text + "irr: [{as_set: AS-TRANSIT, members: [AS64500]}]\n").speakers["transit"]
    assert (speaker.irr, speaker.as_set) == (True, "AS-TRANSIT")


def test_a_set_that_is_not_defined_cannot_be_a_speakers() -> None:
    text = SPEAKERS.replace("asn: 64500", "asn: 64500, as_set: AS-TRANSIT")
    with pytest.raises(TopologyError, match="no as-set of the IRR is called AS-TRANSIT"):
        parse(text)
    with pytest.raises(TopologyError, match="did you mean 'AS-TRANSITS'"):
        parse(text + "irr: [{as_set: AS-TRANSITS, members: []}]\n")
    with pytest.raises(TopologyError) as caught:
        parse(text + "irr: [{as_set: AS-TRANSIT}]\n")
    assert "missing key 'members'" in str(caught.value)
    assert "no as-set" not in str(caught.value), "a malformed one may be the one that is missed"


def test_an_object_stands_once_where_its_prefix_is_registered_or_elsewhere() -> None:
    first, second = "prefix: 203.0.113.0/24, origin: 64496", "prefix: 203.0.113.0/24, origin: {}, source: {}"
    irr = f"irr: [{{{{{first}}}}}, {{{{{second}}}}}]\n"
    for origin, source in ((64496, "RIPE"), (64500, "ARIN")):
        assert len(parse(SPEAKERS + REGISTERED + irr.format(origin, source)).irr) == 2
    with pytest.raises(TopologyError, match="the same object is on line"):
        parse(SPEAKERS + REGISTERED + irr.format(64496, "ARIN"))


# --- names ------------------------------------------------------------------------------------------------

WORDS = st.text("ASas0123456789-_:X", max_size=14) | st.from_regex(
    r"(AS[0-9]{1,11}|AS-[A-Z0-9_-]{0,5})(:(AS[0-9]{1,11}|AS-[A-Z0-9_-]{0,5})){0,2}", fullmatch=True
)


@given(WORDS)
def test_the_irr_takes_every_set_name_that_a_file_may_have_and_no_other(word: str) -> None:
    assert outcome_of(parse_as_set, word) == outcome_of(names.set_name, word)


@given(WORDS)
def test_the_irr_takes_every_member_that_a_file_may_have_and_no_other(word: str) -> None:
    assert outcome_of(parse_set_member, word) == outcome_of(names.member, word)


def outcome_of(read: Any, word: str) -> str | None:
    try:
        return str(read(word))
    except (ValueError, RegistryError):
        return None


# --- steps ------------------------------------------------------------------------------------------------

KEY = {"prefix": "203.0.113.0/24", "origin": 64496}
TEXTS = [
    (
        {"add": {**KEY, "descr": "Example\nCompany", "remarks": "x" * 200}},
        "the route object 203.0.113.0/24 AS64496 is added to the IRR: descr Example Company, remarks "
        + "x" * 69
        + "…",
    ),
    (
        {"remove": {**KEY, "source": "RIPE"}},
        "the route object 203.0.113.0/24 AS64496 at RIPE is removed from the IRR",
    ),
    (
        {"edit": {**KEY, "clear": "descr", "remarks": "$token"}},
        "the route object 203.0.113.0/24 AS64496 is edited in the IRR: without descr, remarks $token",
    ),
    (
        {"as_set": {"name": "as-customer", "members": ["AS64496", "AS-DOWN"]}},
        "the as-set AS-CUSTOMER becomes AS64496, AS-DOWN in the IRR",
    ),
    ({"as_set": {"name": "AS-X", "members": []}}, "the as-set AS-X becomes nobody in the IRR"),
    ({"remove_as_set": {"name": "as-x"}}, "the as-set AS-X is removed from the IRR"),
    (
        {"remove_as_set": {"name": "AS-X", "source": "ARIN"}},
        "the as-set AS-X at ARIN is removed from the IRR",
    ),
    (
        {"add": {**KEY, "descr": "costs $$5, says $who"}},
        "the route object 203.0.113.0/24 AS64496 is added to the IRR: descr costs $$5, says $who",
    ),
]


@pytest.mark.parametrize(
    ("body", "text"),
    TEXTS,
    ids=["add", "remove", "edit", "as_set", "empty", "no_as_set", "no_as_set_at", "dollar"],
)
def test_an_edit_of_the_irr_is_told_as_a_sentence(body: dict[str, Any], text: str) -> None:
    assert step(irr=body).text == text


def test_a_step_in_code_is_the_step_of_a_file() -> None:
    key = {"prefix": HELD, "origin": 64496}
    made = [
        IrrStep(add=RouteAddition(**key, descr="one")),
        IrrStep(remove=RouteKey(**key, source="ARIN")),
        IrrStep(edit=RouteEdit(**key, clear="remarks")),
        IrrStep(as_set=AsSetChange(name="AS-X", members=("AS64496",))),
    ]
    read = [
        step(irr={"add": {**KEY, "descr": "one"}}),
        step(irr={"remove": {**KEY, "source": "ARIN"}}),
        step(irr={"edit": {**KEY, "clear": "remarks"}}),
        step(irr={"as_set": {"name": "as-x", "members": ["as64496"]}}),
    ]
    assert read == made


def test_an_edit_changes_something() -> None:
    for nothing in ({}, {"descr": ""}, {"remarks": "", "descr": ""}):
        assert "nothing to edit" in refusal(irr={"edit": {**KEY, **nothing}})
    for something in ({"descr": "x"}, {"remarks": "x"}, {"clear": "descr"}):
        assert step(irr={"edit": {**KEY, **something}}).edit is not None


def test_a_rir_takes_route_objects_of_its_own_space_only() -> None:
    assert step(irr={"add": {**KEY, "source": "ARIN"}}).add.source == "ARIN"
    assert "which ARIN has registered" in refusal(irr={"add": {**KEY, "source": "LACNIC"}})
    assert step(irr={"add": {"prefix": "198.51.100.0/24", "origin": 64496, "source": "LACNIC"}})


def steps_are_read(*steps: str) -> None:
    irr = "irr: [{prefix: 203.0.113.0/24, origin: 64496}]\n"
    parse(SPEAKERS + REGISTERED + irr + "scenario:\n" + "".join(f"  - irr: {each}\n" for each in steps))


def test_only_a_route_object_that_is_there_can_be_edited_or_removed() -> None:
    ours = "{prefix: 203.0.113.0/24, origin: 64496}"
    clouds = "{prefix: 203.0.113.0/24, origin: 13335}"
    steps_are_read(f"{{edit: {ours[:-1]}, descr: x}}}}", f"{{remove: {ours}}}", f"{{add: {ours}}}")
    steps_are_read(f"{{add: {clouds}}}", f"{{remove: {clouds[:-1]}, source: ARIN}}}}")
    for bad in (
        [f"{{remove: {clouds}}}"],
        [f"{{remove: {clouds}}}", f"{{add: {clouds}}}"],
        [f"{{remove: {ours}}}", f"{{remove: {ours}}}"],
        [f"{{remove: {ours[:-1]}, source: RIPE}}}}"],
    ):
        with pytest.raises(TopologyError, match="there is no route object"):
            steps_are_read(*bad)


def test_a_typed_step_may_edit_what_was_added_meanwhile() -> None:
    assert step(irr={"remove": {"prefix": "198.51.100.0/24", "origin": 64511}}).remove is not None


# --- lints ------------------------------------------------------------------------------------------------


def codes(text: str) -> list[str]:
    return [f"{found.code} {found.where}" for found in lint(parse(text))]


def test_a_route_object_for_what_nobody_holds_is_pointed_out_only_with_a_registry() -> None:
    inside, outside = (
        f"irr: [{{prefix: {each}, origin: 64496}}]\n" for each in ("203.0.113.0/25", "192.0.2.0/24")
    )
    assert codes(SPEAKERS + outside) == []
    assert codes(SPEAKERS + REGISTERED + inside) == []
    assert codes(SPEAKERS + REGISTERED + outside) == ["unregistered-route-object irr"]


def test_a_member_that_nobody_defines_is_pointed_out_unless_a_step_does() -> None:
    irr = "irr: [{as_set: AS-A, members: [AS64496, AS-B]}, {as_set: AS-B, members: [AS-A, AS-C]}]\n"
    assert codes(SPEAKERS + irr) == ["unknown-as-set irr"]
    later = "scenario: [{irr: {as_set: {name: as-c, members: []}}}]\n"
    assert codes(SPEAKERS + irr + later) == []


FILTERING = SPEAKERS.replace("asn: 64500", "asn: 64500, irr: true")
EMPTY = ["empty-irr-filter ases.transit.irr"]


def test_a_filter_that_lets_nothing_of_any_customer_through_is_pointed_out() -> None:
    assert codes(FILTERING) == EMPTY
    assert codes(FILTERING + "irr: [{prefix: 203.0.113.0/24, origin: 64511}]\n") == EMPTY
    assert codes(FILTERING + "irr: [{prefix: 203.0.113.0/24, origin: 64496}]\n") == []
    later = "scenario: [{irr: {add: {prefix: 203.0.113.0/24, origin: 64496}}}]\n"
    assert codes(FILTERING + later) == []


def test_a_filter_takes_what_the_customers_set_has_and_a_loop_of_sets_ends() -> None:
    text = FILTERING.replace("asn: 64496", "asn: 64496, as_set: AS-A")
    sets = "{as_set: AS-A, members: [AS-B]}, {as_set: AS-B, members: [AS-A, AS64511]}"
    assert codes(f"{text}irr: [{sets}, {{prefix: 203.0.113.0/24, origin: 64496}}]\n") == EMPTY
    assert codes(f"{text}irr: [{sets}, {{prefix: 203.0.113.0/24, origin: 64511}}]\n") == []


def test_a_filter_for_nobody_is_pointed_out() -> None:
    text = SPEAKERS.replace("asn: 64496", "asn: 64496, irr: true")
    assert codes(text) == ["irr-without-customers ases.customer.irr"]
