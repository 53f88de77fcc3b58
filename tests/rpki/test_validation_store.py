"""What is kept between runs: nothing is verified twice, and a store may be lost, damaged or old."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from support.signed_points import DAY, NOW, Point

from lab.bgp.prefix import Prefix
from lab.rpki.fetching.source import MemorySource
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.signed_object import Profile
from lab.rpki.validation import issuer
from lab.rpki.validation.disk_store import DiskStore
from lab.rpki.validation.results import PointState, Validation
from lab.rpki.validation.store import KEPT, Store
from lab.rpki.validation.store_format import FORMAT, StoreFormatError, decode, encode
from lab.rpki.validation.validator import Validator, validate
from lab.rpki.validation.versions import PointVersion

HELD = Resources.of([Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8::/32")], [64496, 64497])


@pytest.fixture
def ta() -> Point:
    ta = Point("ta")
    alice = Point("alice", ta, HELD)
    alice.roa("one.roa", 64496, "192.0.2.0/24", "2001:db8::/48")
    alice.roa("two.roa", 64497, "192.0.2.0/25")
    alice.roa("bad.roa", 64497, "198.51.100.0/24")
    alice.products["junk.roa"] = b"junk"
    alice.products["me.gbr"] = b"ghost"
    alice.aspa("as.asa", 64496, 64500, 64501)
    Point("bob", alice, Resources(None, None, ()))
    return ta


def signatures(result: Validation) -> list[int]:
    return [point.signatures for point in result.points]


def same(one: Validation, other: Validation) -> bool:
    return (one.payloads, one.rejected, one.accepted, one.next_change) == (
        other.payloads,
        other.rejected,
        other.accepted,
        other.next_change,
    )


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_second_run_verifies_nothing_and_concludes_the_same(
    ta: Point, tmp_path: Path, on_disk: bool
) -> None:
    source = MemorySource(ta.published())
    memory = Store()
    results = []
    for _ in range(3):
        store = DiskStore(tmp_path / "store") if on_disk else memory
        results.append(validate([ta.tal], source, NOW, store=store))
        assert store.complaints == []
    assert signatures(results[0]) == [2, 8, 1]
    assert signatures(results[1]) == signatures(results[2]) == [0, 0, 0]
    assert same(results[0], results[1])
    assert same(results[0], results[2])


def test_only_what_changed_is_verified(ta: Point) -> None:
    source = MemorySource(ta.published())
    validator = Validator([ta.tal], source)
    validator.run(NOW)
    (alice,) = ta.children
    alice.roa("three.roa", 64497, "192.0.2.128/25")
    del alice.products["two.roa"]
    alice.publish(NOW + 60)
    source.publish("rpki.example", ta.published())
    result = validator.run(NOW + 60)
    assert signatures(result) == [0, 2, 0]  # the ROA and the CRL
    assert [str(vrp.prefix) for vrp in result.payloads.vrps] == [
        "192.0.2.0/24",
        "192.0.2.128/25",
        "2001:db8::/48",
    ]
    assert same(result, validate([ta.tal], source, NOW + 60))


def versions(ta: Point) -> list[PointVersion]:
    kept = []

    class Recording(Store):
        def keep_point(self, key: str, version: PointVersion) -> None:
            kept.append(version)

    validate([ta.tal], MemorySource(ta.published()), NOW, store=Recording())
    return kept


def test_a_version_is_the_same_after_writing_and_reading_it(ta: Point) -> None:
    kept = versions(ta)
    assert len(kept) == 3
    for version in kept:
        assert decode(encode(version)) == version


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "old", "other"])
def test_a_damaged_store_is_reported_and_as_good_as_none(ta: Point, tmp_path: Path, damage: str) -> None:
    source = MemorySource(ta.published())
    first = validate([ta.tal], source, NOW, store=DiskStore(tmp_path))
    files = sorted((tmp_path / "points").iterdir())
    assert len(files) == 3
    for file in files:
        data = file.read_bytes()
        file.write_bytes(
            {
                "cut": data[:-10],
                "flip": data[:300] + bytes([data[300] ^ 1]) + data[301:],
                "empty": b"",
                "old": data.replace(b"publication point 2", b"publication point 1"),
                "other": b"\x89PNG\r\n",
            }[damage]
        )
    store = DiskStore(tmp_path)
    second = validate([ta.tal], source, NOW, store=store)
    assert same(first, second)
    assert len(store.complaints) == 3
    assert str(files[0]) in "".join(store.complaints)
    assert [each.message for each in second.warnings] == store.complaints
    assert signatures(second) == signatures(first)
    assert DiskStore(tmp_path).complaints == []  # it was written anew


def test_json_that_is_not_a_version_is_refused_with_an_error_of_its_own() -> None:
    for body in (b"{}", b"[]", b"null", b'{"basis": 1}', b"[" * 100_000):
        with pytest.raises(StoreFormatError):
            decode(body)


WRONG_TYPES: dict[str, Any] = {
    "basis": 5,
    "resources": [[["a", "b"]], [], []],
    "crl_uri": 5,
    "manifest": 5,
    "number": "7",
    "times": ["x"] * 7,
    "revoked": ["a"],
    "names": [1, 2],
    "stamps": [["a"], ["b"]],
}
WRONG_OUTCOMES: list[list[Any]] = [
    ["roa"],
    ["roa", "1", 0, 9, None, "", 64496, 4, 0, 24, 24],
    ["roa", 1, 0, 9, None, 5, 64496, 4, 0, 24, 24],
    ["roa", 1, 0, 9, None, "", 64496, 4],
    ["roa", 1, 0, 9, None, "", 64496, 5, 0, 24, 24],
    ["roa", 1, 0, 9, None, "", 64496, "4", 0, 24, 24],
    ["aspa", 1, 0, 9, None, ""],
    ["ca", 1, 0, 9, [[], [], []], "", 5],
    ["sth", 1, 0, 9, None, ""],
    [["key"], "message", "rfc"],
]


def test_a_version_with_something_of_another_type_is_refused() -> None:
    ta = Point("ta")
    ta.roa("a.roa", 64496, "192.0.2.0/24")
    (version,) = versions(ta)
    document = json.loads(encode(version).partition(b"\n")[2])
    crl = document["outcomes"][0]
    wrong = list(WRONG_TYPES.items())
    wrong += [("outcomes", [crl, outcome]) for outcome in WRONG_OUTCOMES]
    assert decode(signed_anew(document)) == version
    for name, value in wrong:
        with pytest.raises(StoreFormatError):
            decode(signed_anew({**document, name: value}))


def signed_anew(document: dict[str, Any]) -> bytes:
    """With the checksum that goes with it."""
    body = json.dumps(document).encode()
    return f"byoip-lab publication point {FORMAT} {hashlib.blake2b(body).hexdigest()}\n".encode() + body


def test_what_older_rules_concluded_is_not_used(ta: Point, monkeypatch: pytest.MonkeyPatch) -> None:
    store, source = Store(), MemorySource(ta.published())
    validate([ta.tal], source, NOW, store=store)
    monkeypatch.setattr(issuer, "RULES", issuer.RULES + 1)
    assert signatures(validate([ta.tal], source, NOW, store=store)) == [2, 8, 1]


def test_a_store_that_cannot_be_written_is_reported_and_does_no_harm(ta: Point, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = DiskStore(tmp_path / "file")
    result = validate([ta.tal], MemorySource(ta.published()), NOW, store=store)
    assert len(result.payloads) == 4
    assert any("could not be written" in complaint for complaint in store.complaints)


def test_only_its_user_may_read_a_store(ta: Point, tmp_path: Path) -> None:
    validate([ta.tal], MemorySource(ta.published()), NOW, store=DiskStore(tmp_path / "store"))
    for path in (tmp_path / "store").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_versions_that_ran_out_long_ago_are_forgotten(ta: Point, tmp_path: Path) -> None:
    source = MemorySource(ta.published())
    validate([ta.tal], source, NOW, store=DiskStore(tmp_path))
    validate([ta.tal], source, NOW + KEPT, store=DiskStore(tmp_path))
    assert len(list((tmp_path / "points").iterdir())) == 3
    validate([ta.tal], source, NOW + KEPT + 2 * DAY, store=DiskStore(tmp_path))
    assert list((tmp_path / "points").iterdir()) == []


def test_another_process_goes_on_with_the_last_good_version(ta: Point, tmp_path: Path) -> None:
    files = ta.published()
    first = validate([ta.tal], MemorySource(files), NOW, store=DiskStore(tmp_path))
    (alice,) = ta.children
    without = {uri: data for uri, data in files.items() if uri != alice.manifest_uri}
    second = validate([ta.tal], MemorySource(without), NOW, store=DiskStore(tmp_path))
    assert second.payloads == first.payloads
    assert [point.state for point in second.points] == [
        PointState.FRESH,
        PointState.LAST_GOOD,
        PointState.FRESH,
    ]


def test_what_one_profile_found_does_not_count_for_the_other(ta: Point, tmp_path: Path) -> None:
    (alice,) = ta.children
    alice.roa(
        "old.roa", 64497, "192.0.2.0/26", resources=Resources.of([Prefix.parse("192.0.2.0/26")], [64497])
    )
    source = MemorySource(ta.published())
    found = [
        len(validate([ta.tal], source, NOW, profile=profile, store=DiskStore(tmp_path)).payloads)
        for profile in (Profile.CURRENT, Profile.LEGACY, Profile.CURRENT)
    ]
    assert found == [4, 5, 4]
