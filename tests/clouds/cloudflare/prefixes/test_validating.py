"""Validating a prefix: what IRR and RPKI say, when it is said, and what an approval needs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_customer import Customer
from support.cloudflare_world import PREFIX, START
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.clouds.cloudflare.events import CloudflareChanged
from lab.clouds.cloudflare.prefixes.record import CheckState
from lab.clouds.cloudflare.prefixes.validation import judge_irr, judge_rpki
from lab.registry.irr.records import RouteObject

COVERING = Prefix.parse("203.0.112.0/23")


def irr(*objects: RouteObject, rir: str = "ARIN") -> str:
    return judge_irr(PREFIX, 13335, rir, objects).state.value


def route(prefix: Prefix = PREFIX, origin: int = 13335, source: str = "ARIN") -> RouteObject:
    return RouteObject(prefix, origin, source, "CUSTOMER-MNT")


@pytest.mark.seed(127, 239)
def test_only_a_route_object_of_exactly_the_prefix_counts() -> None:
    assert irr(route()) == "valid"
    assert irr() == "missing"
    finding = judge_irr(PREFIX, 13335, "ARIN", [route(COVERING)])
    assert finding.state is CheckState.MISSING
    assert "only of 203.0.112.0/23" in finding.why


@pytest.mark.seed(128, 239)
def test_a_route_object_must_have_cloudflares_asn_as_its_origin() -> None:
    assert irr(route(origin=64496)) == "mismatch_asn"
    assert irr(route(origin=64496), route()) == "valid"


def test_a_route_object_counts_only_in_the_irr_of_the_rir_that_registered_the_space() -> None:
    assert irr(route(source="RIPE")) == "invalid"
    assert irr(route(source="RIPE"), rir="RIPE") == "valid"
    assert irr(route(source="RIPE"), route(origin=64496)) == "mismatch_asn"
    assert irr(route(), rir="") == "invalid"


@pytest.mark.seed(130, 265)
@pytest.mark.parametrize(
    ("vrps", "state"),
    [
        ([], "missing"),
        ([Vrp(PREFIX, 24, 13335)], "valid"),
        ([Vrp(COVERING, 24, 13335)], "valid"),
        ([Vrp(COVERING, 23, 13335)], "invalid"),
        ([Vrp(PREFIX, 24, 64496)], "mismatch_asn"),
        ([Vrp(PREFIX, 24, 0)], "mismatch_asn"),
        ([Vrp(PREFIX, 24, 64496), Vrp(PREFIX, 24, 13335)], "valid"),
        ([Vrp(Prefix.parse("203.0.113.0/25"), 25, 13335)], "missing"),
    ],
)
def test_a_roa_must_authorise_cloudflares_asn(vrps: list[Vrp], state: str) -> None:
    finding = judge_rpki(PREFIX, 13335, vrps)
    assert finding.state.value == state
    assert finding.why


VRPS = st.builds(
    lambda length, longer, asn: Vrp(PREFIX.supernet(length), min(32, length + longer), asn),
    st.integers(16, 24),
    st.integers(0, 16),
    st.sampled_from([0, 13335, 64496]),
)


@settings(max_examples=examples(300))
@given(st.lists(VRPS, max_size=4))
def test_rpki_is_valid_exactly_where_a_router_would_say_so(vrps: list[Vrp]) -> None:
    valid = VrpTable(vrps).validate(PREFIX, 13335) is RovState.VALID
    assert judge_rpki(PREFIX, 13335, vrps).is_valid == valid


@pytest.mark.seed(143, 146)
def test_a_prefix_is_approved_when_all_three_checks_are_valid_and_not_before_they_have_ended() -> None:
    customer = Customer()
    customer.add()
    customer.prove()
    customer.wait(7 * 86400)
    assert customer.states == ("pending", "pending", "pending"), "nothing is checked by itself"
    customer.call("POST", f"prefixes/{customer.prefix_id}/validate")
    customer.wait(59)
    assert (customer.record.approval, customer.states) == ("P", ("pending", "pending", "pending"))
    customer.wait(1)
    assert (customer.record.approval, customer.states) == ("V", ("valid", "valid", "valid"))


@pytest.mark.seed(146, 262)
@pytest.mark.parametrize("without", ["irr", "rpki", "ownership"])
def test_a_prefix_is_not_approved_while_one_check_fails(without: str) -> None:
    customer = Customer()
    customer.add()
    if without != "rpki":
        customer.world.authorise()
    remark = "nothing" if without == "ownership" else f"cf-validation: {customer.record.token}"
    customer.world.add_route_object(PREFIX, 64496 if without == "irr" else 13335, remark)
    customer.validate()
    expected = {
        "irr": ("mismatch_asn", "valid", "valid"),
        "rpki": ("valid", "missing", "invalid"),
        "ownership": ("valid", "valid", "missing"),
    }
    assert (customer.record.approval, customer.states) == ("P", expected[without])


@pytest.mark.seed(147, 235)
def test_the_details_of_a_prefix_show_what_is_wrong_as_in_the_documents_sample() -> None:
    customer = Customer()
    customer.add()
    customer.world.authorise()
    customer.world.add_route_object()
    customer.validate()
    shown = customer.get(f"prefixes/{customer.prefix_id}")
    assert shown["approved"] == "P"
    assert customer.states == ("valid", "valid", "missing")


@pytest.mark.seed(148)
def test_a_validation_is_started_again_after_something_was_mended() -> None:
    customer = Customer()
    customer.add()
    customer.validate()
    assert customer.states == ("missing", "missing", "missing")
    customer.prove()
    customer.call("POST", f"prefixes/{customer.prefix_id}/validate")
    assert customer.states == ("pending", "pending", "pending")
    customer.wait(60)
    assert customer.record.approval == "V"


def test_asking_again_while_a_validation_is_under_way_does_not_delay_it() -> None:
    customer = Customer()
    customer.add()
    customer.cloud.perform(lambda: customer.cloud.prefixes.validate(customer.record))
    customer.wait(30)
    customer.cloud.perform(lambda: customer.cloud.prefixes.validate(customer.record))
    assert customer.cloud.next_due() == START + 60


@pytest.mark.seed(145, 271)
def test_the_token_may_go_after_the_approval_and_a_further_validation_takes_nothing_back() -> None:
    customer = Customer()
    customer.onboard()
    customer.world.add_route_object(PREFIX, 13335, "nothing")
    customer.world.payloads.clear()
    customer.validate()
    assert (customer.record.approval, customer.states) == ("V", ("valid", "valid", "valid"))


@pytest.mark.seed(271)
def test_the_token_of_one_prefix_does_not_prove_another() -> None:
    customer = Customer()
    first = customer.add()
    customer.cloud.perform(lambda: customer.cloud.prefixes.delete(first))
    customer.add()
    assert customer.record.token != first.token
    customer.world.authorise()
    customer.world.add_route_object(PREFIX, 13335, f"cf-validation: {first.token}")
    customer.validate()
    assert customer.states == ("valid", "valid", "invalid")


def test_the_timeline_tells_why_a_check_failed_and_never_the_token() -> None:
    customer = Customer()
    customer.add()
    customer.world.add_route_object(COVERING, 64496, f"cf-validation: {customer.record.token}")
    customer.validate()
    events = [event for event in customer.cloud.take_events() if isinstance(event, CloudflareChanged)]
    told = {event.subject: event.text for event in events}
    assert "only of 203.0.112.0/23" in told["IRR validation"]
    assert "no VRP covers 203.0.113.0/24" in told["RPKI validation"]
    assert customer.record.token not in repr(events) + repr(customer.record)


@pytest.mark.seed(234)
def test_the_api_shows_just_the_states_that_the_documents_name_each_when_it_is_due() -> None:
    customer = Customer()
    customer.add()
    shown = set(customer.states)
    for roa, origin, source, remark in (
        (None, 13335, "RIPE", "nothing"),
        ((24, 64496), 64496, "ARIN", f"cf-validation: {customer.record.token}"),
        ((24, 13335), 13335, "ARIN", f"cf-validation: {customer.record.token}"),
    ):
        customer.world.objects.clear()
        customer.world.payloads[:] = [Vrp(PREFIX, *roa)] if roa else []
        customer.world.add_route_object(PREFIX, origin, remark, rir=source)
        customer.validate()
        shown |= set(customer.states)
    assert shown == {"missing", "invalid", "mismatch_asn", "valid", "pending"}
    assert shown == {state.value for state in CheckState}
