"""The agent's connection to its RTR cache, on UNIX sockets and a clock that the test sets."""

from __future__ import annotations

import select
import socket
from time import monotonic

import pytest

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rtr.address import UnixAddress
from lab.rtr.cache import Cache
from lab.rtr.client_events import CacheError, Synchronised
from lab.rtr.server import RtrServer
from lab.speaker import cache_link
from lab.speaker.cache_link import FIRST_WAIT, LONGEST_WAIT, PATIENCE, CacheLink

ROA = Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def address(tmp_path) -> UnixAddress:
    return UnixAddress(str(tmp_path / "rtr.sock"))


def serve(address: UnixAddress, *vrps: Vrp, session_id: int = 7) -> RtrServer:
    cache = Cache(session_id)
    cache.update(vrps)
    return RtrServer(cache, [address], notify_interval=0)


def until_synchronised(link: CacheLink) -> Synchronised:
    while True:
        for event in link.step():
            if isinstance(event, Synchronised):
                return event
        assert select.select([link], [], [], 30)[0], "the cache says nothing"


def test_a_link_is_readable_when_the_cache_has_something_new(clock, address):
    with serve(address, ROA) as server:
        link = CacheLink(str(address), clock)
        assert until_synchronised(link).vrps == {ROA}
        assert not link.is_awaited
        assert link.timeout() > 0
        server.update([])
        assert until_synchronised(link).vrps == set()


def test_the_first_answer_is_waited_for(address):
    with serve(address, ROA):
        (event,) = CacheLink(str(address), monotonic).first_answer()
        assert event.vrps == {ROA}


def test_waits_between_attempts_double_up_to_a_limit(clock, address):
    link = CacheLink(str(address), clock)
    waits = []
    for _ in range(10):
        (event,) = link.step()
        assert isinstance(event, CacheError)
        assert not link.is_awaited
        waits.append(link.timeout())
        assert link.step() == [], "not before its time"
        clock.now += waits[-1]
    assert waits[:4] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT


def test_a_cache_that_comes_back_with_another_session_is_followed_again(clock, address):
    with serve(address, ROA):
        link = CacheLink(str(address), clock)
        assert until_synchronised(link).session_id == 9
    lost = next(iter(event for _ in range(2) for event in link.step()))
    assert "closed the connection" in lost.reason
    with serve(address, session_id=500):
        clock.now += link.timeout()
        again = until_synchronised(link)
        assert (again.session_id, again.vrps) == (502, set())


def test_a_cache_that_connects_and_then_says_nothing_is_awaited_for_a_while_only(clock, address):
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(address.path)
        mute.listen()
        link = CacheLink(str(address), clock)
        link.step()
        assert link.is_awaited
        clock.now += PATIENCE
        link.step()
        assert not link.is_awaited


def test_a_speaker_starts_without_a_cache_that_says_nothing(address, monkeypatch):
    monkeypatch.setattr(cache_link, "FIRST_PATIENCE", 0.01)
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(address.path)
        mute.listen()
        assert CacheLink(str(address), monotonic).first_answer() == []
