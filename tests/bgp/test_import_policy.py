"""What becomes of a route on its way into the Adj-RIB-In."""

from __future__ import annotations

import pytest
from support.lone_router import (
    ASN,
    COLLECTOR,
    CUSTOMER,
    OTHER,
    PEER,
    PREFIX,
    PROVIDER,
    ROUTE_SERVER,
    LoneRouter,
    neighbor,
)

from lab.bgp.attributes import GRACEFUL_SHUTDOWN
from lab.bgp.commands import Originate, SetNeighbor, SetPolicy, SetVrps
from lab.bgp.config import NeighborConfig, Policy
from lab.bgp.events import BestPathChanged, Rejection, RouteRejected, ValidationChanged
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovMode, RovState, Vrp

EVERYBODY = (CUSTOMER, PEER, PROVIDER, ROUTE_SERVER)
HOLDER = 64510
ROA = Vrp(PREFIX, 24, HOLDER)


def rejections(router: LoneRouter) -> list[tuple[str, Rejection]]:
    return [(event.neighbor, event.rejection) for event in router.events if isinstance(event, RouteRejected)]


@pytest.mark.parametrize("source", EVERYBODY, ids=lambda each: each.name)
def test_a_path_that_holds_the_own_asn_is_an_as_loop_and_not_reported(source: NeighborConfig) -> None:
    router = LoneRouter(*EVERYBODY)
    router.announce(source.name, source.asn, ASN, HOLDER)
    held = router.held(source.name)
    assert held is not None
    assert held.rejection is Rejection.AS_LOOP
    assert router.best() is None
    assert not router.sent
    assert not router.events
    assert "AS loop" in router.router.explain(PREFIX).candidates[0][1]


@pytest.mark.parametrize("source", [CUSTOMER, PEER, PROVIDER], ids=lambda each: each.name)
def test_a_path_must_start_with_the_neighbours_asn(source: NeighborConfig) -> None:
    router = LoneRouter(*EVERYBODY)
    router.announce(source.name, HOLDER, source.asn)
    assert rejections(router) == [(source.name, Rejection.FIRST_AS)]
    assert router.best() is None


def test_a_route_server_is_not_in_the_paths_it_hands_on() -> None:
    router = LoneRouter(*EVERYBODY)
    router.announce("rs", HOLDER)
    best = router.best()
    assert best is not None
    assert best.attributes.as_path == (HOLDER,)


@pytest.mark.parametrize("source", EVERYBODY, ids=lambda each: each.name)
def test_an_empty_path_is_rejected_from_everybody(source: NeighborConfig) -> None:
    router = LoneRouter(*EVERYBODY)
    router.announce(source.name)
    assert rejections(router) == [(source.name, Rejection.FIRST_AS)]


def test_customers_come_before_peers_and_route_servers_before_providers() -> None:
    router = LoneRouter(*EVERYBODY)
    for source in (PROVIDER, ROUTE_SERVER, PEER, CUSTOMER):
        router.announce(source.name, *([source.asn] * 3 if source is CUSTOMER else [source.asn]))
    order = [(route.neighbor, route.local_pref) for route, _ in router.router.explain(PREFIX).candidates]
    assert order == [("customer", 200), ("peer", 100), ("rs", 100), ("provider", 50)]


@pytest.mark.parametrize("source", EVERYBODY, ids=lambda each: each.name)
def test_a_local_pref_set_for_a_neighbour_overrides_the_relationship(source: NeighborConfig) -> None:
    router = LoneRouter(neighbor("x", source.relationship, 64540, local_pref=7))
    router.announce("x", 64540)
    held = router.held("x")
    assert held is not None
    assert held.local_pref == 7


def test_a_local_pref_override_can_be_set_and_cleared_on_routes_already_held() -> None:
    router = LoneRouter(CUSTOMER, PROVIDER)
    router.announce("customer", CUSTOMER.asn)
    router.announce("provider", PROVIDER.asn)
    router.apply(SetNeighbor("provider", local_pref=300))
    best = router.best()
    assert best is not None
    assert best.neighbor == "provider"
    router.apply(SetNeighbor("provider", clear_local_pref=True))
    best = router.best()
    assert best is not None
    assert best.neighbor == "customer"


@pytest.mark.parametrize("source", EVERYBODY, ids=lambda each: each.name)
def test_graceful_shutdown_makes_a_route_the_last_resort(source: NeighborConfig) -> None:
    worst = neighbor("worst", Relationship.PROVIDER, 64541)
    router = LoneRouter(source, worst)
    router.announce("worst", 64541, HOLDER, HOLDER, HOLDER)
    router.announce(source.name, source.asn, communities=(GRACEFUL_SHUTDOWN,))
    best = router.best()
    assert best is not None
    assert best.neighbor == "worst"
    router.withdraw("worst")
    best = router.best()
    assert best is not None
    assert best.local_pref == 0
    router.apply(SetPolicy(graceful_shutdown=False))
    best = router.best()
    assert best is not None
    assert best.local_pref > 0


@pytest.mark.parametrize(
    ("mode", "origin", "rejected"),
    [
        (RovMode.DROP, HOLDER, False),
        (RovMode.DROP, 64511, True),
        (RovMode.PREFER_VALID, 64511, False),
        (RovMode.OFF, 64511, False),
    ],
)
@pytest.mark.parametrize("source", EVERYBODY, ids=lambda each: each.name)
def test_only_drop_rejects_and_only_what_is_invalid(
    source: NeighborConfig, mode: RovMode, origin: int, rejected: bool
) -> None:
    router = LoneRouter(*EVERYBODY, policy=Policy(rov=mode), vrps=[ROA])
    router.announce(source.name, source.asn, origin)
    held = router.held(source.name)
    assert held is not None
    assert held.rov is (RovState.VALID if origin == HOLDER else RovState.INVALID)
    assert rejections(router) == ([(source.name, Rejection.ROV_INVALID)] if rejected else [])
    assert (router.best() is None) == rejected


def test_origin_validation_looks_at_the_last_as_of_the_path_not_the_first() -> None:
    router = LoneRouter(CUSTOMER, policy=Policy(rov=RovMode.DROP), vrps=[Vrp(PREFIX, 24, CUSTOMER.asn)])
    router.announce("customer", CUSTOMER.asn, HOLDER)
    assert rejections(router) == [("customer", Rejection.ROV_INVALID)]


def test_a_rejected_route_stays_in_the_adj_rib_in_and_says_why() -> None:
    router = LoneRouter(PEER, policy=Policy(rov=RovMode.DROP), vrps=[ROA])
    router.announce("peer", PEER.asn)
    (event,) = (event for event in router.events if isinstance(event, RouteRejected))
    assert event.detail == (
        "origin validation: invalid: 203.0.113.0/24 AS64510: authorises AS64510, the origin is AS64502"
    )
    assert router.router.explain(PREFIX).candidates[0][1] == event.detail


def test_the_same_rejected_route_again_is_not_reported_again() -> None:
    router = LoneRouter(PEER, policy=Policy(rov=RovMode.DROP), vrps=[ROA])
    for _ in range(3):
        router.announce("peer", PEER.asn)
    assert len(rejections(router)) == 1
    router.announce("peer", PEER.asn, 64511)
    assert len(rejections(router)) == 2


def test_a_best_route_that_its_neighbour_makes_invalid_gives_way_to_the_next() -> None:
    router = LoneRouter(CUSTOMER, PROVIDER, policy=Policy(rov=RovMode.DROP), vrps=[ROA])
    router.announce("provider", PROVIDER.asn, HOLDER)
    router.announce("customer", CUSTOMER.asn, HOLDER)
    router.announce("customer", CUSTOMER.asn, 64511)
    best = router.best()
    assert best is not None
    assert best.neighbor == "provider"
    changed = [event for event in router.events if isinstance(event, BestPathChanged)][-1]
    assert changed.reason == "only eligible route"


def test_a_new_roa_rejects_routes_already_held_and_its_end_takes_them_back() -> None:
    router = LoneRouter(PEER, CUSTOMER, policy=Policy(rov=RovMode.DROP))
    router.announce("peer", PEER.asn, 64511)
    assert router.listeners() == {"customer"}
    router.apply(SetVrps((ROA,)))
    assert router.best() is None
    assert router.listeners() == set()
    assert rejections(router) == [("peer", Rejection.ROV_INVALID)]
    router.apply(SetVrps(()))
    assert router.listeners() == {"customer"}


def test_a_policy_turned_on_and_off_again_judges_the_held_routes_both_ways() -> None:
    router = LoneRouter(PEER, CUSTOMER, vrps=[ROA])
    router.announce("peer", PEER.asn, 64511)
    router.announce("peer", PEER.asn, HOLDER, prefix=OTHER)
    router.apply(SetPolicy(rov=RovMode.DROP))
    assert set(router.router.view().best) == {OTHER}
    router.apply(SetPolicy(rov=RovMode.OFF))
    assert set(router.router.view().best) == {PREFIX, OTHER}
    assert router.listeners() == {"customer"}


def test_a_changed_validation_state_of_the_route_in_use_is_an_event_of_its_own() -> None:
    router = LoneRouter(PEER, CUSTOMER)
    router.announce("peer", PEER.asn, HOLDER)
    router.events.clear()
    assert router.apply(SetVrps((ROA,))) == []
    changes = [event for event in router.events if isinstance(event, ValidationChanged | BestPathChanged)]
    assert changes == [ValidationChanged(0.0, "router", PREFIX, "peer", RovState.NOT_FOUND, RovState.VALID)]


def test_own_routes_are_validated_and_never_rejected() -> None:
    router = LoneRouter(PEER, policy=Policy(rov=RovMode.DROP), vrps=[ROA])
    router.apply(Originate(PREFIX))
    best = router.best()
    assert best is not None
    assert best.rov is RovState.INVALID
    assert router.listeners() == {"peer"}


def test_prefixes_of_both_ip_versions_are_judged_alike() -> None:
    six = Prefix.parse("2001:db8::/32")
    router = LoneRouter(PEER, COLLECTOR, policy=Policy(rov=RovMode.DROP), vrps=[Vrp(six, 48, HOLDER)])
    router.announce("peer", PEER.asn, 64511, prefix=six)
    router.announce("peer", PEER.asn, 64511)
    assert set(router.router.view().best) == {PREFIX}
