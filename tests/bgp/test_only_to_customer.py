"""RFC 9234 roles and the OTC attribute, row by row as BIRD, FRR and OpenBGPD were measured."""

from __future__ import annotations

import pytest
from support.lone_router import (
    ASN,
    COLLECTOR,
    CUSTOMER,
    CUSTOMER_2,
    PEER,
    PEER_2,
    PREFIX,
    PROVIDER,
    PROVIDER_2,
    ROUTE_SERVER,
    LoneRouter,
    neighbor,
)

from lab.bgp.commands import Leak, Originate, SetPolicy
from lab.bgp.config import NeighborConfig, Policy
from lab.bgp.events import ExportBlocked, Rejection, RouteRejected
from lab.bgp.relationship import Relationship

CLIENT = neighbor("client", Relationship.RS_CLIENT, 64520)
CLIENT_2 = neighbor("client-2", Relationship.RS_CLIENT, 64521)
OTC = Policy(otc=True)
REMOTE, SOMEBODY = "remote", 64511

ACCEPTED, REJECTED = "accepted", "rejected"


@pytest.mark.parametrize(
    ("source", "without", "own", "other"),
    [
        (CUSTOMER, ACCEPTED, REJECTED, REJECTED),
        (CLIENT, ACCEPTED, REJECTED, REJECTED),
        (PROVIDER, ACCEPTED, ACCEPTED, ACCEPTED),
        (ROUTE_SERVER, ACCEPTED, ACCEPTED, ACCEPTED),
        (PEER, ACCEPTED, ACCEPTED, REJECTED),
    ],
    ids=["provider", "rs", "customer", "rs-client", "peer"],
)
def test_the_ingress_check_for_each_local_role(
    source: NeighborConfig, without: str, own: str, other: str
) -> None:
    for otc, expected in ((None, without), (source.asn, own), (SOMEBODY, other)):
        router = LoneRouter(source, policy=OTC)
        router.announce(source.name, source.asn, SOMEBODY, otc=otc)
        held = router.held(source.name)
        assert held is not None
        assert held.rejection is (None if expected is ACCEPTED else Rejection.OTC_LEAK)
        assert held.attributes.otc == otc
        reported = [event for event in router.events if isinstance(event, RouteRejected)]
        assert [f"Only-to-Customer AS{otc}" in event.detail for event in reported] == [True] * (
            expected is REJECTED
        )


@pytest.mark.parametrize(
    ("source", "otc", "sent"),
    [
        (CUSTOMER, None, ASN),
        (PROVIDER, None, PROVIDER.asn),
        (PROVIDER, SOMEBODY, SOMEBODY),
        (ROUTE_SERVER, None, ROUTE_SERVER.asn),
        (ROUTE_SERVER, SOMEBODY, SOMEBODY),
        (PEER, None, PEER.asn),
        (PEER, PEER.asn, PEER.asn),
    ],
)
def test_a_customer_is_sent_the_otc_that_was_there_or_the_mark_of_where_it_came_from(
    source: NeighborConfig, otc: int | None, sent: int
) -> None:
    router = LoneRouter(source, CUSTOMER_2, policy=OTC)
    router.announce(source.name, source.asn, otc=otc)
    assert router.sent["customer-2", PREFIX].otc == sent


@pytest.mark.parametrize(
    ("target", "otc"),
    [(CUSTOMER, ASN), (PEER, ASN), (PROVIDER, None), (ROUTE_SERVER, None), (COLLECTOR, None)],
    ids=["provider", "peer", "customer", "rs-client", "watched"],
)
def test_an_own_route_is_marked_by_local_role(target: NeighborConfig, otc: int | None) -> None:
    router = LoneRouter(target, policy=OTC)
    router.apply(Originate(PREFIX))
    assert router.sent[target.name, PREFIX].otc == otc


def test_a_route_server_marks_what_it_hands_to_clients_and_leaves_the_path_alone() -> None:
    router = LoneRouter(CLIENT, CLIENT_2, policy=OTC)
    router.announce("client", CLIENT.asn)
    told = router.told("client-2")
    assert told is not None
    assert (told.as_path, told.otc) == ((CLIENT.asn,), ASN)


@pytest.mark.parametrize("source", [PROVIDER, PEER, ROUTE_SERVER], ids=lambda each: each.name)
@pytest.mark.parametrize("otc", [None, "sender"])
def test_a_route_with_otc_is_never_sent_up_or_across_not_even_by_a_leak(
    source: NeighborConfig, otc: str | None
) -> None:
    rs_2 = neighbor("rs-2", Relationship.ROUTE_SERVER, 64522)
    router = LoneRouter(source, PEER_2, PROVIDER_2, rs_2, CUSTOMER_2, policy=OTC)
    router.announce(source.name, source.asn, otc=source.asn if otc else None)
    router.apply(Leak())
    assert router.listeners() == {"customer-2"}
    blocked = {event.neighbor for event in router.events if isinstance(event, ExportBlocked)}
    assert blocked == {"peer-2", "provider-2", "rs-2"}
    assert {event.path for event in router.events if isinstance(event, ExportBlocked)} == {(ASN, source.asn)}


def test_a_leak_without_otc_passes_the_attribute_on_for_others_to_see() -> None:
    router = LoneRouter(PROVIDER, PEER, PROVIDER_2)
    router.announce("provider", PROVIDER.asn, otc=PROVIDER.asn)
    router.apply(Leak())
    assert {router.sent[name, PREFIX].otc for name in ("peer", "provider-2")} == {PROVIDER.asn}


def test_without_the_policy_no_role_adds_or_checks_otc() -> None:
    router = LoneRouter(CUSTOMER, PEER, CUSTOMER_2)
    router.announce("customer", CUSTOMER.asn, otc=SOMEBODY)
    assert {router.sent[name, PREFIX].otc for name in ("peer", "customer-2")} == {SOMEBODY}


def test_turning_otc_on_stops_a_leak_and_turning_it_off_lets_it_go_on() -> None:
    router = LoneRouter(PROVIDER, PEER, CUSTOMER)
    router.announce("provider", PROVIDER.asn)
    router.apply(Leak())
    assert router.listeners() == {"peer", "customer"}
    router.apply(SetPolicy(otc=True))
    assert router.listeners() == {"customer"}
    router.apply(SetPolicy(otc=False))
    assert router.listeners() == {"peer", "customer"}


def test_turning_otc_on_rejects_a_leak_already_accepted() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("customer", CUSTOMER.asn, SOMEBODY, otc=SOMEBODY)
    router.apply(SetPolicy(otc=True))
    assert router.best() is None
    assert router.listeners() == set()
    router.apply(SetPolicy(otc=False))
    assert router.listeners() == {"peer"}
