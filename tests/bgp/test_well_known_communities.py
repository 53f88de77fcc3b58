"""NO_EXPORT and NO_ADVERTISE (RFC 1997) and BLACKHOLE (RFC 7999)."""

from __future__ import annotations

import pytest
from support.lone_router import (
    COLLECTOR,
    CUSTOMER,
    CUSTOMER_2,
    PEER,
    PREFIX,
    PROVIDER,
    ROUTE_SERVER,
    LoneRouter,
    neighbor,
)

from lab.bgp.attributes import BLACKHOLE, NO_ADVERTISE, NO_EXPORT
from lab.bgp.commands import Leak, Originate, SetPolicy
from lab.bgp.config import NeighborConfig, Policy
from lab.bgp.events import Rejection
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovMode, Vrp

EVERYBODY = (CUSTOMER, PEER, PROVIDER, ROUTE_SERVER, CUSTOMER_2, COLLECTOR)
HOST = Prefix.parse("203.0.113.9/32")
ROA = Vrp(PREFIX, 24, CUSTOMER.asn)


@pytest.mark.parametrize("community", [NO_EXPORT, NO_ADVERTISE])
@pytest.mark.parametrize("source", [CUSTOMER, PEER, PROVIDER, ROUTE_SERVER], ids=lambda each: each.name)
def test_a_received_route_that_must_not_be_exported_is_used_and_told_to_nobody(
    source: NeighborConfig, community: int
) -> None:
    router = LoneRouter(*EVERYBODY)
    router.announce(source.name, source.asn, communities=(7, community))
    router.apply(Leak())
    best = router.best()
    assert best is not None
    assert best.neighbor == source.name
    assert router.listeners() == set()


@pytest.mark.parametrize("community", [NO_EXPORT, NO_ADVERTISE, BLACKHOLE])
def test_who_attaches_a_community_to_an_own_route_still_announces_it(community: int) -> None:
    router = LoneRouter(*EVERYBODY, policy=Policy(blackhole=True))
    router.apply(Originate(PREFIX, communities=(community,)))
    assert router.listeners() == {each.name for each in EVERYBODY}
    assert {told.communities for told in router.sent.values()} == {(community,)}


def test_a_route_that_gains_no_export_is_withdrawn_from_the_others() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("customer", CUSTOMER.asn)
    assert router.listeners() == {"peer"}
    router.announce("customer", CUSTOMER.asn, communities=(NO_EXPORT,))
    assert router.listeners() == set()


@pytest.mark.parametrize(
    ("source", "honoured", "discards"),
    [(CUSTOMER, True, True), (CUSTOMER, False, False), (PEER, True, False), (PROVIDER, True, False)],
)
def test_only_a_customers_blackhole_is_honoured_and_only_where_configured(
    source: NeighborConfig, honoured: bool, discards: bool
) -> None:
    router = LoneRouter(*EVERYBODY, policy=Policy(blackhole=honoured))
    router.announce(source.name, source.asn)
    router.announce(source.name, source.asn, prefix=HOST, communities=(BLACKHOLE,))
    best = router.best(HOST)
    assert best is not None
    assert best.discard == discards
    assert (router.listeners(HOST) == set()) == discards


def test_turning_blackholing_off_makes_it_an_ordinary_route_again() -> None:
    router = LoneRouter(CUSTOMER, PEER, policy=Policy(blackhole=True))
    router.announce("customer", CUSTOMER.asn)
    router.announce("customer", CUSTOMER.asn, prefix=HOST, communities=(BLACKHOLE,))
    router.apply(SetPolicy(blackhole=False))
    assert router.listeners(HOST) == {"peer"}
    router.apply(SetPolicy(blackhole=True))
    assert router.listeners(HOST) == set()


@pytest.mark.parametrize(
    ("vrp", "communities", "honoured", "accepted"),
    [
        (ROA, (BLACKHOLE,), True, True),
        (ROA, (), True, False),
        (ROA, (BLACKHOLE,), False, False),
        (Vrp(PREFIX, 24, 64511), (BLACKHOLE,), True, False),
        (Vrp(PREFIX, 24, 0), (BLACKHOLE,), True, False),
    ],
)
def test_a_blackhole_may_exceed_the_maxlength_but_not_change_the_origin(
    vrp: Vrp, communities: tuple[int, ...], honoured: bool, accepted: bool
) -> None:
    router = LoneRouter(CUSTOMER, policy=Policy(rov=RovMode.DROP, blackhole=honoured), vrps=[vrp])
    router.announce("customer", CUSTOMER.asn)
    router.announce("customer", CUSTOMER.asn, prefix=HOST, communities=communities)
    held = router.held("customer", HOST)
    assert held is not None
    assert held.rejection is (None if accepted else Rejection.ROV_INVALID)


def test_a_blackhole_for_addresses_the_customer_does_not_announce_is_an_ordinary_route() -> None:
    stranger = neighbor("stranger", Relationship.CUSTOMER, 64505)
    router = LoneRouter(CUSTOMER, stranger, policy=Policy(rov=RovMode.DROP, blackhole=True), vrps=[ROA])
    router.announce("customer", CUSTOMER.asn)
    router.announce("stranger", stranger.asn, CUSTOMER.asn, prefix=HOST, communities=(BLACKHOLE,))
    held = router.held("stranger", HOST)
    assert held is not None
    assert (held.discard, held.rejection) == (False, Rejection.ROV_INVALID)


@pytest.mark.parametrize("host_first", [True, False])
def test_a_blackhole_is_honoured_while_its_customer_announces_what_is_around_it(
    host_first: bool,
) -> None:
    router = LoneRouter(CUSTOMER, PEER, policy=Policy(blackhole=True))
    announcements = [(PREFIX, ()), (HOST, (BLACKHOLE,))]
    for prefix, communities in reversed(announcements) if host_first else announcements:
        router.announce("customer", CUSTOMER.asn, prefix=prefix, communities=communities)
    assert router.listeners(HOST) == set()
    router.withdraw("customer")
    assert router.listeners(HOST) == {"peer"}
    router.withdraw("customer", HOST)
    assert not router.router.view().adj_in


def test_a_blackhole_does_not_excuse_a_peer_from_the_maxlength() -> None:
    policy = Policy(rov=RovMode.DROP, blackhole=True)
    router = LoneRouter(PEER, policy=policy, vrps=[Vrp(PREFIX, 24, PEER.asn)])
    router.announce("peer", PEER.asn, prefix=HOST, communities=(BLACKHOLE,))
    assert router.best(HOST) is None
