"""Who is told of a route (Gao and Rexford, 2001), and what the route looks like on the way out."""

from __future__ import annotations

import pytest
from support.lone_router import (
    ASN,
    COLLECTOR,
    CUSTOMER,
    CUSTOMER_2,
    OTHER,
    PEER,
    PEER_2,
    PREFIX,
    PROVIDER,
    PROVIDER_2,
    ROUTE_SERVER,
    LoneRouter,
    neighbor,
)

from lab.bgp.attributes import Attributes, Origin
from lab.bgp.commands import Leak, Originate, SetNeighbor, SetVrps, StopOriginating
from lab.bgp.config import NeighborConfig
from lab.bgp.events import Announced, PolicyChanged, Withdrawn
from lab.bgp.relationship import Relationship
from lab.bgp.router import CommandError
from lab.bgp.rov import Vrp

RS_2 = neighbor("rs-2", Relationship.ROUTE_SERVER, 64509)
TARGETS = (CUSTOMER_2, PEER_2, PROVIDER_2, RS_2, COLLECTOR)
EVERYBODY = {each.name for each in TARGETS}
DOWNSTREAM = {"customer-2", "collector"}


def learned_from(source: NeighborConfig | None) -> LoneRouter:
    """A router with a route from `source` (None: an own one) and one more neighbour of every kind."""
    router = LoneRouter(*TARGETS, *([source] if source else []))
    if source is None:
        router.apply(Originate(PREFIX))
    else:
        router.announce(source.name, source.asn)
    return router


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (None, EVERYBODY),
        (CUSTOMER, EVERYBODY),
        (PEER, DOWNSTREAM),
        (PROVIDER, DOWNSTREAM),
        (ROUTE_SERVER, DOWNSTREAM),
    ],
    ids=["own", "customer", "peer", "provider", "rs"],
)
def test_only_own_and_customer_routes_go_to_peers_providers_and_route_servers(
    source: NeighborConfig | None, told: set[str]
) -> None:
    assert learned_from(source).listeners() == told


@pytest.mark.parametrize("source", [CUSTOMER, PEER, PROVIDER, ROUTE_SERVER], ids=lambda each: each.name)
def test_a_route_never_goes_back_to_where_it_came_from(source: NeighborConfig) -> None:
    router = learned_from(source)
    router.apply(Leak())
    assert source.name not in router.listeners()


def test_a_route_that_stops_being_exportable_is_withdrawn() -> None:
    router = LoneRouter(CUSTOMER, PEER, PROVIDER, COLLECTOR)
    router.announce("peer", PEER.asn)
    router.announce("customer", CUSTOMER.asn)
    assert router.listeners() == {"peer", "provider", "collector"}
    router.withdraw("customer")
    assert router.listeners() == {"customer", "collector"}
    router.withdraw("peer")
    assert router.listeners() == set()


def test_on_export_the_own_asn_goes_first_and_a_received_med_goes_no_further() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce(
        "customer",
        CUSTOMER.asn,
        64510,
        med=10,
        origin=Origin.EGP,
        communities=(6, 7),
        large_communities=((1, 2, 3),),
    )
    assert router.told("peer") == Attributes(
        (ASN, CUSTOMER.asn, 64510), Origin.EGP, None, (6, 7), ((1, 2, 3),)
    )


def test_an_own_route_carries_its_own_med_prepending_and_forged_path() -> None:
    router = LoneRouter(PEER)
    router.apply(
        Originate(PREFIX, path=(64510, 64511), prepend=2, med=5, communities=(9,), origin=Origin.EGP)
    )
    assert router.told("peer") == Attributes((ASN, ASN, ASN, 64510, 64511), Origin.EGP, 5, (9,))
    announced = Announced(0.0, "router", PREFIX, (ASN, ASN, ASN, 64510, 64511))
    assert announced in router.events


def test_prepending_towards_one_neighbour_leaves_the_others_alone() -> None:
    router = LoneRouter(CUSTOMER, PEER, neighbor("far", Relationship.PEER, 64542, prepend=2))
    router.announce("customer", CUSTOMER.asn)
    sent = {name: told.as_path for (name, _), told in router.sent.items()}
    assert sent == {"peer": (ASN, CUSTOMER.asn), "far": (ASN, ASN, ASN, CUSTOMER.asn)}
    router.apply(SetNeighbor("peer", prepend=1))
    assert router.sent["peer", PREFIX].as_path == (ASN, ASN, CUSTOMER.asn)


def test_announcing_again_changes_the_announcement_and_the_same_again_sends_nothing() -> None:
    router = LoneRouter(PEER)
    router.apply(Originate(PREFIX))
    assert router.apply(Originate(PREFIX)) == []
    assert len(router.apply(Originate(PREFIX, prepend=1))) == 1
    told = router.told("peer")
    assert told is not None
    assert told.as_path == (ASN, ASN)


def test_withdrawing_an_own_route_uncovers_the_one_received() -> None:
    router = LoneRouter(CUSTOMER, PEER)
    router.announce("customer", CUSTOMER.asn)
    router.apply(Originate(PREFIX))
    assert router.sent["peer", PREFIX].as_path == (ASN,)
    router.apply(StopOriginating(PREFIX))
    assert router.sent["peer", PREFIX].as_path == (ASN, CUSTOMER.asn)
    assert router.listeners() == {"peer"}
    assert Withdrawn(0.0, "router", PREFIX) in router.events


def test_a_session_that_comes_up_is_sent_all_it_may_have_and_nothing_else() -> None:
    router = LoneRouter(CUSTOMER, PROVIDER, PEER, up=False)
    router.session_up("customer")
    router.session_up("provider")
    router.announce("customer", CUSTOMER.asn)
    router.announce("provider", PROVIDER.asn, prefix=OTHER)
    router.session_up("peer")
    assert {prefix for name, prefix in router.sent if name == "peer"} == {PREFIX}
    assert router.session_up("peer") == []


@pytest.mark.parametrize(
    ("leak", "told"),
    [
        (Leak(), EVERYBODY),
        (Leak(PREFIX), EVERYBODY),
        (Leak(OTHER), DOWNSTREAM),
        (Leak(to="peer-2"), DOWNSTREAM | {"peer-2"}),
        (Leak(PREFIX, "provider-2"), DOWNSTREAM | {"provider-2"}),
        (Leak(OTHER, "provider-2"), DOWNSTREAM),
    ],
    ids=str,
)
@pytest.mark.parametrize("source", [PEER, PROVIDER, ROUTE_SERVER], ids=lambda each: each.name)
def test_a_leak_exports_what_it_names_and_ends_when_it_is_stopped(
    source: NeighborConfig, leak: Leak, told: set[str]
) -> None:
    router = learned_from(source)
    router.apply(leak)
    assert router.listeners() == told
    router.apply(Leak(leak.prefix, leak.to, active=False))
    assert router.listeners() == DOWNSTREAM


def test_stopping_one_leak_leaves_the_other_going() -> None:
    router = learned_from(PROVIDER)
    router.apply(Leak(to="peer-2"))
    router.apply(Leak(PREFIX))
    router.apply(Leak(PREFIX, active=False))
    assert router.listeners() == DOWNSTREAM | {"peer-2"}


def test_a_leak_covers_what_is_learned_later() -> None:
    router = LoneRouter(*TARGETS, PROVIDER)
    router.apply(Leak(to="peer-2"))
    router.announce("provider", PROVIDER.asn)
    assert "peer-2" in router.listeners()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (StopOriginating(PREFIX), "router does not announce 203.0.113.0/24"),
        (SetNeighbor("nobody", prepend=1), "router has no neighbour 'nobody'"),
        (Leak(to="nobody"), "router has no neighbour 'nobody' to leak to"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_and_changes_nothing(
    command: StopOriginating | SetNeighbor | Leak, message: str
) -> None:
    router = learned_from(PROVIDER)
    router.events.clear()
    before = router.router.view(), dict(router.sent)
    with pytest.raises(CommandError, match=message):
        router.apply(command)
    assert (router.router.view(), router.sent) == before
    assert not router.events


@pytest.mark.parametrize(
    ("command", "detail"),
    [
        (SetNeighbor("peer", local_pref=5, prepend=2), "sets local pref 5, prepend 2 for peer"),
        (
            SetNeighbor("peer", prepend=1, clear_local_pref=True),
            "sets prepend 1, local pref cleared for peer",
        ),
        (SetNeighbor("peer"), "sets nothing for peer"),
        (Leak(), "leaks every route to every neighbour"),
    ],
)
def test_every_change_of_policy_is_reported_as_text_for_people(
    command: SetNeighbor | Leak, detail: str
) -> None:
    router = LoneRouter(PEER)
    router.apply(command)
    assert router.events == [PolicyChanged(0.0, "router", detail)]


def test_only_a_leak_that_began_can_be_stopped() -> None:
    router = LoneRouter(PEER)
    router.apply(Leak(to="peer"))
    with pytest.raises(CommandError, match=r"does not leak .*/24 to peer; it leaks every route to peer"):
        router.apply(Leak(PREFIX, "peer", active=False))
    router.events.clear()
    router.apply(Leak(to="peer", active=False))
    assert router.events == [PolicyChanged(0.0, "router", "stops leaking every route to peer")]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (Originate(PREFIX, prepend=-1), "prepend -1 is not from 0 to 50"),
        (Originate(PREFIX, prepend=51), "prepend 51 is not from 0 to 50"),
        (Originate(PREFIX, path=(0,)), "the path 0 holds what is no AS number"),
        (Originate(PREFIX, path=(1 << 32,)), "holds what is no AS number"),
        (Originate(PREFIX, med=-1), "MED -1 is not from 0"),
        (Originate(PREFIX, communities=(1 << 32,)), "a community is 32 bits"),
        (Originate(PREFIX, large_communities=((1, 2),)), "three times 32 bits"),  # type: ignore[arg-type]
        (SetVrps((Vrp(PREFIX, 23, 64496),)), "has a maxLength from 24 to 32, not 23"),
        (SetVrps((Vrp(PREFIX, 33, 64496),)), "has a maxLength from 24 to 32, not 33"),
        (SetVrps((Vrp(PREFIX, 24, 1 << 32),)), "an ASN has 32 bits"),
    ],
)
def test_what_no_message_could_carry_is_refused_with_nothing_changed(
    command: Originate | SetVrps, problem: str
) -> None:
    router = LoneRouter(PEER)
    with pytest.raises(CommandError, match=problem):
        router.apply(command)
    assert not router.router.view().adj_in
    assert not router.events
