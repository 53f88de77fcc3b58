"""From trust anchor locators to payloads, on trees where nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.signed_points import DAY, HOUR, INHERITED, NOW, YEAR, Point

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import DirectorySource, MemorySource
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.payloads import Source
from lab.rpki.validation.results import PointState, Validation
from lab.rpki.validation.tals import TalError, read_tals
from lab.rpki.validation.validator import Validator, validate

ALICE = Resources.of([Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8::/32")], [64496])


def alice(ta: Point) -> Point:
    point = Point("alice", ta, ALICE)
    point.roa("v4.roa", 64496, "192.0.2.0/24", max_length=25)
    point.roa("both.roa", 64497, "192.0.2.128/25", "2001:db8:1::/48")
    point.aspa("as64496.asa", 64496, 64500, 64511)
    return point


def validated(ta: Point, now: int = NOW) -> Validation:
    return validate([ta.tal], MemorySource(ta.published()), now)


def test_every_roa_and_aspa_of_a_correct_tree_is_a_payload_with_its_source() -> None:
    ta = Point("ta")
    point = alice(ta)
    result = validated(ta)
    assert result.rejected == result.warnings == ()
    assert list(result.payloads.vrps) == [
        Vrp(Prefix.parse("192.0.2.0/24"), 25, 64496, "ta"),
        Vrp(Prefix.parse("192.0.2.128/25"), 25, 64497, "ta"),
        Vrp(Prefix.parse("2001:db8:1::/48"), 48, 64497, "ta"),
    ]
    assert list(result.payloads.aspas) == [Aspa(64496, (64500, 64511), "ta")]
    expires = point.made_at + DAY  # the manifest and the CRL run out before any certificate
    (source,) = result.payloads.aspas[Aspa(64496, (64500, 64511), "ta")]
    assert source == Source("rsync://rpki.example/repo/alice/as64496.asa", "ta", expires)
    assert result.accepted == {"aspa": 1, "ca": 1, "crl": 2, "manifest": 2, "roa": 2, "trust anchor": 1}
    assert result.next_change == expires + 1


def test_the_points_status_says_what_was_used() -> None:
    ta = Point("ta")
    alice(ta)
    top, point = validated(ta).points
    assert (top.repository, top.vrps, top.listed) == ("rsync://rpki.example/repo/ta/", 0, 2)
    assert (point.state, point.manifest_number, point.via) == (PointState.FRESH, 1, "memory")
    assert (point.listed, point.accepted, point.signatures, point.vrps, point.aspas) == (4, 4, 4, 3, 1)
    assert point.certificate == "rsync://rpki.example/repo/ta/alice.cer"


def test_a_ca_that_inherits_holds_what_its_issuer_holds_and_no_more() -> None:
    ta = Point("ta")
    bob = Point("bob", Point("alice", ta, ALICE), INHERITED)
    bob.roa("in.roa", 64496, "192.0.2.0/24")
    bob.roa("out.roa", 64496, "198.51.100.0/24")
    result = validated(ta)
    assert [str(vrp.prefix) for vrp in result.payloads.vrps] == ["192.0.2.0/24"]
    assert [(rejected.uri.rpartition("/")[2], rejected.check) for rejected in result.rejected] == [
        ("out.roa", "over-claim")
    ]


def test_a_payload_expires_with_the_first_certificate_of_its_chain() -> None:
    ta = Point("ta")
    point = Point("alice", ta, ALICE)
    point.roa("short.roa", 64496, "192.0.2.0/24", not_after=NOW + 2 * HOUR)
    result = validated(ta)
    assert [source.expires for (source,) in result.payloads.vrps.values()] == [NOW + 2 * HOUR]
    assert result.next_change == NOW + 2 * HOUR + 1


def test_a_payload_expires_with_the_certificate_of_a_ca_above() -> None:
    ta = Point("ta")
    bob = Point("bob", Point("alice", ta, ALICE), INHERITED)
    bob.roa("bob.roa", 64496, "192.0.2.0/24")
    ta.certify(ta.children[0], not_after=NOW + 2 * HOUR)
    assert [source.expires for (source,) in validated(ta).payloads.vrps.values()] == [NOW + 2 * HOUR]


def test_the_next_change_is_when_the_result_changes() -> None:
    ta = Point("ta")
    point = Point("alice", ta, ALICE)
    point.roa("later.roa", 64496, "192.0.2.0/24", not_before=NOW + HOUR)
    source = MemorySource(ta.published())
    validator = Validator([ta.tal], source)
    now: int | None = NOW
    seen = []
    while now is not None and now < NOW + 20 * YEAR:
        result = validator.run(now)
        seen.append((now - NOW, len(result.payloads)))
        if result.next_change is not None:
            before = validator.run(result.next_change - 1)
            assert (before.payloads, before.rejected) == (result.payloads, result.rejected) or (
                # the messages say what time it is
                before.payloads == result.payloads
                and [each.check for each in before.rejected] == [each.check for each in result.rejected]
            )
        now = result.next_change
    assert seen[:3] == [(0, 0), (HOUR, 1), (DAY + 2, 0)]


def test_files_that_are_not_read_are_counted_and_reject_nothing() -> None:
    ta = Point("ta")
    point = alice(ta)
    point.products["me.gbr"] = b"a ghostbusters record, say"
    point.products["new.xyz"] = b"something that this validator does not know"
    result = validated(ta)
    assert result.accepted["other"] == 2
    assert result.rejected == ()


def test_two_trust_anchors_keep_their_payloads_apart() -> None:
    one, two = Point("one", host="one.example"), Point("two", host="two.example", key_number=24)
    for ta in (one, two):
        ta.roa("same.roa", 64496, "192.0.2.0/24")
    source = MemorySource({**one.published(), **two.published()})
    tals = [one.tal, two.tal]
    result = validate(tals, source, NOW)
    assert [vrp.ta for vrp in result.payloads.vrps] == ["one", "two"]
    other = validate(tals[::-1], source, NOW)
    assert other.payloads == result.payloads
    assert set(other.points) == set(result.points)


def test_a_trust_anchor_is_taken_from_the_first_uri_that_has_the_right_one() -> None:
    ta, wrong = Point("ta"), Point("wrong", host="wrong.example", key_number=24)
    alice(ta)
    source = MemorySource({**ta.published(), **wrong.published()})
    nowhere = "rsync://nowhere.example/repo/ta.cer"
    tal = TrustAnchorLocator("ta", (nowhere, wrong.certificate_uri, ta.certificate_uri), ta.key.spki)
    result = validate([tal], source, NOW)
    assert len(result.payloads) == 4
    assert [rejected.check for rejected in result.rejected] == ["trust-anchor-key"]
    assert result.trust_anchors[0].usable


def test_two_tals_of_one_name_are_refused() -> None:
    ta = Point("ta")
    with pytest.raises(ValueError, match="two TALs are called 'ta'"):
        Validator([ta.tal, ta.tal], MemorySource())


def test_a_tree_on_disk_gives_what_the_same_tree_in_memory_gives(tmp_path: Path) -> None:
    ta = Point("ta")
    alice(ta)
    for uri, data in ta.published().items():
        file = tmp_path / uri.removeprefix("rsync://")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    assert validate([ta.tal], DirectorySource(tmp_path), NOW).payloads == validated(ta).payloads


# --- TAL files --------------------------------------------------------------------------------------------


def test_the_tals_of_a_directory_are_called_as_their_files(tmp_path: Path) -> None:
    one, two = Point("one"), Point("two", key_number=24)
    for ta in (two, one):
        (tmp_path / f"{ta.name}.tal").write_text(ta.tal.to_text())
    (tmp_path / "README").write_text("not a TAL")
    assert read_tals(tmp_path) == (one.tal, two.tal)
    assert read_tals(tmp_path / "two.tal") == (two.tal,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "is not text"),
        (b"rsync://rpki.example/repo/ta.cer\n\nAAAA\n", "the public key"),
        (b"x" * 70_000, "more than 65536 bytes"),
    ],
)
def test_a_file_that_is_no_tal_is_named_with_the_reason(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "bad.tal"
    file.write_bytes(content)
    with pytest.raises(TalError, match=message) as caught:
        read_tals(tmp_path)
    assert str(file) in str(caught.value)


def test_a_directory_without_tals_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TalError, match=r"no \.tal files"):
        read_tals(tmp_path)
    with pytest.raises(TalError, match="cannot be read"):
        read_tals(tmp_path / "absent.tal")
