"""Random Gao-Rexford Internets in the simulator: what holds whatever the graph and the order of messages."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.internets import Internet, Tables, internets, tables
from support.stable_state import stable_routes
from support.valleys import has_valley, steps_of

from lab.bgp.attributes import Attributes
from lab.bgp.commands import Leak, SetPolicy, StopOriginating
from lab.bgp.events import ExportBlocked, Rejection
from lab.bgp.relationship import Relationship
from lab.engines.sim.engine import SimEngine
from lab.topology.model import LinkKind, Topology

few = settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow], deadline=None)


def adj_rib_out(engine: SimEngine, name: str) -> dict[str, dict[object, Attributes]]:
    """What `name` remembers to have sent to whom: no view shows it, so this looks inside."""
    sessions = engine._routers[name]._sessions
    return {neighbor: dict(session.adj_out) for neighbor, session in sessions.items() if session.adj_out}


def servers(topology: Topology) -> set[str]:
    return {link.a for link in topology.links if link.kind is LinkKind.ROUTE_SERVER}


def hosts_of_routes(engine: SimEngine) -> list[tuple[str, str, tuple[int, ...]]]:
    """Every route received anywhere but at the collector: at, from, path."""
    return [
        (name, route.neighbor, route.attributes.as_path)
        for name, view in tables(engine).items()
        if name != "collector"
        for routes in view.adj_in.values()
        for route in routes
        if not route.is_own
    ]


@few
@given(internets())
def test_without_a_leak_no_path_has_a_valley(internet: Internet) -> None:
    engine = internet.announced()
    steps = steps_of(internet.topology)
    asn = {name: speaker.asn for name, speaker in internet.topology.speakers.items()}
    for at, _, path in hosts_of_routes(engine):
        assert not has_valley(steps, (asn[at], *path)), f"{asn[at]} {path}"


@few
@given(internets(shared_asns=True))
def test_no_path_in_use_holds_an_as_twice_but_for_prepending(internet: Internet) -> None:
    for view in tables(internet.announced()).values():
        for _, path in view.paths():
            hops = [
                hop for index, hop in enumerate((view.asn, *path)) if index == 0 or path[index - 1] != hop
            ]
            assert len(hops) == len(set(hops))
            assert view.asn not in path


@few
@given(internets(shared_asns=True))
def test_every_route_received_is_the_senders_best_with_the_senders_asn_in_front(internet: Internet) -> None:
    engine = internet.announced()
    held = tables(engine)
    for name, view in held.items():
        for prefix, routes in view.adj_in.items():
            for route in routes:
                if route.is_own:
                    continue
                sender = held[route.neighbor]
                path = route.attributes.as_path
                if route.neighbor in servers(internet.topology):
                    offers = [offer.attributes.as_path for offer in sender.adj_in[prefix] if offer.eligible]
                    assert path in offers
                    continue
                best = sender.best[prefix]
                copies = 1 + internet.topology.link(name, route.neighbor).prepend.get(route.neighbor, 0)
                assert path == (sender.asn,) * copies + best.attributes.as_path
                assert best.neighbor != name


@few
@given(internets(shared_asns=True))
def test_the_collector_holds_the_best_route_of_every_vantage_point(internet: Internet) -> None:
    engine = internet.announced()
    seen = engine.view("collector").adj_in
    for link in internet.topology.links_of["collector"]:
        watched = engine.view(link.other("collector"))
        collected = {
            prefix for prefix, routes in seen.items() if any(r.neighbor == watched.name for r in routes)
        }
        assert collected == set(watched.best)


@few
@given(internets(shared_asns=True))
def test_withdrawing_everything_leaves_every_rib_empty(internet: Internet) -> None:
    engine = internet.announced()
    for name, prefix in internet.origins:
        engine.apply(name, StopOriginating(prefix))
    engine.converge()
    for name, view in tables(engine).items():
        assert (view.best, view.adj_in, adj_rib_out(engine, name)) == ({}, {}, {})


@few
@given(internets(shared_asns=True), st.integers(1, 1000))
def test_the_order_of_messages_does_not_change_the_result(internet: Internet, seed: int) -> None:
    assert tables(internet.announced(seed)) == tables(internet.announced(0))


@few
@given(internets(), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_order_of_announcements_does_not_change_the_result(
    internet: Internet, seed: int, random: object
) -> None:
    shuffled = list(internet.origins)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert tables(replace(internet, origins=tuple(shuffled)).announced(seed)) == tables(internet.announced(0))


@few
@given(internets(), st.integers(0, 1000))
def test_one_seed_is_one_run_event_by_event(internet: Internet, seed: int) -> None:
    once, again = internet.announced(seed), internet.announced(seed)
    assert once.events() == again.events()
    assert (once.now(), once.delivered) == (again.now(), again.delivered)


@settings(few, max_examples=examples(120))
@given(internets(most=15, shared_asns=True))
def test_the_result_is_the_stable_state_of_the_graph(internet: Internet) -> None:
    engine = internet.announced()
    for prefix in {prefix for _, prefix in internet.origins}:
        expected = stable_routes(
            internet.topology, prefix, {name for name, own in internet.origins if own == prefix}
        )
        for name, choice in expected.items():
            best = engine.view(name).best.get(prefix)
            seen = best and (best.neighbor, best.attributes.as_path, best.attributes.otc)
            assert seen == (choice and (choice.source, choice.path, choice.otc)), name


@few
@given(internets(otc=True, rov=False), st.data())
def test_where_all_but_the_leaker_enforce_otc_no_leak_gets_past_its_first_neighbour(
    internet: Internet, data: st.DataObject
) -> None:
    engine = internet.announced()
    before = tables(engine)
    routers = [name for name in internet.topology.speakers if name not in {"collector", "rs"}]
    leaker = data.draw(st.sampled_from(routers))
    engine.apply(leaker, SetPolicy(otc=False))
    engine.apply(leaker, Leak())
    engine.converge()
    best = {name: view.best for name, view in tables(engine).items() if name != leaker}
    unmarked = without_marks_of(before, leaker)
    assert {name: paths_of(routes) for name, routes in best.items()} == unmarked
    rejected = [
        route.neighbor
        for name, view in tables(engine).items()
        for routes in view.adj_in.values()
        for route in routes
        if route.rejection is Rejection.OTC_LEAK
    ]
    assert set(rejected) <= {leaker}


def paths_of(routes: object) -> dict[object, tuple[str, tuple[int, ...]]]:
    return {prefix: (r.neighbor, r.attributes.as_path) for prefix, r in routes.items()}  # type: ignore[attr-defined]


def without_marks_of(held: Tables, leaker: str) -> dict[str, dict[object, tuple[str, tuple[int, ...]]]]:
    """Neighbour and path of each best route: the leaker's own marks go when it stops enforcing OTC."""
    return {name: paths_of(view.best) for name, view in held.items() if name != leaker}


@few
@given(internets(otc=True), st.data())
def test_where_the_leaker_enforces_otc_its_leak_leaves_the_tables_as_they_are(
    internet: Internet, data: st.DataObject
) -> None:
    engine = internet.announced()
    before = tables(engine)
    engine.events()
    leaker = data.draw(
        st.sampled_from([n for n in internet.topology.speakers if n not in {"collector", "rs"}])
    )
    engine.apply(leaker, Leak())
    engine.converge()
    assert tables(engine) == before
    blocked = {event.neighbor for event in engine.events() if isinstance(event, ExportBlocked)}
    upstream = {Relationship.PROVIDER, Relationship.PEER, Relationship.ROUTE_SERVER}
    links = internet.topology.links_of[leaker]
    assert blocked <= {link.other(leaker) for link in links if link.relationship_from(leaker) in upstream}


@few
@given(internets(shared_asns=True), st.data())
def test_a_speaker_that_is_killed_comes_back_to_the_same_tables(
    internet: Internet, data: st.DataObject
) -> None:
    engine = internet.announced()
    before = tables(engine)
    for name in data.draw(
        st.lists(st.sampled_from(list(internet.topology.speakers)), min_size=1, max_size=3)
    ):
        engine.kill(name)
        engine.advance(data.draw(st.sampled_from([0.0, 0.02, 0.5, 1.01])))
    engine.converge()
    assert tables(engine) == before
    assert all(session.established for session in engine.sessions())


@few
@given(internets(shared_asns=True), st.data())
def test_links_that_go_down_and_come_up_in_any_order_end_in_the_same_tables(
    internet: Internet, data: st.DataObject
) -> None:
    engine = internet.announced()
    before = tables(engine)
    if not internet.topology.links:
        return
    cut = data.draw(st.lists(st.sampled_from(internet.topology.links), min_size=1, max_size=4, unique_by=str))
    for link in cut:
        engine.set_link(link.a, link.b, False)
        engine.advance(data.draw(st.sampled_from([0.0, 0.01, 0.1])))
    for link in data.draw(st.permutations(cut)):
        engine.set_link(link.b, link.a, True)
        engine.advance(data.draw(st.sampled_from([0.0, 0.01, 0.1])))
    engine.converge()
    assert tables(engine) == before


@few
@given(internets(shared_asns=True), st.data())
def test_a_link_that_is_down_is_as_good_as_no_link(internet: Internet, data: st.DataObject) -> None:
    if not internet.topology.links:
        return
    link = data.draw(st.sampled_from([*internet.topology.links]))
    engine = internet.announced()
    engine.set_link(link.a, link.b, False)
    engine.converge()
    if link.kind is LinkKind.ROUTE_SERVER and len(internet.topology.links_of[link.a]) == 1:
        return
    links = tuple(other for other in internet.topology.links if other is not link)
    without = replace(internet, topology=replace(internet.topology, links=links))
    assert tables(engine) == tables(without.announced())
