"""Bounds: what is too much is reported, and costs nobody but the CA that is too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.signed_points import NOW, Point, key

from lab.bgp.prefix import Prefix
from lab.rpki.fetching.source import MemorySource
from lab.rpki.objects.resources import Resources
from lab.rpki.validation.limits import Limits
from lab.rpki.validation.results import PointState, Validation
from lab.rpki.validation.validator import Validator

SPACE = Resources.of([Prefix.parse("192.0.2.0/24")])


def tree(hostile: Callable[[Point], object]) -> Point:
    """A trust anchor with `alice`, who is `hostile`, before `bob`, who is not, and has a customer himself."""
    ta = Point("ta")
    hostile(Point("alice", ta, SPACE))
    bob = Point("bob", ta, Resources.of([Prefix.parse("203.0.113.0/24")]))
    bob.roa("bob.roa", 64511, "203.0.113.0/24")
    carol = Point("carol", bob, Resources.of([Prefix.parse("203.0.113.0/25")]))
    carol.roa("carol.roa", 64510, "203.0.113.0/25")
    return ta


def run(ta: Point, limits: Limits, clock: Callable[[], float] = lambda: 0.0) -> Validation:
    return Validator([ta.tal], MemorySource(ta.published()), limits=limits, clock=clock).run(NOW)


def others(result: Validation) -> list[int]:
    return [vrp.asn for vrp in result.payloads.vrps if vrp.asn >= 64510]


def chain(length: int) -> Callable[[Point], None]:
    """CAs below each other, each with the next one's certificate."""

    def build(alice: Point) -> None:
        point = alice
        for number in range(length):
            point = Point(f"deep{number}", point, SPACE, key_number=26 + number)
            point.roa("deep.roa", 64496, "192.0.2.0/24")

    return build


def many_cas(count: int) -> Callable[[Point], None]:
    def build(alice: Point) -> None:
        for number in range(count):
            child = Point(f"wide{number}", alice, SPACE, key_number=26)
            child.roa("wide.roa", 64496, "192.0.2.0/24")

    return build


def many_roas(count: int) -> Callable[[Point], None]:
    def build(alice: Point) -> None:
        for number in range(count):
            alice.roa(f"r{number}.roa", number, "192.0.2.0/24")

    return build


def large_roa(alice: Point) -> None:
    alice.roa("large.roa", 64496, *(f"192.0.2.{number}/32" for number in range(20)))


def large_file(alice: Point) -> None:
    alice.products["large.gbr"] = bytes(25_000)


WIDE = Limits()
CASES: dict[str, tuple[Callable[[Point], object], Limits, str]] = {
    "too deep": (chain(4), replace(WIDE, depth=4), "CAs below each other"),
    "too many CAs": (many_cas(8), replace(WIDE, points=12), "points: "),
    "too many files on a manifest": (
        many_roas(4),
        replace(WIDE, objects_per_point=4),
        "files on one manifest",
    ),
    "too many files": (many_roas(20), replace(WIDE, objects=30), "objects: "),
    "too many prefixes in a ROA": (large_roa, replace(WIDE, prefixes_per_roa=10), "prefixes of one ROA"),
    "too many VRPs": (large_roa, replace(WIDE, vrps=30), "vrps: "),
    "too many bytes": (large_file, replace(WIDE, bytes=50_000), "bytes: "),
    "too large a file": (large_file, replace(WIDE, object_size=20_000), "too large"),
}


@pytest.mark.parametrize(("hostile", "limits", "message"), CASES.values(), ids=CASES)
def test_what_is_too_much_is_reported_and_costs_no_other_ca_a_vrp(
    hostile: Callable[[Point], object], limits: Limits, message: str
) -> None:
    ta = tree(hostile)
    result = run(ta, limits)
    assert others(result) == [64511, 64510]
    assert any(message in each.message for each in result.rejected)
    assert {each.check for each in result.rejected} <= {"limit", "missing-file"}
    harmed = [each.repository for each in result.points if each.state is PointState.LOST]
    assert not any(name in repository for repository in harmed for name in ("/ta/", "/bob/", "/carol/"))
    assert run(ta, WIDE).rejected == ()


def test_a_chain_ends_at_the_depth_that_is_allowed() -> None:
    ta = tree(chain(4))
    found = run(ta, replace(WIDE, depth=4))
    assert [each.repository.split("/")[-2] for each in found.points] == [
        "ta",
        "alice",
        "bob",
        "deep0",
        "carol",
        "deep1",
    ]
    assert [each.uri.rpartition("/")[2] for each in found.rejected] == ["deep2.cer"]


def test_a_ca_that_takes_all_the_time_leaves_time_to_the_others() -> None:
    ta = tree(many_cas(6))
    source = MemorySource(ta.published())
    moment = [0.0]

    class Slow(MemorySource):
        def read(self, uri: str, limit: int) -> bytes | None:
            moment[0] += 10.0 if "/wide" in uri else 0.0
            return source.read(uri, limit)

        def refresh(self, ca_repository: str, notification: str | None):  # type: ignore[no-untyped-def]
            return source.refresh(ca_repository, notification)

        def trust_anchor(self, uris, limit):  # type: ignore[no-untyped-def]
            return source.trust_anchor(uris, limit)

    limits = replace(WIDE, seconds=200.0)
    result = Validator([ta.tal], Slow(), limits=limits, clock=lambda: moment[0]).run(NOW)
    assert others(result) == [64511, 64510]
    assert "seconds: rsync://rpki.example/repo/wide" in result.rejected[0].message
    assert moment[0] < 200.0


def test_only_so_many_trust_anchors_are_taken() -> None:
    points = [Point(f"ta{number}", host=f"ta{number}.example", key_number=number) for number in range(3)]
    files = {uri: data for point in points for uri, data in point.published().items()}
    validator = Validator(
        [point.tal for point in points], MemorySource(files), limits=replace(WIDE, trust_anchors=2)
    )
    result = validator.run(NOW)
    assert [each.usable for each in result.trust_anchors] == [True, True, False]
    assert [each.check for each in result.rejected] == ["limit"]


def test_a_trust_anchor_for_which_there_is_no_room_is_reported() -> None:
    result = run(Point("ta"), replace(WIDE, points=0))
    assert [each.state for each in result.points] == []
    assert [(each.uri, each.check) for each in result.rejected] == [
        ("rsync://rpki.example/repo/ta.cer", "limit")
    ]


def test_a_manifest_with_very_many_cas_does_not_fill_the_queue() -> None:
    ta = tree(many_cas(40))
    result = run(ta, replace(WIDE, points=16))
    assert others(result) == [64511, 64510]
    assert len(result.points) <= 32
    wide = [each for each in result.points if "/wide" in each.repository]
    assert len([each for each in wide if each.state is PointState.FRESH]) <= 12
    assert len([each for each in result.rejected if each.check == "limit"]) >= 28


def test_a_loop_of_certificates_ends_at_the_second_visit() -> None:
    ta = Point("ta")
    alice = Point("alice", ta, SPACE)
    bob = Point("bob", alice, SPACE, key_number=24)
    back = Point("back", None, SPACE, key_number=alice.key_number)
    bob.certify(back, spki=key(alice.key_number or 0).spki, locations=alice.locations)
    alice.roa("alice.roa", 64496, "192.0.2.0/24")
    result = run(ta, WIDE)
    assert [(each.uri.rpartition("/")[2], each.check) for each in result.rejected] == [("back.cer", "loop")]
    assert len(result.payloads) == 1
