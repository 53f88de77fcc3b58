"""Prefix lists from the IRR: what a transit takes from a customer, and what it says of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bgp_values import related_prefixes
from support.examples import examples
from support.lone_router import (
    COLLECTOR,
    CUSTOMER,
    CUSTOMER_2,
    OTHER,
    PEER,
    PREFIX,
    PROVIDER,
    ROUTE_SERVER,
    LoneRouter,
    neighbor,
)

from lab.bgp.attributes import BLACKHOLE
from lab.bgp.commands import SetCustomerFilter, SetVrps
from lab.bgp.config import NeighborConfig, Policy
from lab.bgp.events import PolicyChanged, Rejection, RouteRejected
from lab.bgp.prefix import Prefix
from lab.bgp.prefix_filter import PrefixFilter
from lab.bgp.relationship import Relationship
from lab.bgp.router import CommandError
from lab.bgp.rov import RovMode, Vrp

HOLDER = 64510
HALF = Prefix.parse("203.0.113.0/25")
HOST = Prefix.parse("203.0.113.66/32")
AROUND = Prefix.parse("203.0.112.0/23")
V6 = Prefix.parse("2001:db8::/32")


def only(*allowed: Prefix, made_from: str = "AS-CUSTOMER", to: str = "customer") -> SetCustomerFilter:
    return SetCustomerFilter(to, PrefixFilter(made_from, frozenset(allowed)))


def filtered(*allowed: Prefix, policy: Policy | None = None, vrps: tuple[Vrp, ...] = ()) -> LoneRouter:
    """A transit with a peer, a customer with a prefix list, and one without."""
    router = LoneRouter(CUSTOMER, CUSTOMER_2, PEER, policy=policy, vrps=vrps)
    router.apply(only(*allowed))
    router.events.clear()
    return router


def rejections(router: LoneRouter) -> list[tuple[str, Prefix, Rejection]]:
    return [
        (event.neighbor, event.prefix, event.rejection)
        for event in router.events
        if isinstance(event, RouteRejected)
    ]


@settings(max_examples=examples(200))
@given(st.frozensets(related_prefixes(), max_size=6), st.lists(related_prefixes(), max_size=6, unique=True))
def test_just_the_listed_prefixes_are_taken_and_passed_on(
    allowed: frozenset[Prefix], announced: list[Prefix]
) -> None:
    router = filtered(*allowed)
    for prefix in announced:
        router.announce("customer", CUSTOMER.asn, prefix=prefix)
    assert set(router.router.view().best) == allowed & set(announced)
    assert {prefix for name, prefix in router.sent if name == "peer"} == allowed & set(announced)
    assert rejections(router) == [
        ("customer", prefix, Rejection.IRR_FILTERED) for prefix in announced if prefix not in allowed
    ]


@pytest.mark.parametrize("prefix", [HALF, HOST, AROUND, OTHER, V6], ids=str)
def test_neither_more_specific_nor_less_specific_prefixes_are_taken(prefix: Prefix) -> None:
    router = filtered(PREFIX)
    router.announce("customer", CUSTOMER.asn, prefix=prefix)
    held = router.held("customer", prefix)
    assert held is not None
    assert held.rejection is Rejection.IRR_FILTERED
    assert router.listeners(prefix) == set()


def test_a_prefix_list_asks_for_no_origin() -> None:
    router = filtered(PREFIX)
    router.announce("customer", CUSTOMER.asn, 65551)
    assert router.best() is not None


def test_a_list_holds_for_its_customer_alone() -> None:
    router = filtered()
    for each in (CUSTOMER_2, PEER):
        router.announce(each.name, each.asn)
    router.announce("customer", CUSTOMER.asn)
    best = router.best()
    assert best is not None
    assert best.neighbor == "customer-2"
    assert rejections(router) == [("customer", PREFIX, Rejection.IRR_FILTERED)]


def test_without_a_list_everything_is_taken() -> None:
    router = filtered(OTHER)
    router.announce("customer", CUSTOMER.asn)
    assert router.best() is None
    router.apply(SetCustomerFilter("customer", None))
    assert router.best() is not None
    assert [each.detail for each in router.events if isinstance(each, PolicyChanged)] == [
        "takes every prefix from customer again"
    ]


def test_a_new_list_judges_the_routes_that_are_held_both_ways() -> None:
    router = filtered(PREFIX, OTHER)
    for prefix in (PREFIX, OTHER):
        router.announce("customer", CUSTOMER.asn, prefix=prefix)
    router.apply(only(OTHER))
    assert set(router.router.view().best) == {OTHER}
    assert router.told("peer") is None
    assert rejections(router) == [("customer", PREFIX, Rejection.IRR_FILTERED)]
    router.apply(only(PREFIX))
    assert set(router.router.view().best) == {PREFIX}
    assert router.listeners(OTHER) == set()


def test_the_list_outlives_a_session() -> None:
    router = filtered(OTHER)
    router.session_down("customer")
    router.session_up("customer")
    router.announce("customer", CUSTOMER.asn)
    assert router.best() is None


@pytest.mark.parametrize("source", [PEER, PROVIDER, ROUTE_SERVER, COLLECTOR], ids=lambda each: each.name)
def test_nobody_but_a_customer_is_filtered(source: NeighborConfig) -> None:
    router = LoneRouter(source)
    with pytest.raises(
        CommandError, match=f"router takes everything from {source.name}, which is no customer"
    ):
        router.apply(only(to=source.name))
    assert router.events == []


def test_a_list_for_nobody_is_refused() -> None:
    with pytest.raises(CommandError, match="router has no neighbour 'nobody'"):
        filtered().apply(only(to="nobody"))


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        ((), "no route object of 203.0.113.0/24 has an origin in AS-CUSTOMER, nor has any other"),
        ((OTHER,), "; allowed: 198.51.100.0/24"),
        ((OTHER, V6), "; allowed: 198.51.100.0/24 and 1 more"),
        ((AROUND, V6), "; 203.0.112.0/23 is allowed as a whole only"),
        ((HALF, HOST), "; only its more specific 203.0.113.0/25 is allowed and 1 more"),
    ],
)
def test_a_filtered_route_stays_and_says_what_is_missing(allowed: tuple[Prefix, ...], says: str) -> None:
    router = filtered(*allowed)
    router.announce("customer", CUSTOMER.asn)
    (event,) = (event for event in router.events if isinstance(event, RouteRejected))
    assert event.detail.startswith(
        "IRR filter: no route object of 203.0.113.0/24 has an origin in AS-CUSTOMER"
    )
    assert event.detail.endswith(says)
    assert router.router.explain(PREFIX).candidates[0][1] == event.detail


def test_the_timeline_says_what_the_list_was_made_from() -> None:
    router = LoneRouter(CUSTOMER)
    router.apply(only(PREFIX, made_from="AS64501"))
    router.apply(only(PREFIX, OTHER))
    assert [each.detail for each in router.events if isinstance(each, PolicyChanged)] == [
        "takes 1 prefix from customer: what the IRR has for AS64501",
        "takes 2 prefixes from customer: what the IRR has for AS-CUSTOMER",
    ]


@pytest.mark.parametrize("mode", RovMode)
def test_origin_validation_judges_what_the_list_has_let_through(mode: RovMode) -> None:
    router = filtered(PREFIX, policy=Policy(rov=mode), vrps=(Vrp(PREFIX, 24, HOLDER),))
    router.announce("customer", CUSTOMER.asn, 64511)
    held = router.held("customer")
    assert held is not None
    assert held.rejection is (Rejection.ROV_INVALID if mode is RovMode.DROP else None)
    router.announce("customer", CUSTOMER.asn, HOLDER)
    assert router.best() is not None


@pytest.mark.parametrize("mode", RovMode)
def test_a_valid_route_without_a_route_object_is_not_taken_and_the_list_is_told_first(mode: RovMode) -> None:
    router = filtered(policy=Policy(rov=mode))
    for vrps in ((), (Vrp(PREFIX, 24, CUSTOMER.asn),), (Vrp(PREFIX, 24, HOLDER),)):
        router.apply(SetVrps(vrps))
        router.announce("customer", CUSTOMER.asn)
        held = router.held("customer")
        assert held is not None
        assert held.rejection is Rejection.IRR_FILTERED


def test_a_loop_and_a_foreign_first_as_are_told_before_the_list() -> None:
    router = filtered()
    router.announce("customer", CUSTOMER.asn, 64500)
    looped = router.held("customer")
    router.announce("customer", 65551)
    foreign = router.held("customer")
    assert looped is not None
    assert foreign is not None
    assert (looped.rejection, foreign.rejection) == (Rejection.AS_LOOP, Rejection.FIRST_AS)


@pytest.mark.parametrize(
    ("honoured", "communities", "allowed", "taken"),
    [
        (True, (BLACKHOLE,), (PREFIX,), True),
        (False, (BLACKHOLE,), (PREFIX,), False),
        (True, (), (PREFIX,), False),
        (True, (BLACKHOLE,), (OTHER,), False),
        (False, (BLACKHOLE,), (PREFIX, HOST), True),
    ],
)
def test_a_blackhole_is_taken_inside_a_listed_prefix_where_it_is_honoured(
    honoured: bool, communities: tuple[int, ...], allowed: tuple[Prefix, ...], taken: bool
) -> None:
    router = filtered(*allowed, policy=Policy(blackhole=honoured))
    router.announce("customer", CUSTOMER.asn)
    router.announce("customer", CUSTOMER.asn, prefix=HOST, communities=communities)
    held = router.held("customer", HOST)
    assert held is not None
    assert held.rejection is (None if taken else Rejection.IRR_FILTERED)
    assert held.discard == (taken and honoured)


def test_a_blackhole_goes_when_the_list_no_longer_has_the_prefix_around_it() -> None:
    router = filtered(PREFIX, policy=Policy(blackhole=True))
    router.announce("customer", CUSTOMER.asn)
    router.announce("customer", CUSTOMER.asn, prefix=HOST, communities=(BLACKHOLE,))
    router.apply(only(OTHER))
    assert router.router.view().best == {}
    router.apply(only(PREFIX))
    best = router.best(HOST)
    assert best is not None
    assert best.discard


def test_a_stranger_cannot_blackhole_what_another_customer_may_announce() -> None:
    stranger = neighbor("stranger", Relationship.CUSTOMER, 64509)
    router = LoneRouter(CUSTOMER, stranger, policy=Policy(blackhole=True))
    router.apply(only(PREFIX))
    router.apply(only(OTHER, to="stranger"))
    router.announce("customer", CUSTOMER.asn)
    router.announce("stranger", stranger.asn)
    router.announce("stranger", stranger.asn, prefix=HOST, communities=(BLACKHOLE,))
    assert router.best(HOST) is None
