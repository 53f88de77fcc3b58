"""What is used when a publication point cannot be had as it should be (RFC 9286 section 6.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.signed_points import DAY, HOST, HOUR, NOW, YEAR, Point

from lab.bgp.prefix import Prefix
from lab.rpki.fetching.source import MemorySource
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.validation.results import PointState, PointStatus, Validation
from lab.rpki.validation.store import Store
from lab.rpki.validation.validator import Validator

HELD = Resources.of([Prefix.parse("192.0.2.0/24")], [64496])


class Watched:
    """A CA `alice` below a trust anchor, and a relying party that has seen its first version, number 1."""

    def __init__(self) -> None:
        self.ta = Point("ta", host="ta.example")
        self.alice = Point("alice", self.ta, HELD)
        self.alice.roa("first.roa", 64496, "192.0.2.0/24")
        self.source = MemorySource()
        self.validator = Validator([self.ta.tal], self.source)
        first = self.run()
        assert self.origins(first) == [64496]
        assert first.points[1].state is PointState.FRESH

    def run(self, now: int = NOW) -> Validation:
        by_host: dict[str, dict[str, bytes]] = {}
        for uri, data in self.ta.published().items():
            by_host.setdefault(uri.split("/")[2], {})[uri] = data
        for host, files in by_host.items():
            self.source.publish(host, files)
        return self.validator.run(now)

    @staticmethod
    def origins(result: Validation) -> list[int]:
        return [vrp.asn for vrp in result.payloads.vrps]

    @staticmethod
    def point(result: Validation) -> PointStatus:
        return result.points[1]


def second_version(ca: Point, now: int = NOW + 60) -> None:
    ca.roa("second.roa", 64497, "192.0.2.0/24")
    ca.publish(now)


def test_a_new_version_takes_the_place_of_the_old_one() -> None:
    lab = Watched()
    second_version(lab.alice)
    result = lab.run(NOW + 60)
    assert lab.origins(result) == [64496, 64497]
    assert (lab.point(result).state, lab.point(result).manifest_number) == (PointState.FRESH, 2)


def missing_manifest(ca: Point) -> None:
    second_version(ca)
    ca.absent.add(ca.manifest_uri)


def missing_roa(ca: Point) -> None:
    second_version(ca)
    ca.absent.add(f"{ca.repository}second.roa")


def missing_old_roa_of_the_same_manifest(ca: Point) -> None:
    ca.absent.add(f"{ca.repository}first.roa")


def damaged_roa_of_the_same_manifest(ca: Point) -> None:
    ca.extra[f"{ca.repository}first.roa"] = b"damaged"


def damaged_crl(ca: Point) -> None:
    second_version(ca)
    ca.extra[ca.crl_uri] = b"damaged"


def stale_manifest(ca: Point) -> None:
    second_version(ca, NOW - 2 * DAY)


def premature_manifest(ca: Point) -> None:
    second_version(ca, NOW + 2 * HOUR)


def same_number(ca: Point) -> None:
    ca.number -= 1
    second_version(ca)


def lower_number(ca: Point) -> None:
    ca.number -= 2
    second_version(ca)


def same_this_update(ca: Point) -> None:
    second_version(ca, ca.made_at)


FAILURES: dict[str, tuple[str, Callable[[Point], None]]] = {
    each.__name__: (check, each)
    for check, each in [
        ("missing-manifest", missing_manifest),
        ("missing-file", missing_roa),
        ("missing-file", missing_old_roa_of_the_same_manifest),
        ("hash-mismatch", damaged_roa_of_the_same_manifest),
        ("hash-mismatch", damaged_crl),
        ("stale-manifest", stale_manifest),
        ("premature-manifest", premature_manifest),
        ("manifest-number", same_number),
        ("manifest-number", lower_number),
        ("manifest-this-update", same_this_update),
    ]
}


@pytest.mark.parametrize(("check", "fail"), FAILURES.values(), ids=FAILURES)
def test_after_a_failed_fetch_the_last_good_version_is_used(
    check: str, fail: Callable[[Point], None]
) -> None:
    lab = Watched()
    fail(lab.alice)
    result = lab.run(NOW + 60)
    assert lab.origins(result) == [64496]
    assert [each.check for each in result.rejected] == [check]
    point = lab.point(result)
    assert (point.state, point.manifest_number) == (PointState.LAST_GOOD, 1)
    assert result.rejected[0].message in point.reason
    # and every time again, as long as it is current itself
    assert lab.origins(lab.run(NOW + HOUR // 2)) == [64496]
    assert not lab.run(NOW + DAY + 60).payloads


def test_a_last_good_version_that_has_become_stale_is_lost() -> None:
    lab = Watched()
    lab.alice.absent.add(lab.alice.manifest_uri)
    lab.ta.publish(NOW + DAY)
    result = lab.run(NOW + DAY + 60)
    point = lab.point(result)
    assert not result.payloads
    assert point.state is PointState.LOST
    assert "there is no manifest" in point.reason
    assert "of the last good version, the next manifest was due at" in point.reason


def test_a_version_that_is_rejected_as_old_is_not_taken_when_the_last_good_one_is_stale() -> None:
    """It is compared with all manifests seen, not only with current ones: replaying one gains nothing."""
    lab = Watched()
    lab.alice.number = 7
    lab.alice.publish(NOW + 60)
    lab.run(NOW + 60)
    lab.alice.number = 3
    lab.alice.publish(NOW + DAY)
    lab.ta.publish(NOW + DAY)
    result = lab.run(NOW + DAY + HOUR)
    assert [each.check for each in result.rejected] == ["manifest-number"]
    assert lab.point(result).state is PointState.LOST


def test_a_manifest_under_a_new_name_starts_counting_anew() -> None:
    lab = Watched()
    lab.alice.number = 7
    lab.alice.publish(NOW + 60)
    lab.run(NOW + 60)
    again = Point("again", lab.ta, HELD, key_number=lab.alice.key_number, made_at=NOW + 60)
    again.roa("first.roa", 64496, "192.0.2.0/24")
    lab.ta.children.remove(lab.alice)
    del lab.ta.products["alice.cer"]
    lab.ta.publish(NOW + 120)
    result = lab.run(NOW + 120)
    assert (lab.point(result).manifest_number, lab.point(result).state) == (1, PointState.FRESH)


def test_an_unreachable_repository_is_used_from_before_until_it_is_stale() -> None:
    lab = Watched()
    second_version(lab.alice)
    lab.source.unreachable.add(HOST)
    result = lab.run(NOW + 60)
    assert lab.origins(result) == [64496]
    point = lab.point(result)
    assert (point.state, point.reason) == (PointState.LAST_GOOD, f"{HOST} does not answer")
    lab.source.unreachable.clear()
    assert lab.origins(lab.run(NOW + 120)) == [64496, 64497]


def test_a_repository_that_never_answered_is_lost_with_that_reason() -> None:
    lab = Watched()
    bob = Point("bob", lab.ta, HELD, host="bob.example")
    bob.roa("bob.roa", 64499, "192.0.2.0/24")
    lab.ta.publish(NOW + 60)
    lab.source.unreachable.add("bob.example")
    result = lab.run(NOW + 60)
    assert lab.origins(result) == [64496]
    assert [(each.state, each.reason) for each in result.points[2:]] == [
        (PointState.LOST, "bob.example does not answer")
    ]


def test_a_last_good_version_is_held_against_what_the_ca_holds_today() -> None:
    lab = Watched()
    lab.alice.roa("half.roa", 64499, "192.0.2.0/25")
    lab.alice.publish(NOW + 60)
    assert lab.origins(lab.run(NOW + 60)) == [64496, 64499]
    lab.ta.certify(lab.alice, resources=Resources.of([Prefix.parse("192.0.2.0/25")]))
    lab.ta.publish(NOW + 120)
    lab.alice.absent.add(lab.alice.manifest_uri)
    result = lab.run(NOW + 120)
    assert lab.origins(result) == [64499]
    assert [each.check for each in result.rejected] == ["missing-manifest", "over-claim"]
    assert "192.0.2.128/25" in result.rejected[1].message


def test_space_that_comes_back_makes_a_roa_valid_again() -> None:
    lab = Watched()
    lab.ta.certify(lab.alice, resources=Resources.of([Prefix.parse("192.0.2.0/25")]))
    lab.ta.publish(NOW + 60)
    assert not lab.run(NOW + 60).payloads
    lab.ta.certify(lab.alice)
    lab.ta.publish(NOW + 120)
    assert lab.origins(lab.run(NOW + 120)) == [64496]


def test_children_of_a_last_good_version_are_still_visited() -> None:
    lab = Watched()
    bob = Point("bob", lab.alice, Resources.of([Prefix.parse("192.0.2.0/25")]))
    bob.roa("bob.roa", 64499, "192.0.2.0/25")
    lab.alice.publish(NOW + 60)
    lab.run(NOW + 60)
    lab.alice.absent.add(lab.alice.manifest_uri)
    bob.roa("more.roa", 64500, "192.0.2.0/26")
    bob.publish(NOW + 120)
    assert lab.origins(lab.run(NOW + 120)) == [64496, 64499, 64500]


def test_a_trust_anchor_that_cannot_be_had_is_used_from_before() -> None:
    lab = Watched()
    lab.ta.absent.add(lab.ta.certificate_uri)
    result = lab.run(NOW + 60)
    assert lab.origins(result) == [64496]
    (status,) = result.trust_anchors
    assert status.usable
    assert "there is no certificate" in status.reason
    assert [each.check for each in result.rejected] == ["missing-trust-anchor"]


def test_a_manifest_whose_own_certificate_has_expired_is_not_used_again() -> None:
    lab = Watched()
    crl = lab.alice.crl(number=2)
    lab.alice.number, lab.alice.made_at = 2, NOW + 60
    lab.alice.publish(NOW + 60, crl=crl, manifest=lab.alice.manifest(crl, number=3, not_after=NOW + HOUR))
    assert lab.origins(lab.run(NOW + 60)) == [64496]
    result = lab.run(NOW + 2 * HOUR)
    assert [each.check for each in result.rejected] == ["expired"]
    assert lab.point(result).state is PointState.LOST


def test_a_ca_whose_certificate_has_another_name_now_is_still_known() -> None:
    lab = Watched()
    lab.alice.number = 7
    lab.alice.publish(NOW + 60)
    lab.run(NOW + 60)
    lab.ta.products["renamed.cer"] = lab.ta.products.pop("alice.cer")
    lab.ta.publish(NOW + 120)
    lab.alice.number = 2
    lab.alice.publish(NOW - 600)
    result = lab.run(NOW + 120)
    assert [each.check for each in result.rejected] == ["manifest-number"]
    assert (lab.point(result).state, lab.point(result).manifest_number) == (PointState.LAST_GOOD, 8)
    assert lab.origins(result) == [64496]


def test_a_trust_anchor_with_one_more_uri_is_still_known() -> None:
    lab = Watched()
    store = Store()
    Validator([lab.ta.tal], lab.source, store=store).run(NOW)
    more = TrustAnchorLocator("ta", (*lab.ta.tal.uris, "rsync://other.example/repo/ta.cer"), lab.ta.key.spki)
    lab.validator = Validator([more], lab.source, store=store)
    lab.ta.absent.add(lab.ta.manifest_uri)
    result = lab.run(NOW + 60)
    assert result.points[0].state is PointState.LAST_GOOD
    assert lab.origins(result) == [64496]


TA_VERSIONS = {
    "it became valid earlier": ({"not_before": NOW}, {}, True),
    "it is valid for longer": ({"not_after": NOW + YEAR}, {}, True),
    "it became valid later": ({}, {"not_before": NOW}, False),
    "it is valid for less long": ({}, {"not_after": NOW + YEAR}, False),
}


@pytest.mark.parametrize(("first", "second", "stays"), TA_VERSIONS.values(), ids=TA_VERSIONS)
def test_a_trust_anchors_certificate_gives_way_only_to_a_newer_one(
    first: dict[str, int], second: dict[str, int], stays: bool
) -> None:
    """RFC 10097; `first` holds no AS numbers, `second` does."""
    lab = Watched()
    lab.alice.aspa("as.asa", 64496, 64500)
    lab.alice.publish(NOW + 60)
    addresses = Resources.everything()._replace(asns=())
    validator = Validator([lab.ta.tal], lab.source)
    found = []
    for serial, (resources, parts) in enumerate([(addresses, first), (Resources.everything(), second)], 2):
        data = lab.ta.trust_anchor(serial=serial, resources=resources, **parts)
        lab.ta.extra[lab.ta.certificate_uri] = data
        lab.run(NOW + 60)
        found.append(validator.run(NOW + 60))
    assert not found[0].payloads.aspas  # alice claims an AS number
    assert bool(found[1].payloads.aspas) is not stays
    assert ("trust-anchor-superseded" in {each.check for each in found[1].rejected}) is stays
    assert found[1].trust_anchors[0].usable
