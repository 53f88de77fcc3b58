"""What a router does with the verdict on a path: rejects it or not, judges again, and says why."""

from __future__ import annotations

import pytest
from support.lone_router import (
    ASN,
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

from lab.bgp.aspa import Aspa, AspaMode, AspaState
from lab.bgp.commands import Originate, SetAspas, SetPolicy
from lab.bgp.config import NeighborConfig, Policy
from lab.bgp.events import PolicyChanged, Rejection, RouteRejected, Withdrawn
from lab.bgp.relationship import Relationship
from lab.bgp.router import CommandError
from lab.bgp.rov import RovMode, Vrp

DROP = Policy(aspa=AspaMode.DROP)
ORIGIN, CARRIER = 64496, 64510
CARRIER_ASPA = Aspa(CARRIER, (0,))
LEAKED = (CUSTOMER.asn, CARRIER, ORIGIN)
"""What the customer has from its other provider and should have kept to itself."""


def judging(*neighbors: NeighborConfig, policy: Policy = DROP, aspas: tuple[Aspa, ...] = ()) -> LoneRouter:
    lone = LoneRouter(*neighbors, policy=policy)
    lone.apply(SetAspas(aspas))
    lone.events.clear()
    return lone


def state(lone: LoneRouter, name: str) -> AspaState | None:
    route = lone.held(name)
    assert route is not None
    return lone.router.view().aspa_state(PREFIX, route)


@pytest.mark.parametrize("aspas", [(), (CARRIER_ASPA,)])
@pytest.mark.parametrize("mode", AspaMode)
def test_a_leaked_route_is_rejected_where_an_aspa_contradicts_it_and_the_router_cares(
    mode: AspaMode, aspas: tuple[Aspa, ...]
) -> None:
    lone = judging(CUSTOMER, PEER, policy=Policy(aspa=mode), aspas=aspas)
    lone.announce("customer", *LEAKED)
    rejected = mode is AspaMode.DROP and bool(aspas)
    assert (lone.best() is None) == rejected
    assert (lone.told("peer") is None) == rejected
    assert lone.held("customer").rejection is (Rejection.ASPA_INVALID if rejected else None)
    assert state(lone, "customer") is (AspaState.INVALID if aspas else AspaState.UNKNOWN)


def test_a_rejection_names_the_hop() -> None:
    lone = judging(CUSTOMER, aspas=(CARRIER_ASPA,))
    lone.announce("customer", *LEAKED)
    (event,) = lone.events
    assert isinstance(event, RouteRejected)
    assert event.rejection is Rejection.ASPA_INVALID
    assert event.detail.startswith(
        "path verification: invalid: AS64510's ASPA does not name AS64501: its providers are nobody;"
    )
    ((route, reason),) = lone.router.explain(PREFIX).candidates
    assert (route.rejection, reason) == (Rejection.ASPA_INVALID, event.detail)


def test_new_aspas_are_applied_to_what_is_held_without_a_new_announcement() -> None:
    lone = judging(CUSTOMER, PEER)
    lone.announce("customer", *LEAKED)
    assert lone.told("peer") is not None
    lone.apply(SetAspas((CARRIER_ASPA,)))
    assert lone.best() is None
    assert lone.told("peer") is None
    lone.apply(SetAspas(()))
    assert lone.best() is not None
    assert lone.told("peer") is not None


def test_the_mode_is_applied_to_what_is_held() -> None:
    lone = judging(CUSTOMER, PEER, policy=Policy(), aspas=(CARRIER_ASPA,))
    lone.announce("customer", *LEAKED)
    lone.events.clear()
    lone.apply(SetPolicy(aspa=AspaMode.DROP))
    assert lone.best() is None
    assert isinstance(lone.events[0], PolicyChanged)
    assert lone.events[0].detail == "sets aspa drop"
    lone.apply(SetPolicy(aspa=AspaMode.OFF))
    assert lone.told("peer") is not None


def test_a_router_that_does_not_care_sends_nothing_for_new_aspas_and_has_them_when_asked() -> None:
    lone = judging(CUSTOMER, PEER, policy=Policy())
    lone.announce("customer", *LEAKED)
    lone.events.clear()
    assert lone.apply(SetAspas((CARRIER_ASPA,))) == []
    assert lone.events == []
    assert state(lone, "customer") is AspaState.INVALID


def test_from_a_provider_a_path_may_come_down_again() -> None:
    above = neighbor("carrier", Relationship.PROVIDER, 64511)
    up_and_down = (64511, CARRIER, ORIGIN)
    lone = judging(above, CUSTOMER, aspas=(CARRIER_ASPA, Aspa(ORIGIN, (CARRIER,)), Aspa(64511, (CARRIER,))))
    lone.announce("carrier", *up_and_down)
    assert state(lone, "carrier") is AspaState.VALID
    lone.announce("customer", CUSTOMER.asn, *up_and_down)
    assert state(lone, "customer") is AspaState.INVALID


def test_a_route_server_is_in_no_path_and_its_clients_paths_must_have_come_up() -> None:
    lone = judging(ROUTE_SERVER, aspas=(CARRIER_ASPA, Aspa(ORIGIN, (64511,))))
    lone.announce("rs", 64511, ORIGIN)
    assert state(lone, "rs") is AspaState.VALID
    lone.announce("rs", 64511, CARRIER, ORIGIN)
    assert lone.held("rs").rejection is Rejection.ASPA_INVALID


def test_a_route_server_verifies_what_its_clients_send() -> None:
    clients = [neighbor(f"client-{n}", Relationship.RS_CLIENT, 64501 + n) for n in range(2)]
    lone = judging(*clients, aspas=(CARRIER_ASPA,))
    lone.announce("client-0", 64501, CARRIER, ORIGIN)
    assert lone.told("client-1") is None
    lone.announce("client-0", 64501, ORIGIN)
    assert lone.told("client-1") is not None


def test_a_path_that_does_not_start_with_its_neighbour_is_invalid() -> None:
    lone = judging(CUSTOMER, PROVIDER, aspas=(CARRIER_ASPA,))
    for name in ("customer", "provider"):
        lone.announce(name, ORIGIN)
        assert lone.held(name).rejection is Rejection.FIRST_AS
        assert state(lone, name) is AspaState.INVALID
    verdicts = {str(verdict) for verdict in lone.router.explain(PREFIX).aspa}
    assert "invalid: the path starts with AS64496, not with the neighbour's AS64501" in verdicts


def test_own_routes_are_not_judged_and_a_collector_judges_nothing() -> None:
    lone = judging(CUSTOMER, aspas=(Aspa(ASN, (64510,)), CARRIER_ASPA))
    lone.apply(Originate(PREFIX, path=(ORIGIN,)))
    assert state(lone, "") is None
    assert lone.router.explain(PREFIX).aspa == (None,)
    collector = judging(neighbor("watched", Relationship.VANTAGE_POINT, 64501), aspas=(CARRIER_ASPA,))
    collector.announce("watched", *LEAKED)
    assert collector.held("watched").eligible
    assert state(collector, "watched") is None
    assert collector.router.explain(PREFIX).aspa == (None,)


def test_a_collector_still_hears_what_was_accepted() -> None:
    lone = judging(CUSTOMER, COLLECTOR, aspas=(CARRIER_ASPA,))
    lone.announce("customer", *LEAKED)
    lone.announce("customer", CUSTOMER.asn, prefix=OTHER)
    assert (lone.told("collector"), bool(lone.told("collector", OTHER))) == (None, True)


def test_the_verdict_of_every_candidate_is_explained_in_their_order() -> None:
    lone = judging(CUSTOMER, CUSTOMER_2, aspas=(CARRIER_ASPA,))
    lone.announce("customer", *LEAKED)
    lone.announce("customer-2", CUSTOMER_2.asn)
    found = lone.router.explain(PREFIX)
    assert [route.neighbor for route, _ in found.candidates] == ["customer-2", "customer"]
    assert [verdict.state for verdict in found.aspa] == [AspaState.VALID, AspaState.INVALID]


def test_without_aspas_there_is_no_verdict_to_explain() -> None:
    lone = judging(CUSTOMER)
    lone.announce("customer", *LEAKED)
    assert lone.router.explain(PREFIX).aspa == (None,)


def test_aspas_that_cannot_be_change_nothing() -> None:
    lone = judging(CUSTOMER, aspas=(CARRIER_ASPA,))
    lone.announce("customer", *LEAKED)
    lone.events.clear()
    with pytest.raises(CommandError, match="AS64496 itself"):
        lone.apply(SetAspas((Aspa(ORIGIN, (ORIGIN,)),)))
    assert lone.events == []
    assert lone.held("customer").rejection is Rejection.ASPA_INVALID
    assert list(lone.router.aspas) == [CARRIER_ASPA]


def test_an_origin_that_is_invalid_is_told_before_the_path() -> None:
    policy = Policy(rov=RovMode.DROP, aspa=AspaMode.DROP)
    lone = LoneRouter(CUSTOMER, policy=policy, vrps=[Vrp(PREFIX, 24, 64502)])
    lone.apply(SetAspas((CARRIER_ASPA,)))
    lone.announce("customer", *LEAKED)
    assert lone.held("customer").rejection is Rejection.ROV_INVALID


def test_a_rejected_route_that_is_withdrawn_is_gone() -> None:
    lone = judging(CUSTOMER, aspas=(CARRIER_ASPA,))
    lone.announce("customer", *LEAKED)
    lone.withdraw("customer")
    assert lone.held("customer") is None
    assert not any(isinstance(event, Withdrawn) for event in lone.events)
