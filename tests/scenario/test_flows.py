"""Traffic that is watched: when it is lost, why, and for how long in all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.prefix import Address
from lab.dataplane.probe import ProbeError
from lab.dataplane.trace import Hop, PacketTrace
from lab.observe.events import Event, FlowDown, FlowUp
from lab.scenario.flow_showing import flow_summaries
from lab.scenario.flows import FlowError, Flows, Traffic
from lab.scenario.host_lookup import UnresolvedError
from lab.topology.vocabulary import DropReason

SOURCE, TARGET = Address.parse("198.51.100.7"), Address.parse("203.0.113.9")
TRAFFIC = Traffic("web", "eyeball", SOURCE, TARGET, "tcp/443")
BEGUN = 1_767_225_600.0


@dataclass
class Road:
    """What becomes of every packet now, and the time."""

    reason: DropReason | None = None
    time: float = BEGUN
    error: ProbeError | None = None
    sent: int = 0
    written: list[Event] = field(default_factory=list)

    def send(self, traffic: Traffic) -> PacketTrace:
        self.sent += 1
        if self.error is not None:
            raise self.error
        assert isinstance(traffic.destination, Address)
        hops = (Hop("eyeball", 64500, ""),)
        source, to = traffic.source, traffic.destination
        return PacketTrace(source, to, hops, self.reason is None, "eyeball", self.reason, "so it is")

    def flows(self) -> Flows:
        return Flows(self.send, lambda: self.time - BEGUN, lambda: self.time, self.written.append)

    def told(self) -> list[tuple[str, float]]:
        return [(type(event).__name__, event.time) for event in self.written]


def test_one_look_is_one_moment_however_long_it_takes_to_send() -> None:
    road = Road()
    watched = road.flows()
    for name in ("one", "two"):
        watched.watch(replace(TRAFFIC, name=name))

    def slowly(traffic: Traffic) -> PacketTrace:
        road.time += 5
        return road.send(traffic)

    watched._send = slowly
    road.reason = DropReason.NO_ROUTE
    watched.look()
    assert [flow.down_since for flow in watched] == [BEGUN, BEGUN]
    road.reason = None
    watched.look()
    assert watched.lost("one") == watched.lost("two") == 10


def test_traffic_that_gets_through_is_no_event_and_nothing_is_lost() -> None:
    road = Road()
    watched = road.flows()
    watched.watch(TRAFFIC)
    road.time += 60
    watched.look()
    assert (road.written, watched.lost("web"), watched.get("web").state) == ([], 0.0, "up")


def test_an_outage_is_told_when_it_begins_and_when_it_ends_with_how_long_it_was() -> None:
    road = Road()
    watched = road.flows()
    watched.watch(TRAFFIC)
    road.time, road.reason = BEGUN + 10, DropReason.NO_ROUTE
    watched.look()
    assert road.written == [FlowDown(10, "eyeball", "web", "no-route", "so it is")]
    assert watched.get("web").state != "up"
    road.time = BEGUN + 100
    assert watched.lost("web") == 90
    watched.look()
    road.time, road.reason = BEGUN + 862, None
    watched.look()
    assert road.written[1:] == [FlowUp(862, "eyeball", "web", 852, "so it is")]
    assert watched.lost("web") == 852


def test_traffic_that_begins_while_nothing_gets_through_is_lost_from_the_start() -> None:
    road = Road(DropReason.NO_ROUTE)
    watched = road.flows()
    watched.watch(TRAFFIC)
    road.time += 5
    assert (road.told(), watched.lost("web")) == ([("FlowDown", 0)], 5)


def test_another_reason_for_the_same_outage_is_the_same_outage() -> None:
    road = Road(DropReason.NO_ROUTE)
    watched = road.flows()
    watched.watch(TRAFFIC)
    road.time, road.reason = BEGUN + 5, DropReason.URPF_STRICT
    watched.look()
    assert len(road.written) == 1
    assert watched.get("web").fate.reason == "urpf-strict"
    assert flow_summaries(watched) == [
        "traffic eyeball -> 203.0.113.9 was lost for 5s in all, once, and still is"
    ]


def test_what_has_stopped_is_not_sent_any_more_and_what_it_lost_remains_known() -> None:
    road = Road(DropReason.NO_ROUTE)
    watched = road.flows()
    watched.watch(TRAFFIC)
    road.time += 7
    watched.stop("web")
    sent = road.sent
    road.time += 100
    watched.look()
    assert (road.sent, watched.lost("web")) == (sent, 7)
    watched.watch(TRAFFIC)
    assert watched.lost("web") == 0


def test_a_host_that_has_no_address_is_an_outage_and_no_error() -> None:
    road = Road()
    watched = road.flows()
    watched.watch(TRAFFIC)
    road.error = UnresolvedError("www.example.com has no A record")
    watched.look()
    assert road.written == [FlowDown(0, "", "web", "unresolved", "www.example.com has no A record")]


def test_traffic_that_cannot_be_sent_is_refused_and_not_watched() -> None:
    road = Road(error=ProbeError("a packet has one IP version"))
    watched = road.flows()
    with pytest.raises(ProbeError, match="one IP version"):
        watched.watch(TRAFFIC)
    assert list(watched) == []


def test_names_are_unique_and_errors_name_what_there_is() -> None:
    watched = Road().flows()
    watched.watch(TRAFFIC)
    with pytest.raises(FlowError, match=r"'web' goes on already \(eyeball -> 203.0.113.9\); stop it first"):
        watched.watch(TRAFFIC)
    with pytest.raises(FlowError, match="no traffic 'wep' is watched; did you mean 'web'"):
        watched.stop("wep")
    watched.stop("web")
    with pytest.raises(FlowError, match="has stopped already"):
        watched.stop("web")


LOOKS = st.lists(st.tuples(st.integers(1, 1000), st.booleans()), max_size=20)


@settings(max_examples=examples(200))
@given(LOOKS)
def test_what_is_lost_in_all_is_the_sum_of_the_outages(looks: list[tuple[int, bool]]) -> None:
    road = Road()
    watched = road.flows()
    watched.watch(TRAFFIC)
    expected, before = 0, False
    for seconds, lost in looks:
        road.time += seconds
        expected += seconds if before else 0
        road.reason, before = (DropReason.NO_ROUTE if lost else None), lost
        watched.look()
    assert watched.lost("web") == expected
    ended = [event.lost for event in road.written if isinstance(event, FlowUp)]
    began = [event for event in road.written if isinstance(event, FlowDown)]
    assert len(began) - len(ended) == before
    assert watched.get("web").outages == len(began)
    assert before or sum(ended) == expected
