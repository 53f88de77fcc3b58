"""A transparent route server (RFC 7947), and a collector."""

from __future__ import annotations

import pytest
from support.lone_router import ASN, COLLECTOR, OTHER, PREFIX, LoneRouter, neighbor

from lab.bgp.attributes import NO_ADVERTISE, NO_EXPORT, Attributes, Origin
from lab.bgp.commands import Leak, Originate, SetNeighbor, SetPolicy
from lab.bgp.config import Policy
from lab.bgp.events import Rejection
from lab.bgp.relationship import Relationship
from lab.bgp.router import CommandError
from lab.bgp.rov import RovMode, Vrp

A, B, C = (neighbor(name, Relationship.RS_CLIENT, 64520 + index) for index, name in enumerate("abc"))
WATCHED, WATCHED_2 = (neighbor(name, Relationship.VANTAGE_POINT, 64530 + i) for i, name in enumerate("xy"))


def test_a_route_server_hands_on_every_attribute_untouched() -> None:
    router = LoneRouter(A, B, COLLECTOR)
    given = Attributes((A.asn, 64510), Origin.EGP, 30, (NO_EXPORT, NO_ADVERTISE, 5), ((1, 2, 3),), 64510)
    router.announce("a", *given.as_path, **dict(list(given._asdict().items())[1:]))
    assert router.told("b") == given
    assert router.told("collector") == given
    assert router.told("a") is None


def test_each_client_gets_the_best_route_that_is_not_its_own() -> None:
    router = LoneRouter(A, B, C)
    router.announce("a", A.asn)
    router.announce("b", B.asn, 64510)
    paths = {name: told.as_path for (name, _), told in router.sent.items()}
    assert paths == {"a": (B.asn, 64510), "b": (A.asn,), "c": (A.asn,)}


def test_no_path_is_hidden_from_a_client_whose_asn_is_on_the_best_path() -> None:
    router = LoneRouter(A, B, C)
    router.announce("a", A.asn, C.asn)
    router.announce("b", B.asn, 64510, 64511)
    assert router.sent["c", PREFIX].as_path == (B.asn, 64510, 64511)
    router.withdraw("b")
    assert router.listeners() == {"b"}


def test_a_second_best_route_that_changes_reaches_the_client_that_uses_it() -> None:
    router = LoneRouter(A, B)
    router.announce("a", A.asn)
    router.announce("b", B.asn, 64510)
    router.announce("b", B.asn, 64511)
    assert router.sent["a", PREFIX].as_path == (B.asn, 64511)
    router.withdraw("b")
    assert router.listeners() == {"b"}


def test_a_client_that_leaves_takes_its_routes_along() -> None:
    router = LoneRouter(A, B, C)
    router.announce("a", A.asn)
    router.announce("b", B.asn, 64510)
    router.session_down("a")
    assert {name: told.as_path for (name, _), told in router.sent.items()} == {"c": (B.asn, 64510)}


def test_a_client_that_joins_gets_its_own_choice() -> None:
    router = LoneRouter(A, B, C, up=False)
    router.session_up("a")
    router.session_up("b")
    router.announce("a", A.asn, C.asn)
    router.announce("b", B.asn, 64510, 64511)
    router.session_up("c")
    assert router.sent["c", PREFIX].as_path == (B.asn, 64510, 64511)


def test_a_route_server_that_drops_invalid_routes_shields_its_clients() -> None:
    router = LoneRouter(A, B, C, vrps=[Vrp(PREFIX, 24, B.asn)], policy=Policy(rov=RovMode.DROP))
    router.announce("a", A.asn)
    assert router.listeners() == set()
    router.announce("b", B.asn)
    assert router.listeners() == {"a", "c"}
    router.apply(SetPolicy(rov=RovMode.OFF))
    assert router.listeners() == {"a", "b", "c"}


def test_a_route_server_originates_nothing_and_leaks_nothing() -> None:
    router = LoneRouter(A, B)
    with pytest.raises(CommandError, match="router only passes routes on; it cannot originate"):
        router.apply(Originate(PREFIX))
    router.announce("a", A.asn)
    with pytest.raises(CommandError, match="it cannot leak"):
        router.apply(Leak())
    with pytest.raises(CommandError, match="it leaves paths as they are"):
        router.apply(SetNeighbor("a", prepend=2))


def test_a_client_must_put_its_own_asn_first() -> None:
    router = LoneRouter(A, B)
    router.announce("a", 64510, A.asn)
    held = router.held("a")
    assert held is not None
    assert held.rejection is Rejection.FIRST_AS


def test_a_collector_holds_everything_chooses_nothing_and_sends_nothing() -> None:
    router = LoneRouter(WATCHED, WATCHED_2, vrps=[Vrp(PREFIX, 24, 64510)])
    assert router.announce("x", WATCHED.asn, 64510) == []
    assert router.announce("y", 64512, 64511, otc=64512) == []
    assert router.announce("y", WATCHED_2.asn, ASN, prefix=OTHER) == []
    assert router.session_up("x") == []
    view = router.router.view()
    assert view.best == {}
    assert {prefix: [route.neighbor for route in routes] for prefix, routes in view.adj_in.items()} == {
        PREFIX: ["x", "y"],
        OTHER: ["y"],
    }
    assert not router.events
    assert (
        router.router.explain(PREFIX).candidates[0][1] == "kept for observation: a collector chooses nothing"
    )
    assert router.withdraw("x") == []
    assert router.session_down("y") == []
    assert router.router.view().adj_in == {}


def test_a_collector_originates_nothing() -> None:
    with pytest.raises(CommandError, match="it cannot originate"):
        LoneRouter(WATCHED).apply(Originate(PREFIX))
