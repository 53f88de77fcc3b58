"""What the passing of time does: publications, renewals, and what a CA that sleeps lets expire."""

from __future__ import annotations

import itertools

import pytest
from support.rpki_small import CUSTOMER_V4, EYEBALL, NOW, all_files, small_rpki, validated

from lab.rpki.issuing import periods
from lab.rpki.issuing.errors import RefusedError
from lab.rpki.issuing.faults import ExpiredCa, StopRenewing
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.objects import oids
from lab.rpki.objects.crl import parse_crl
from lab.rpki.objects.manifest import Manifest, parse_manifest
from lab.rpki.objects.signed_object import Profile, SignedObject, parse_signed_object

MANIFEST = "rsync://arin.rpki.example/arin/holders/customer/customer.mft"
CRL = "rsync://arin.rpki.example/arin/holders/customer/customer.crl"
ROA = "rsync://arin.rpki.example/arin/holders/customer/203-0-113-0-24-24-AS64496.roa"


def envelope(rpki: Rpki) -> SignedObject:
    return parse_signed_object(all_files(rpki)[MANIFEST], oids.MANIFEST, Profile.CURRENT)


def manifest(rpki: Rpki) -> Manifest:
    return parse_manifest(envelope(rpki).content)


def test_manifest_number_and_this_update_rise_even_within_one_second() -> None:
    rpki = small_rpki()
    seen = [manifest(rpki)]
    for asn in range(64501, 64511):
        rpki.add_roa(CUSTOMER_V4, asn)
        seen.append(manifest(rpki))
    for last, this in itertools.pairwise(seen):
        assert this.number > last.number
        assert this.this_update > last.this_update
    assert seen[-1].this_update < NOW


def test_the_crl_goes_with_the_manifest() -> None:
    rpki = small_rpki()
    rpki.add_roa(CUSTOMER_V4, 64511)
    crl = parse_crl(all_files(rpki)[CRL])
    found = manifest(rpki)
    assert (crl.number, crl.this_update, crl.next_update) == (
        found.number,
        found.this_update,
        found.next_update,
    )


def test_a_manifests_certificate_is_valid_from_this_update_to_next_update() -> None:
    rpki = small_rpki()
    certificate = envelope(rpki).certificate
    found = manifest(rpki)
    assert (certificate.not_before, certificate.not_after) == (found.this_update, found.next_update)
    assert found.next_update == NOW + 24 * periods.HOUR


def test_publishing_without_end_in_one_second_is_refused_before_times_reach_the_future() -> None:
    rpki = small_rpki(roas=())
    instance = rpki.cas["arin/customer"].current
    instance.times.take(instance.key.identifier, NOW - periods.LATEST - 5 + periods.BACKDATED)
    rpki.add_roa(CUSTOMER_V4, 64496)
    rpki.add_roa(CUSTOMER_V4, 64497)
    before = all_files(rpki)
    with pytest.raises(RefusedError, match="arin/customer has published too often"):
        rpki.add_roa(CUSTOMER_V4, 64498)
    assert all_files(rpki) == before
    assert manifest(rpki).this_update <= NOW - periods.LATEST
    rpki.advance(NOW + 10)
    rpki.add_roa(CUSTOMER_V4, 64498)


def test_manifests_are_made_again_after_half_of_their_time() -> None:
    rpki = small_rpki()
    first = manifest(rpki)
    rpki.advance(NOW + periods.REPUBLISH_AFTER - 1)
    assert manifest(rpki) == first
    rpki.advance(NOW + periods.REPUBLISH_AFTER)
    assert manifest(rpki).number > first.number
    assert all_files(rpki)[ROA] == all_files(small_rpki())[ROA]


def test_a_roa_is_renewed_four_weeks_before_it_expires() -> None:
    rpki = small_rpki()
    first = all_files(rpki)[ROA]
    due = NOW + periods.CERTIFICATE - periods.RENEW_BEFORE
    rpki.advance(due - 1)
    assert all_files(rpki)[ROA] == first
    rpki.advance(due)
    assert all_files(rpki)[ROA] != first
    assert not validated(rpki).rejected


@pytest.mark.parametrize("years", [1, 3, 9.5, 12, 40])
def test_however_far_time_jumps_everything_is_valid(years: float) -> None:
    rpki = small_rpki()
    rpki.advance(NOW + int(years * periods.YEAR))
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


def test_a_clock_that_goes_back_is_not_followed() -> None:
    rpki = small_rpki()
    before = all_files(rpki)
    rpki.advance(NOW - periods.YEAR)
    assert rpki.now == NOW
    assert all_files(rpki) == before


def test_what_is_published_now_is_valid_for_clocks_an_hour_behind() -> None:
    rpki = small_rpki()
    found = validated(rpki, NOW - periods.BACKDATED)
    assert set(found.payloads.vrps) == set(rpki.roas)


def test_a_ca_that_sleeps_is_lost_after_a_day_and_wakes_when_it_is_repaired() -> None:
    rpki = small_rpki()
    rpki.inject(StopRenewing("customer"))
    rpki.advance(NOW + periods.DAY - 1)
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)
    rpki.advance(NOW + periods.DAY + 1)
    assert {vrp.prefix for vrp in validated(rpki).payloads.vrps} == {EYEBALL}
    rpki.repair(StopRenewing("customer"))
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


def test_a_ca_that_sleeps_still_signs_what_it_is_asked() -> None:
    rpki = small_rpki()
    rpki.inject(StopRenewing("customer"))
    rpki.advance(NOW + 2 * periods.DAY)
    rpki.add_roa(CUSTOMER_V4, 64511)
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


def test_serials_leave_the_crl_once_their_certificate_has_expired_for_long() -> None:
    rpki = small_rpki()
    roa = parse_signed_object(all_files(rpki)[ROA], oids.ROUTE_ORIGIN_AUTHZ, Profile.CURRENT)
    serial = roa.certificate.serial
    rpki.remove_roa(CUSTOMER_V4, 64496)
    assert serial in parse_crl(all_files(rpki)[CRL]).revoked
    rpki.advance(NOW + periods.CERTIFICATE - periods.RENEW_BEFORE - 1)
    assert parse_crl(all_files(rpki)[CRL]).revoked == {serial}
    rpki.advance(NOW + 2 * periods.CERTIFICATE)
    assert serial not in parse_crl(all_files(rpki)[CRL]).revoked


def test_a_manifest_that_is_replaced_is_revoked_for_as_long_as_it_could_be_used() -> None:
    rpki = small_rpki()
    replaced = envelope(rpki).certificate
    rpki.add_roa(CUSTOMER_V4, 64511)
    assert parse_crl(all_files(rpki)[CRL]).revoked == {replaced.serial}
    while rpki.now < replaced.not_after:
        assert replaced.serial in parse_crl(all_files(rpki)[CRL]).revoked
        rpki.advance(rpki.now + periods.REPUBLISH_AFTER)
    rpki.advance(NOW + 4 * periods.DAY)
    assert replaced.serial not in parse_crl(all_files(rpki)[CRL]).revoked


@pytest.mark.slow
def test_a_crl_does_not_grow_with_the_age_of_a_lab() -> None:
    rpki = small_rpki()
    for _ in range(30):
        rpki.advance(rpki.now + periods.REPUBLISH_AFTER)
    assert len(parse_crl(all_files(rpki)[CRL]).revoked) <= 5


@pytest.mark.parametrize("now", [-(10**9), 0, periods.LAST_NOW + 1, 10**12])
def test_a_time_that_certificates_cannot_have_is_refused_and_changes_nothing(now: int) -> None:
    with pytest.raises(RefusedError, match=f"no certificates at {now}; expected UNIX seconds from"):
        small_rpki(now=now)
    rpki = small_rpki()
    before = all_files(rpki)
    if now > NOW:
        with pytest.raises(RefusedError, match=f"no certificates at {now}"):
            rpki.advance(now)
    assert (rpki.now, all_files(rpki)) == (NOW, before)
    rpki.add_roa(CUSTOMER_V4, 64511)
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


@pytest.mark.parametrize("now", [periods.FIRST_NOW, periods.LAST_NOW])
def test_at_the_first_and_the_last_time_every_object_can_be_made(now: int) -> None:
    rpki = small_rpki(now=now)
    rpki.inject(ExpiredCa("customer"))
    rpki.repair(ExpiredCa("customer"))
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)
