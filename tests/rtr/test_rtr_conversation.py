"""A router and a cache of ours, joined in memory: whatever happens, the router ends with the cache's set."""

from hypothesis import given
from hypothesis import strategies as st
from support.rtr_values import Line, contents, in_pieces

from lab.bgp.aspa import Aspa
from lab.rtr import cache as cache_module
from lab.rtr.cache import Cache
from lab.rtr.client_events import CacheError, Synchronised
from lab.rtr.client_session import ClientSession
from lab.rtr.timers import Timers

TIMERS = Timers(10, 10, 600)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("update"), contents),
        st.tuples(st.sampled_from(["settle", "poll", "break", "restart", "forget", "expire"]), st.none()),
    ),
    max_size=12,
)


@given(
    contents,
    contents,
    st.integers(480, 600),
    st.lists(st.integers(0, 60), min_size=5, max_size=5),
    st.lists(st.integers(0, 2**16), max_size=4),
)
def test_a_router_whose_data_expire_at_any_moment_of_a_poll_never_takes_a_part_for_all(
    first, second, asks_at, waits, cuts
):
    cache = Cache(1, TIMERS)
    cache.update(*first)
    line = Line(ClientSession(retry=10), cache)
    line.settle(0)
    line.disconnect(1)
    held = {cache.state.serial: cache.state.vrps}
    cache.update(*second)
    held[cache.state.serial] = cache.state.vrps
    now = float(asks_at)
    line.client.advance(now)
    line.connect(now)
    line.server.bytes_received(bytes(line.client.outgoing))
    line.client.outgoing.clear()
    for wait, piece in zip(waits, in_pieces(b"".join(line.server.outgoing), cuts), strict=False):
        now += wait
        line.client.advance(now)
        line.client.bytes_received(piece, now)
    line.server.outgoing.clear()
    if line.client.closing:
        line.settle(now)
        line.settle(now + 10)
    answers = [event for event in line.client.events if isinstance(event, Synchronised)]
    assert all(answer.vrps == held[answer.serial] for answer in answers)
    assert answers[-1].serial == cache.state.serial
    assert not any(
        "cannot be" in event.reason for event in line.client.events if isinstance(event, CacheError)
    )


@given(st.integers(0, 2), st.integers(0, 2), contents, steps, st.lists(st.integers(0, 2**16), max_size=12))
def test_a_router_ends_with_what_its_cache_holds(router_version, cache_version, first, sequence, cuts):
    """Updates it does not see, lost history, broken connections, restarts, expiry; all versions, any cuts."""
    cache = Cache(0, TIMERS, serial=2**32 - 2)
    cache.update(*first)
    now, sessions = 0.0, 0
    line = Line(ClientSession(router_version, retry=10), cache, cache_version)
    for step, content in sequence:
        now += 1
        match step:
            case "update":
                line.cache.update(*content)
            case "settle":
                line.settle(now, cuts)
            case "poll":
                now += 10
                line.client.advance(now)
            case "break":
                line.disconnect(now)
            case "restart":
                sessions += 1
                line.disconnect(now)
                state = line.cache.state
                line.cache = Cache(sessions * 3, TIMERS)
                line.cache.update(state.vrps, [Aspa(*each) for each in state.aspas.items()])
            case "forget":
                line.cache.state.deltas = ()
            case "expire":
                now += 600
                line.client.advance(now)
    now += 10
    line.settle(now, cuts)
    now += 10
    line.client.advance(now)
    line.settle(now, cuts)
    held = [event for event in line.client.events if isinstance(event, Synchronised)][-1]
    version = min(router_version, cache_version)
    state = line.cache.state
    aspas = {Aspa(*each) for each in state.aspas.items()} if version == 2 else set()
    assert (held.version, held.serial) == (version, state.serial)
    assert (held.vrps, held.aspas) == (state.vrps, aspas)
    reasons = {event.reason for event in line.client.events if isinstance(event, CacheError)}
    assert reasons <= {"broken", "the cache gave no full answer within 120 seconds"}


def test_a_router_follows_by_deltas_and_resumes_after_a_break():
    """Everything is sent once; afterwards the cache never has to encode it again."""
    cache = Cache(1, TIMERS)
    cache.update([])
    line = Line(ClientSession(), cache)
    line.settle(0)
    for number in range(5):
        cache.update([], [Aspa(64496 + number, (64511,))])
        if number == 3:
            line.disconnect(number)
            line.settle(number + 10)
        line.settle(number)
        assert cache.state._everything == {}
    assert line.client.held.serial == 5


def test_a_router_that_is_too_far_behind_gets_everything_again(monkeypatch):
    monkeypatch.setattr(cache_module, "KEPT_DELTAS", 1)
    cache = Cache(1, TIMERS)
    cache.update([])
    line = Line(ClientSession(), cache)
    line.settle(0)
    cache.update([], [Aspa(64496, (64511,))])
    cache.update([], [Aspa(64497, (64511,))])
    line.settle(1)
    assert line.client.held.serial == 2
    assert set(cache.state._everything) == {2}


def test_the_timers_of_the_cache_are_those_of_the_router():
    line = Line(ClientSession(), Cache(1, Timers(77, 10, 600)))
    line.cache.update([])
    line.settle(1000)
    assert line.client.next_deadline() == 1077
