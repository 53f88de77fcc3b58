"""What a speaker makes of what its RTR cache says: which commands follow, and what it tells the lab."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.payload_values import aspas, vrps

from lab.bgp.aspa import Aspa, AspaTable
from lab.bgp.commands import Command, SetAspas, SetVrps
from lab.bgp.events import CacheFailed, PayloadsReceived
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp, VrpTable
from lab.rtr.client_events import CacheError, ClientEvent, Flushed, Synchronised
from lab.speaker.cache_data import CacheData

ROA = Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496)
ASPA = Aspa(64496, (64497, 64498))
CACHE = "127.0.0.1:3323"


class Listener:
    """A speaker's data and what it told."""

    def __init__(self) -> None:
        self.told: list = []
        self.data = CacheData("router", CACHE, self.told.append)

    def hear(self, *events: ClientEvent) -> list[Command]:
        self.told.clear()
        return self.data.heard(events, 1.0)


def synchronised(serial: int, vrps=(ROA,), aspas=()) -> Synchronised:
    return Synchronised(2, 77, serial, frozenset(vrps), frozenset(aspas))


def test_the_router_is_commanded_only_what_changed():
    listener = Listener()
    assert listener.hear(synchronised(1)) == [SetVrps((ROA,))]
    assert listener.hear(synchronised(2, aspas=[ASPA])) == [SetAspas((ASPA,))]
    assert listener.hear(synchronised(3)) == [SetAspas(())]
    assert listener.hear(synchronised(4, vrps=())) == [SetVrps(())]
    assert listener.hear(synchronised(5, vrps=())) == []
    assert listener.data.held == (77, 5)


def test_a_speaker_tells_once_what_it_received_and_from_where():
    listener = Listener()
    listener.hear(synchronised(1, aspas=[ASPA]))
    assert listener.told == [PayloadsReceived(1.0, "router", CACHE, 1, 1, 1)]
    listener.hear(synchronised(1, aspas=[ASPA]))
    assert listener.told == [], "a poll that brings nothing new is no news"


def test_a_cache_that_cannot_be_reached_is_told_of_once_until_it_is_back():
    listener = Listener()
    refused = CacheError("cannot connect: Connection refused")
    assert listener.hear(refused) == []
    assert listener.told == [CacheFailed(1.0, "router", CACHE, refused.reason, 0, 0)]
    listener.hear(refused)
    assert listener.told == []
    listener.hear(synchronised(9))
    assert listener.told == [PayloadsReceived(1.0, "router", CACHE, 9, 1, 0)]
    listener.hear(refused)
    assert listener.told == [CacheFailed(1.0, "router", CACHE, refused.reason, 1, 0)]
    assert listener.hear(synchronised(9)) == []
    assert listener.told == [PayloadsReceived(1.0, "router", CACHE, 9, 1, 0)], "the failure is over"


def test_what_expires_after_a_failure_is_told_and_taken_from_the_router():
    listener = Listener()
    listener.hear(synchronised(1, aspas=[ASPA]))
    listener.hear(CacheError("the cache closed the connection"))
    assert listener.hear(Flushed("the data expired")) == [SetVrps(()), SetAspas(())]
    assert listener.told == [CacheFailed(1.0, "router", CACHE, "the data expired", 0, 0)]
    assert listener.data.held is None


def test_an_error_that_forbids_to_keep_the_data_is_told_as_one():
    listener = Listener()
    listener.hear(synchronised(1))
    assert listener.hear(CacheError("the cache reports Corrupt Data"), Flushed("Corrupt Data")) == [
        SetVrps(())
    ]
    assert listener.told == [CacheFailed(1.0, "router", CACHE, "the cache reports Corrupt Data", 0, 0)]


def test_an_aspa_that_cannot_be_is_ignored_and_named():
    listener = Listener()
    own_provider = Aspa(64511, (64510, 64511))
    assert listener.hear(synchronised(1, vrps=(), aspas=[ASPA, own_provider])) == [SetAspas((ASPA,))]
    (told,) = listener.told
    assert (told.aspas, told.ignored) == (1, own_provider.problem())


steps = st.lists(
    st.one_of(
        st.builds(
            synchronised, st.integers(0, 3), st.lists(vrps(), max_size=4), st.lists(aspas(), max_size=3)
        ),
        st.just(Flushed("expired")),
        st.just(CacheError("lost")),
    ),
    max_size=4,
)


@given(st.lists(steps, max_size=6))
def test_the_commands_always_bring_the_router_to_what_the_cache_said_last(history):
    listener = Listener()
    in_use = {SetVrps: (), SetAspas: ()}
    said = (frozenset(), frozenset())
    held = None
    for events in history:
        for event in events:
            if isinstance(event, Synchronised):
                said, held = (event.vrps, event.aspas), (event.session_id, event.serial)
            elif isinstance(event, Flushed):
                said, held = (frozenset(), frozenset()), None
        for command in listener.hear(*events):
            in_use[type(command)] = command.vrps if isinstance(command, SetVrps) else command.aspas
        assert (VrpTable(in_use[SetVrps]).vrps, AspaTable(in_use[SetAspas]).aspas) == said
        assert listener.data.held == held
