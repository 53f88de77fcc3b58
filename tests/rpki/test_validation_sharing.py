"""However many CAs use up what they can, what the others need is left to them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from support.signed_points import NOW, Point

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import MemorySource, Refreshed
from lab.rpki.objects.resources import Resources
from lab.rpki.validation.limits import Limits
from lab.rpki.validation.results import PointState, Validation
from lab.rpki.validation.store import Store
from lab.rpki.validation.validator import Validator, validate
from lab.rtr.cache import Cache

SPACE = Resources.of([Prefix.parse("192.0.2.0/24")])
BOBS = Resources.of([Prefix.parse("203.0.113.0/24")])


def greedy(name: str, above: Point, key_number: int) -> None:
    """A CA with 25 ROAs, and with CAs below it that have some, too."""
    ca = Point(name, above, SPACE, key_number=key_number)
    for number in range(20):
        ca.roa(f"r{number}.roa", 64496, f"192.0.2.{number}/32")
    for number in range(4):
        child = Point(f"{name}x{number}", ca, SPACE, key_number=24)
        child.roa("r.roa", 64497, f"192.0.2.{number}/32")


def bob(above: Point) -> None:
    point = Point("bob", above, BOBS, key_number=23)
    point.roa("bob.roa", 64511, "203.0.113.0/24")


def keeps_bob(result: Validation) -> bool:
    return Vrp(Prefix.parse("203.0.113.0/24"), 24, 64511, "ta") in result.payloads.vrps


@pytest.mark.parametrize("limit", ["vrps", "objects", "points", "bytes"])
@pytest.mark.parametrize("hostile", [1, 2, 5])
@pytest.mark.parametrize("depth", [0, 7])
def test_greedy_siblings_take_nothing_from_another(limit: str, hostile: int, depth: int) -> None:
    ta = above = Point("ta")
    for level in range(depth):
        above = Point(f"level{level}", above, key_number=1 + level)
    for number in range(hostile):
        greedy(f"greedy{number}", above, 10 + number)
    bob(above)
    size = 4 * (hostile + 1)
    enough = {
        "vrps": size,
        "objects": 6 * size + 6 * depth,
        "points": size + depth,
        "bytes": 12_000 * size,
    }
    enough["bytes"] += 8_000 * depth
    result = validate(
        [ta.tal], MemorySource(ta.published()), NOW, limits=replace(Limits(), **{limit: enough[limit]})
    )
    assert keeps_bob(result)
    refused = [each for each in result.rejected if each.check == "limit"]
    assert refused
    assert all(f"{limit}: " in each.message and "/bob/" not in each.message for each in refused)


class Clocked(MemorySource):
    """Servers that take their time; the clock is theirs."""

    def __init__(self, files: dict[str, bytes], dead: Callable[[str], bool], seconds: float) -> None:
        super().__init__({uri: data for uri, data in files.items() if not dead(uri.split("/")[2])})
        self.now = 0.0
        self._dead = dead
        self._seconds = seconds
        self._asked: set[str] = set()

    def refresh(self, ca_repository: str, notification: str | None) -> Refreshed:
        host = ca_repository.split("/")[2]
        if host not in self._asked:
            self.now += self._seconds if self._dead(host) else 1.0
        self._asked.add(host)
        return super().refresh(ca_repository, notification)


@pytest.mark.parametrize(
    ("servers", "seconds", "below", "far"),
    [
        pytest.param(400, 15.0, "registry", False, marks=pytest.mark.slow),
        (4, 300.0, "registry", True),
        (70, 15.0, "registry", True),
        pytest.param(400, 15.0, "evil", True, marks=pytest.mark.slow),
    ],
)
def test_dead_servers_cost_nobody_else_a_vrp(servers: int, seconds: float, below: str, far: bool) -> None:
    """The others are at a server that answers already, or `far`: at servers of their own."""
    ta = Point("ta")
    registry = Point("registry", ta, key_number=1)
    issuers = {"registry": registry, "evil": Point("evil", registry, SPACE, key_number=2)}
    for number in range(servers):
        Point(f"e{number}", issuers[below], SPACE, key_number=3, host=f"dead{number}.example")
    for number in range(3):
        host = f"good{number}.example" if far else "rpki.example"
        good = Point(f"good{number}", registry, BOBS, key_number=20, host=host)
        good.roa("g.roa", 64501 + number, "203.0.113.0/24")
    source = Clocked(ta.published(), lambda host: host.startswith("dead"), seconds)
    result = Validator([ta.tal], source, clock=lambda: source.now).run(NOW)
    assert [vrp.asn for vrp in result.payloads.vrps] == [64501, 64502, 64503]
    assert len(result.points) == servers + 6
    assert source.now < 1.5 * Limits().fetch_seconds + seconds


def test_a_ca_with_very_many_servers_leaves_the_others_theirs() -> None:
    ta = Point("ta")
    evil = Point("evil", ta, SPACE, key_number=2)
    for number in range(40):
        Point(f"e{number}", evil, SPACE, key_number=3, host=f"e{number}.example")
    far = Point("far", ta, BOBS, key_number=4, host="far.example")
    Point("deep", far, BOBS, key_number=5, host="deep.example").roa("bob.roa", 64511, "203.0.113.0/24")
    hosted = Point("hosted", ta, BOBS, key_number=6)
    hosted.roa("bob.roa", 64510, "203.0.113.0/24")
    result = validate([ta.tal], MemorySource(ta.published()), NOW, limits=replace(Limits(), servers=20))
    assert [vrp.asn for vrp in result.payloads.vrps] == [64510, 64511]
    refused = [each for each in result.points if "servers: " in each.reason]
    assert all("/evil/ and those below it" in each.reason for each in refused)
    assert 20 < len(refused) < 40


def test_a_ca_for_which_there_is_no_time_to_fetch_goes_on_with_its_last_good_version() -> None:
    ta = Point("ta")
    Point("dead", ta, SPACE, key_number=2, host="dead.example")
    far = Point("far", ta, BOBS, key_number=3, host="far.example")
    far.roa("far.roa", 64511, "203.0.113.0/24")
    store = Store()
    source = Clocked(ta.published(), lambda host: host.startswith("dead"), 1000.0)
    validate([ta.tal], source, NOW, store=store)
    limits = replace(Limits(), fetch_seconds=10.0)
    source = Clocked(ta.published(), lambda host: host.startswith("dead"), 1000.0)
    result = Validator([ta.tal], source, store=store, limits=limits, clock=lambda: source.now).run(NOW)
    assert keeps_bob(result)
    assert [each.state for each in result.points] == [PointState.FRESH, PointState.LOST, PointState.LAST_GOOD]
    assert "fetch_seconds: all trust anchors and those below it have 0 left" in result.points[2].reason


def test_a_ca_for_which_there_is_no_room_goes_on_with_its_last_good_version() -> None:
    ta = Point("ta")
    bob(ta)
    store, source, limits = Store(), MemorySource(ta.published()), replace(Limits(), points=8)
    assert keeps_bob(validate([ta.tal], source, NOW, limits=limits, store=store))
    last = ta.products.pop("bob.cer")
    for number in range(9):
        Point(f"new{number}", ta, SPACE, key_number=3 + number)
    ta.products["bob.cer"] = last
    ta.publish(NOW + 60)
    source.publish("rpki.example", ta.published())
    result = validate([ta.tal], source, NOW + 60, limits=limits, store=store)
    assert keeps_bob(result)
    states = {each.repository.split("/")[-2]: each.state for each in result.points}
    assert len(states) == 11
    assert states["bob"] is PointState.LAST_GOOD
    assert states["new6"] is PointState.LOST


def test_a_ca_with_more_vrps_than_there_is_room_for_goes_on_with_its_last_good_version() -> None:
    ta = Point("ta")
    ta.roa("one.roa", 64511, "203.0.113.0/24")
    store, source, limits = Store(), MemorySource(ta.published()), replace(Limits(), vrps=10)
    validate([ta.tal], source, NOW, limits=limits, store=store)
    ta.roa("more.roa", 64496, *(f"192.0.2.{number}/32" for number in range(20)))
    ta.publish(NOW + 60)
    source.publish("rpki.example", ta.published())
    for _ in range(2):
        result = validate([ta.tal], source, NOW + 60, limits=limits, store=store)
        assert keeps_bob(result)
        assert [each.state for each in result.points] == [PointState.LAST_GOOD]


class Counting(MemorySource):
    """Counts the files that are read, each of which takes a while."""

    reads = 0

    def read(self, uri: str, limit: int) -> bytes | None:
        self.reads += 1
        return super().read(uri, limit)


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        (Limits(vrps=100), 16),
        (Limits(bytes=12_000), 13),
        (Limits(seconds=10.0), 13),
    ],
    ids=["VRPs", "bytes", "time"],
)
def test_the_bounds_are_looked_at_while_files_are_read(limits: Limits, most: int) -> None:
    ta = Point("ta")
    for number in range(40):
        ta.roa(f"r{number}.roa", 64496, *(f"10.0.{number}.{host}/32" for host in range(10)))
    source = Counting(ta.published())
    validator = Validator([ta.tal], source, limits=limits, workers=1, clock=lambda: float(source.reads))
    result = validator.run(NOW)
    assert [each.check for each in result.rejected] == ["limit"]
    assert not result.payloads
    assert source.reads <= most


def test_an_aspa_counts_with_all_of_its_providers() -> None:
    ta = Point("ta")
    ta.aspa("a.asa", 64496, *range(70_000, 70_050))
    source = MemorySource(ta.published())
    assert [each.check for each in validate([ta.tal], source, NOW, limits=Limits(vrps=40)).rejected] == [
        "limit"
    ]
    few = validate([ta.tal], source, NOW, limits=Limits(providers_per_aspa=40))
    assert "providers of one ASPA: 50, and at most 40" in few.rejected[0].message
    assert validate([ta.tal], source, NOW, limits=Limits(vrps=50)).rejected == ()


def test_a_customer_with_too_many_providers_stops_no_update_of_routers() -> None:
    ta = Point("ta")
    ta.aspa("a.asa", 64496, *range(70_000, 79_000))
    ta.aspa("b.asa", 64496, *range(80_000, 89_000))
    ta.aspa("c.asa", 64497, 64500)
    ta.roa("g.roa", 64511, "203.0.113.0/24")
    result = validate([ta.tal], MemorySource(ta.published()), NOW)
    assert [each.uri.rpartition("/")[2] for each in result.rejected] == ["a.asa", "b.asa"]
    assert "providers of all ASPAs of AS64496: 18000, and at most 10000" in result.rejected[0].message
    assert [aspa.customer for aspa in result.payloads.aspas] == [64497]
    Cache(1).update(result.payloads.vrps, result.payloads.merged_aspas())


def test_certificates_that_multiply_on_the_way_down_are_visited_once_each() -> None:
    ta = above = Point("ta")
    for level in range(12):
        below = Point(f"c{level}", above, SPACE, key_number=2 + level)
        above.products[f"again{level}.cer"] = above.products[f"c{level}.cer"]
        above = below
    assert len(validate([ta.tal], MemorySource(ta.published()), NOW).points) == 13


def test_an_over_claim_of_very_many_ranges_is_found_in_one_pass() -> None:
    ranges = tuple((4 * number, 4 * number + 1) for number in range(80_000))
    began = time.process_time()
    beyond = Resources((), (*ranges, (1 << 100, 1 << 100)), ()).beyond(Resources((), ranges, ()))
    assert beyond.ipv6 == ((1 << 100, 1 << 100),)
    assert time.process_time() - began < 1.0  # one after the other from the start would take half a minute
