"""The decision process (RFC 4271 section 9.1.2) held against a comparison written step by step."""

from __future__ import annotations

from functools import cmp_to_key

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.bgp_values import attributes_of, communities
from support.examples import examples
from support.lone_router import ASN, CUSTOMER, CUSTOMER_2, PEER, PREFIX, PROVIDER, LoneRouter, neighbor

from lab.bgp.attributes import Attributes
from lab.bgp.commands import Originate
from lab.bgp.config import NeighborConfig, Policy
from lab.bgp.decision import best_of, why
from lab.bgp.policy import import_route, own_route
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route
from lab.bgp.rov import RovMode, RovState, Vrp, VrpTable

VRPS = VrpTable([Vrp(PREFIX, 24, 64496), Vrp(PREFIX, 24, 64500)])


@st.composite
def neighbors(draw: st.DrawFn) -> NeighborConfig:
    """Neighbours that often share a BGP identifier or an ASN, never a name."""
    return NeighborConfig(
        draw(st.uuids()).hex[:6],
        draw(st.sampled_from([64501, 64502])),
        draw(st.integers(1, 3)),
        draw(st.sampled_from([Relationship.CUSTOMER, Relationship.PEER, Relationship.PROVIDER])),
        local_pref=draw(st.sampled_from([None, None, 50, 100, 200])),
    )


@st.composite
def contests(draw: st.DrawFn) -> tuple[RovMode, list[Route]]:
    """Routes from distinct neighbours to one prefix, as one speaker judged them."""
    mode = draw(st.sampled_from(RovMode))
    sources = draw(st.lists(neighbors(), min_size=2, max_size=4, unique_by=lambda each: each.name))
    policy = Policy(rov=mode, graceful_shutdown=draw(st.booleans()))
    routes = [
        import_route(65550, source, policy, VRPS, PREFIX, draw(attributes_of(source.asn)))
        for source in sources
    ]
    if draw(st.booleans()):
        routes.append(own_route(65550, PREFIX, Attributes(communities=draw(communities)), VRPS))
    return mode, routes


def verdict(mode: RovMode, a: Route, b: Route, router_ids: dict[str, int]) -> tuple[int, str]:
    """Below 0 where `a` is preferred, and the step that says so."""
    rov = [RovState.VALID, RovState.NOT_FOUND, RovState.INVALID]
    ladder: list[tuple[str, int | str, int | str]] = [
        ("own route", not a.is_own, not b.is_own),
        ("better origin validation", rov.index(a.rov), rov.index(b.rov)),
        ("higher LOCAL_PREF", -a.local_pref, -b.local_pref),
        ("shorter AS path", len(a.attributes.as_path), len(b.attributes.as_path)),
        ("lower ORIGIN", int(a.attributes.origin), int(b.attributes.origin)),
        ("lower MED", a.attributes.med or 0, b.attributes.med or 0),
        ("lower BGP identifier", router_ids[a.neighbor], router_ids[b.neighbor]),
        ("neighbour name sorts first", a.neighbor, b.neighbor),
    ]
    if mode is not RovMode.PREFER_VALID:
        del ladder[1]
    for step, mine, theirs in ladder:
        if mine != theirs:
            return (-1 if mine < theirs else 1), step  # type: ignore[operator]
    raise AssertionError("two routes from distinct neighbours tie")


def ids(routes: list[Route]) -> dict[str, int]:
    return {route.neighbor: route.preference[6] for route in routes}


@given(contests())
def test_the_order_is_total_and_the_one_of_the_rfc(contest: tuple[RovMode, list[Route]]) -> None:
    mode, routes = contest
    router_ids = ids(routes)
    for a in routes:
        for b in routes:
            if a is not b:
                sign, _ = verdict(mode, a, b, router_ids)
                assert (a.preference < b.preference) == (sign < 0)
                assert (a.preference > b.preference) == (sign > 0)
    ranked = sorted(routes, key=cmp_to_key(lambda a, b: verdict(mode, a, b, router_ids)[0]))
    assert sorted(routes, key=lambda route: route.preference) == ranked
    for index, better in enumerate(ranked):
        assert all(better.preference < worse.preference for worse in ranked[index + 1 :])


@given(contests())
def test_why_names_the_first_step_that_decides(contest: tuple[RovMode, list[Route]]) -> None:
    mode, routes = contest
    ranked = sorted(routes, key=lambda route: route.preference)
    for index, winner in enumerate(ranked):
        for loser in ranked[index + 1 :]:
            _, step = verdict(mode, winner, loser, ids(routes))
            assert why(winner, loser).startswith(step)


@given(contests())
def test_the_best_route_is_the_most_preferred_of_those_not_rejected(
    contest: tuple[RovMode, list[Route]],
) -> None:
    mode, routes = contest
    eligible = [route for route in routes if route.rejection is None]
    best = best_of(routes)
    if not eligible:
        assert best is None
        return
    assert best is not None
    assert best in eligible
    router_ids = ids(routes)
    assert all(verdict(mode, best, other, router_ids)[0] < 0 for other in eligible if other is not best)
    assert best_of(routes, without=best) == best_of([route for route in routes if route is not best])


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        ({"asn": 1}, {"relationship": Relationship.PEER}, "higher LOCAL_PREF (200 > 100)"),
        ({}, {"path": (64501, 64502)}, "shorter AS path (1 < 2)"),
        ({}, {"origin": 2}, "lower ORIGIN (IGP over INCOMPLETE)"),
        ({}, {"med": 5}, "lower MED (0 < 5)"),
        ({"med": 4}, {"med": 5}, "lower MED (4 < 5)"),
        ({"router_id": 0x01020304}, {"router_id": 0x01020305}, "lower BGP identifier (1.2.3.4 < 1.2.3.5)"),
        ({}, {}, "neighbour name sorts first (a before b)"),
    ],
)
def test_each_step_gives_its_reason(better: dict[str, int], worse: dict[str, int], reason: str) -> None:
    def route(name: str, given: dict[str, int]) -> Route:
        source = NeighborConfig(
            name,
            64501,
            given.get("router_id", 9),
            given.get("relationship", Relationship.CUSTOMER),  # type: ignore[arg-type]
        )
        attributes = Attributes(given.get("path", (64501,)), given.get("origin", 0), given.get("med"))  # type: ignore[arg-type]
        return import_route(65550, source, Policy(), VrpTable(), PREFIX, attributes)

    winner, loser = route("a", better), route("b", worse)
    assert winner.preference < loser.preference
    assert why(winner, loser) == reason


def test_a_speaker_that_prefers_valid_takes_a_valid_provider_route_over_an_invalid_customer_route() -> None:
    router = LoneRouter(
        CUSTOMER, PROVIDER, policy=Policy(rov=RovMode.PREFER_VALID), vrps=[Vrp(PREFIX, 24, 64496)]
    )
    router.announce("customer", CUSTOMER.asn, 64497)
    router.announce("provider", PROVIDER.asn, 64510, 64496)
    best = router.best()
    assert best is not None
    assert best.neighbor == "provider"
    assert router.router.explain(PREFIX).candidates[0][1] == "better origin validation (valid over invalid)"


def test_an_own_route_is_preferred_to_all_others() -> None:
    router = LoneRouter(CUSTOMER)
    router.announce("customer", CUSTOMER.asn)
    router.apply(Originate(PREFIX, prepend=9))
    best = router.best()
    assert best is not None
    assert best.is_own
    reasons = [reason for _, reason in router.router.explain(PREFIX).candidates]
    assert reasons == ["own route", "the best route wins: own route"]


NEIGHBORS = (CUSTOMER, CUSTOMER_2, PEER, PROVIDER)
updates = st.lists(
    st.sampled_from(NEIGHBORS).flatmap(
        lambda each: st.tuples(st.just(each.name), st.none() | attributes_of(each.asn))
    ),
    max_size=25,
)


@settings(max_examples=examples(60))
@given(updates, st.sampled_from(RovMode), st.booleans())
def test_after_any_updates_the_loc_rib_holds_the_best_of_the_adj_rib_in(
    history: list[tuple[str, Attributes | None]], mode: RovMode, otc: bool
) -> None:
    router = LoneRouter(*NEIGHBORS, policy=Policy(rov=mode, otc=otc), vrps=VRPS.vrps)
    last: dict[str, Attributes] = {}
    for name, attributes in history:
        if attributes is None:
            router.withdraw(name)
            last.pop(name, None)
        else:
            router.announce(name, *attributes.as_path, **dict(list(attributes._asdict().items())[1:]))
            last[name] = attributes
    routes = router.router.view().adj_in.get(PREFIX, ())
    assert {route.neighbor: route.attributes for route in routes} == last
    assert router.best() == best_of(routes)
    eligible = [route for route in routes if route.eligible]
    assert list(routes) == sorted(eligible, key=lambda r: r.preference) + sorted(
        (route for route in routes if not route.eligible), key=lambda r: r.preference
    )
    for route, reason in router.router.explain(PREFIX).candidates:
        assert reason
        assert (reason.startswith("the best route wins: ")) == (route.eligible and route != router.best())


@given(contests())
def test_a_route_with_a_lower_key_stays_preferred_whatever_else_is_there(
    contest: tuple[RovMode, list[Route]],
) -> None:
    _, routes = contest
    best = best_of(routes)
    assume(best is not None)
    assert all(best_of([best, other]) is best for other in routes)


def test_two_neighbours_with_one_identifier_are_told_apart_by_name() -> None:
    twins = [NeighborConfig(name, 64501, 7, Relationship.PEER) for name in ("b", "a")]
    router = LoneRouter(*twins, neighbor("c", Relationship.CUSTOMER, 64509))
    router.announce("b", 64501)
    router.announce("a", 64501)
    best = router.best()
    assert best is not None
    assert best.neighbor == "a"
    assert ASN not in best.attributes.as_path
