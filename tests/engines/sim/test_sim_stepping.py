"""Virtual time in the simulator: one event at a time, until a time, or to the end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.internets import Internet, internets, tables

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.events import BestPathChanged
from lab.bgp.prefix import Prefix
from lab.engines.base import ConvergenceError
from lab.engines.sim.engine import DRAWN_DELAY, RESTART_DELAY, SimEngine
from lab.topology.model import ROUTER_ID_BASE, Link, LinkKind, Speaker, Topology

PREFIX = Prefix.parse("203.0.113.0/24")


def chain(delay: float | None = 0.01) -> SimEngine:
    """a -> b -> c, started."""
    speakers = {name: Speaker(name, 64496 + i, ROUTER_ID_BASE + i) for i, name in enumerate("abc")}
    links = (Link("a", "b", LinkKind.TRANSIT, delay=delay), Link("b", "c", LinkKind.TRANSIT, delay=delay))
    engine = SimEngine(Topology("chain", "", speakers, links, collector=""))
    engine.start()
    return engine


def announced(internet: Internet) -> SimEngine:
    """Everything announced, nothing delivered yet."""
    engine = internet.engine()
    for name, prefix in internet.origins:
        engine.apply(name, Originate(prefix))
    return engine


@settings(max_examples=examples(40), deadline=None)
@given(internets(), st.floats(0.001, 0.05))
def test_stepping_advancing_and_converging_are_the_same_run(internet: Internet, slice_: float) -> None:
    stepped, advanced, converged = announced(internet), announced(internet), announced(internet)
    while stepped.step():
        pass
    converged.converge()
    while advanced.now() < converged.now():
        advanced.advance(slice_)
    assert tables(stepped) == tables(advanced) == tables(converged)
    assert stepped.events() == advanced.events() == converged.events()
    assert stepped.delivered == advanced.delivered == converged.delivered
    assert stepped.now() == converged.now()
    assert not stepped.step()


@settings(max_examples=examples(40), deadline=None)
@given(internets())
def test_events_come_in_order_of_time_and_each_once(internet: Internet) -> None:
    engine = announced(internet)
    engine.converge()
    times = [event.time for event in engine.events()]
    assert times == sorted(times)
    assert engine.events() == []


def test_a_route_arrives_after_the_delay_of_its_link_and_not_before() -> None:
    engine = chain(delay=2.0)
    engine.apply("a", Originate(PREFIX))
    engine.advance(1.5)
    assert engine.view("b").best == {}
    engine.advance(0.5)
    assert set(engine.view("b").best) == {PREFIX}
    assert engine.view("c").best == {}
    engine.converge()
    assert engine.now() == 4.0
    changes = [(event.at, event.time) for event in engine.events() if isinstance(event, BestPathChanged)]
    assert changes == [("a", 0.0), ("b", 2.0), ("c", 4.0)]


def test_time_passes_though_nothing_happens() -> None:
    engine = chain()
    engine.advance(3600.0)
    assert engine.now() == 3600.0
    assert not engine.step()


def test_a_delay_the_file_leaves_open_is_drawn_from_the_seed() -> None:
    arrivals = set()
    for seed in (1, 1, 2):
        engine = SimEngine(chain(delay=None).topology, seed=seed)
        engine.start()
        engine.apply("a", Originate(PREFIX))
        engine.converge()
        arrivals.add(engine.now())
        assert 2 * DRAWN_DELAY[0] <= engine.now() <= 2 * DRAWN_DELAY[1]
    assert len(arrivals) == 2


def test_updates_on_one_session_stay_in_order() -> None:
    engine = chain()
    for _ in range(5):
        engine.apply("a", Originate(PREFIX))
        engine.apply("a", StopOriginating(PREFIX))
    engine.apply("a", Originate(PREFIX, prepend=3))
    engine.converge()
    assert engine.view("c").best[PREFIX].attributes.as_path == (64497, 64496, 64496, 64496, 64496)


def test_what_takes_longer_than_the_timeout_is_an_error_and_can_go_on() -> None:
    engine = chain(delay=2.0)
    engine.apply("a", Originate(PREFIX))
    with pytest.raises(ConvergenceError, match=r"within 3 s of virtual time; still busy: c"):
        engine.converge(3.0)
    engine.converge()
    assert set(engine.view("c").best) == {PREFIX}


def test_a_speaker_that_has_yet_to_restart_is_named_as_busy() -> None:
    engine = chain()
    engine.kill("b")
    with pytest.raises(ConvergenceError, match="still busy: b"):
        engine.converge(RESTART_DELAY / 2)


def test_without_a_record_there_are_no_events_and_the_same_tables() -> None:
    silent = SimEngine(chain().topology, record=False)
    silent.start()
    spoken = chain()
    for engine in (silent, spoken):
        engine.apply("a", Originate(PREFIX))
        engine.kill("b")
        engine.converge()
    assert silent.events() == []
    assert tables(silent) == tables(spoken)
