"""Sessions that come and go, max-prefix (RFC 4486), and the reasons given for a new best path."""

from __future__ import annotations

import pytest
from support.lone_router import (
    CUSTOMER,
    CUSTOMER_2,
    OTHER,
    PEER,
    PREFIX,
    PROVIDER,
    THIRD,
    LoneRouter,
    neighbor,
)

from lab.bgp.commands import SetNeighbor, SetPolicy, SetVrps
from lab.bgp.config import Policy
from lab.bgp.events import BestPathChanged, MaxPrefixReached, SessionDown, SessionUp
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovMode, Vrp

LIMITED = neighbor("limited", Relationship.CUSTOMER, 64501, max_prefix=2)


def reason(router: LoneRouter) -> str:
    """Why the last best path was chosen."""
    return [event for event in router.events if isinstance(event, BestPathChanged)][-1].reason


def test_a_session_that_ends_takes_its_routes_and_all_that_followed_from_them() -> None:
    router = LoneRouter(CUSTOMER, PEER, PROVIDER)
    router.announce("customer", CUSTOMER.asn)
    router.announce("provider", PROVIDER.asn)
    router.session_down("customer")
    assert router.held("customer") is None
    best = router.best()
    assert best is not None
    assert best.neighbor == "provider"
    assert router.listeners() == set()
    assert router.session_down("customer") == []


def test_what_arrives_on_a_session_that_is_down_is_ignored() -> None:
    router = LoneRouter(CUSTOMER, PEER, up=False)
    assert router.announce("customer", CUSTOMER.asn) == []
    assert router.router.view().adj_in == {}


def test_a_withdrawal_of_a_route_never_announced_is_ignored() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("peer", PEER.asn)
    assert router.withdraw("customer") == []
    assert router.withdraw("customer", OTHER) == []
    assert router.held("peer") is not None


def test_sessions_that_come_and_go_are_reported_once() -> None:
    router = LoneRouter(PEER, up=False)
    for _ in range(2):
        router.session_up("peer")
    assert router.router.established() == ("peer",)
    for _ in range(2):
        router.session_down("peer")
    assert router.router.established() == ()
    assert router.events == [
        SessionUp(0.0, "router", "peer"),
        SessionDown(0.0, "router", "peer", "link cut"),
    ]


def test_one_prefix_more_than_allowed_closes_the_session() -> None:
    router = LoneRouter(LIMITED, PEER)
    router.announce("limited", LIMITED.asn)
    router.announce("limited", LIMITED.asn, prefix=OTHER)
    router.announce("limited", LIMITED.asn, 64511, prefix=OTHER)
    assert not router.router.closing
    router.announce("limited", LIMITED.asn, prefix=THIRD)
    (close,) = router.router.closing
    assert (close.neighbor, close.subcode) == ("limited", 1)
    assert MaxPrefixReached(0.0, "router", "limited", 2) in router.events
    assert router.router.established() == ("peer",)
    assert router.router.view().adj_in == {}
    assert not router.sent


def test_withdrawn_and_replaced_prefixes_do_not_count_and_rejected_ones_do() -> None:
    router = LoneRouter(LIMITED, policy=Policy(rov=RovMode.DROP), vrps=[Vrp(OTHER, 24, 64511)])
    for _ in range(3):
        router.announce("limited", LIMITED.asn)
        router.withdraw("limited")
    router.announce("limited", LIMITED.asn)
    router.announce("limited", LIMITED.asn, prefix=OTHER)
    assert not router.router.closing
    router.announce("limited", LIMITED.asn, prefix=THIRD)
    assert router.router.closing


def test_a_new_session_counts_from_zero() -> None:
    router = LoneRouter(LIMITED)
    router.announce("limited", LIMITED.asn)
    router.announce("limited", LIMITED.asn, prefix=OTHER)
    router.session_down("limited")
    router.session_up("limited")
    router.announce("limited", LIMITED.asn, prefix=THIRD)
    router.announce("limited", LIMITED.asn, prefix=OTHER)
    assert not router.router.closing


@pytest.mark.parametrize(("limit", "closes"), [(0, True), (1, True), (2, False), (3, False)])
def test_a_maximum_set_below_what_is_held_closes_the_session_at_once(limit: int, closes: bool) -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("customer", CUSTOMER.asn)
    router.announce("customer", CUSTOMER.asn, prefix=OTHER)
    router.apply(SetNeighbor("customer", max_prefix=limit))
    assert bool(router.router.closing) == closes
    assert bool(router.sent) != closes


def test_the_first_route_is_the_only_one() -> None:
    router = LoneRouter(PEER)
    router.announce("peer", PEER.asn)
    assert reason(router) == "only eligible route"


def test_a_better_route_says_what_makes_it_better() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("peer", PEER.asn)
    router.announce("peer", PEER.asn)
    router.announce("customer", CUSTOMER.asn)
    assert reason(router) == "higher LOCAL_PREF (200 > 100)"


def test_the_next_best_route_says_what_became_of_the_former_one() -> None:
    router = LoneRouter(CUSTOMER, CUSTOMER_2, PROVIDER, policy=Policy(rov=RovMode.DROP))
    router.announce("provider", PROVIDER.asn)
    router.announce("customer-2", CUSTOMER_2.asn, 64510)
    router.announce("customer", CUSTOMER.asn)
    assert reason(router) == "shorter AS path (1 < 2)"
    router.announce("customer", CUSTOMER.asn, 64511, 64512)
    assert reason(router) == "the former best route got worse; shorter AS path (2 < 3)"
    router.announce("customer", CUSTOMER.asn)
    router.withdraw("customer")
    assert reason(router) == "the former best route went; higher LOCAL_PREF (200 > 50)"
    router.announce("customer", CUSTOMER.asn)
    router.apply(SetVrps((Vrp(PREFIX, 24, 64510), Vrp(PREFIX, 24, PROVIDER.asn))))
    assert reason(router) == "the former best route was rejected; higher LOCAL_PREF (200 > 50)"


def test_a_best_route_that_its_neighbour_changes_says_so() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("peer", PEER.asn)
    router.announce("customer", CUSTOMER.asn)
    router.announce("customer", CUSTOMER.asn, 64511)
    assert reason(router) == "changed by its neighbour; higher LOCAL_PREF (200 > 100)"


def test_a_best_route_that_loses_by_a_new_policy_says_so() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("peer", PEER.asn)
    router.announce("customer", CUSTOMER.asn)
    router.apply(SetNeighbor("customer", local_pref=10))
    assert reason(router) == "the routes were judged again; higher LOCAL_PREF (100 > 10)"


def test_the_last_route_that_goes_leaves_none() -> None:
    router = LoneRouter(PEER)
    router.announce("peer", PEER.asn)
    router.withdraw("peer")
    assert reason(router) == "no eligible route is left"
    assert router.router.view().adj_in == {}


def test_a_policy_that_changes_nothing_moves_nothing() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("customer", CUSTOMER.asn)
    assert router.apply(SetPolicy()) == []
    assert router.apply(SetVrps(())) == []


def test_the_best_route_is_explained_against_the_runner_up_also_after_it_was_announced_again() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("peer", PEER.asn)
    router.announce("customer", CUSTOMER.asn)
    router.announce("customer", CUSTOMER.asn)
    reasons = [reason for _, reason in router.router.explain(PREFIX).candidates]
    assert reasons == [
        "higher LOCAL_PREF (200 > 100)",
        "the best route wins: higher LOCAL_PREF (200 > 100)",
    ]
