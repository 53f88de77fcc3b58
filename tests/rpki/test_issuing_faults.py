"""Faults on purpose, as our own relying party sees them."""

from __future__ import annotations

import pytest
from support.rpki_fault_effects import EFFECTS, Effect
from support.rpki_small import (
    ASNS,
    CUSTOMER_V4,
    EYEBALL,
    FREE,
    HOLDINGS,
    NOW,
    all_files,
    small_rpki,
    validated,
)

from lab.bgp.prefix import Prefix
from lab.rpki.issuing.errors import ConflictError, IssuingError, RefusedError, UnknownError
from lab.rpki.issuing.faults import (
    FAULTS,
    CorruptFile,
    ExpiredCrl,
    ExpiredRoa,
    Fault,
    FileFault,
    MissingFile,
    OverClaimingCa,
    RevokedRoa,
    UnreachableRepository,
    WrongRoa,
)
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.topology.model import Holding
from lab.topology.vocabulary import RpkiFault

DAY = 24 * 3600


def test_every_kind_of_fault_has_its_effect_tested() -> None:
    assert {effect.fault.kind for effect in EFFECTS} == FAULTS.keys()


def test_the_kinds_are_those_that_a_file_can_name() -> None:
    assert FAULTS.keys() == {fault.value for fault in RpkiFault}


def test_every_kind_is_described_in_one_line() -> None:
    for kind, fault in FAULTS.items():
        assert fault.kind == kind
        assert 20 < len(fault.description) < 100


@pytest.mark.parametrize("effect", EFFECTS, ids=str)
def test_a_fault_costs_what_it_should_for_as_long_as_it_lasts(effect: Effect) -> None:
    rpki = small_rpki(NOW - 2 * DAY)
    rpki.inject(effect.fault)
    rpki.advance(NOW)
    left = {roa for roa in rpki.roas if roa.prefix not in effect.lost}
    found = validated(rpki)
    assert set(found.payloads.vrps) == left
    assert [rejected.check for rejected in found.rejected] == [effect.check]
    rpki.repair(effect.fault)
    repaired = validated(rpki)
    assert set(repaired.payloads.vrps) == set(rpki.roas)
    assert not repaired.rejected


def test_faults_at_one_ca_add_up() -> None:
    rpki = small_rpki()
    rpki.inject(ExpiredRoa("customer"))
    rpki.inject(ExpiredRoa("customer", "203-0-113-0-24-24-AS64496.roa"))
    assert {vrp.prefix for vrp in validated(rpki).payloads.vrps} == {EYEBALL}
    rpki.repair(ExpiredRoa("customer"))
    assert not rpki.faults
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


def test_what_is_left_open_is_filled_in_and_told() -> None:
    rpki = small_rpki()
    settled = rpki.inject(MissingFile("customer"))
    assert settled == MissingFile("arin/customer", "2001-db8-100---48-56-AS64496.roa")
    assert rpki.faults == (settled,)
    assert str(settled) == "missing-file arin/customer 2001-db8-100---48-56-AS64496.roa"


@pytest.mark.parametrize("kind", [MissingFile, CorruptFile, ExpiredRoa, RevokedRoa])
def test_what_is_left_open_is_never_a_file_that_is_a_fault_itself(kind: type[FileFault]) -> None:
    rpki = small_rpki()
    wrong = rpki.inject(WrongRoa("customer", Prefix.parse("10.0.0.0/8")))
    settled = rpki.inject(kind("customer"))
    assert settled == kind("arin/customer", "2001-db8-100---48-56-AS64496.roa")
    rpki.repair(wrong)
    assert rpki.faults == (settled,)


def test_a_missing_file_is_the_only_thing_that_changes() -> None:
    rpki = small_rpki()
    rpki.advance(NOW + 1)
    before = all_files(rpki).keys()
    rpki.inject(MissingFile("customer"))
    assert before - all_files(rpki).keys() == {
        "rsync://arin.rpki.example/arin/holders/customer/2001-db8-100---48-56-AS64496.roa"
    }


def test_a_ca_with_a_fault_still_does_what_it_is_asked() -> None:
    rpki = small_rpki()
    rpki.inject(ExpiredRoa("customer"))
    rpki.add_roa(CUSTOMER_V4, 64511)
    rpki.roll_key("customer")
    lost = {roa for roa in rpki.roas if roa.prefix.version == 6}
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas) - lost


def test_an_unreachable_server_is_named() -> None:
    rpki = small_rpki()
    rpki.inject(UnreachableRepository("ripe"))
    assert rpki.unreachable == {"ripe"}
    rpki.repair(UnreachableRepository("ripe"))
    assert rpki.unreachable == frozenset()


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (ExpiredCrl("custommer"), UnknownError, "no CA 'custommer'; did you mean 'arin/customer'?"),
        (UnreachableRepository("ripencc"), UnknownError, "no publication server 'ripencc'"),
        (MissingFile("customer", "customer.mtf"), UnknownError, "did you mean 'customer.mft'?"),
        (ExpiredRoa("arin", "customer.mft"), UnknownError, "no file 'customer.mft'"),
        (OverClaimingCa("arin"), RefusedError, "its issuer holds everything; choose a holder's CA"),
        (WrongRoa("customer", CUSTOMER_V4), RefusedError, "arin/customer holds 203.0.113.0/24"),
        (WrongRoa("arin-ta"), RefusedError, "holds everything"),
        (WrongRoa("customer", FREE, 1 << 32), RefusedError, "an ASN has 32 bits"),
        (ExpiredRoa("lacnic"), RefusedError, "signed nothing"),
    ],
    ids=str,
)
def test_a_fault_that_cannot_be_is_refused_and_changes_nothing(
    fault: Fault, error: type[IssuingError], says: str
) -> None:
    rpki = small_rpki()
    before = all_files(rpki)
    with pytest.raises(error) as caught:
        rpki.inject(fault)
    assert says in str(caught.value)
    assert all_files(rpki) == before
    assert not rpki.faults


def test_the_same_fault_twice_is_refused() -> None:
    rpki = small_rpki()
    rpki.inject(ExpiredCrl("customer"))
    with pytest.raises(ConflictError, match="this fault already: expired-crl arin/customer"):
        rpki.inject(ExpiredCrl("arin/customer"))


def test_repairing_what_is_not_broken_names_what_is() -> None:
    rpki = small_rpki()
    rpki.inject(ExpiredCrl("customer"))
    with pytest.raises(UnknownError, match="expected one of: expired-crl arin/customer"):
        rpki.repair(ExpiredCrl("eyeball"))
    assert rpki.faults


def test_space_that_nobody_holds_can_be_claimed() -> None:
    rpki = small_rpki()
    settled = rpki.inject(OverClaimingCa("eyeball", FREE))
    assert settled == OverClaimingCa("ripe/eyeball", FREE)
    assert {vrp.prefix for vrp in validated(rpki).payloads.vrps} == {roa.prefix for roa in rpki.roas} - {
        EYEBALL
    }


@pytest.mark.parametrize("ending", [".mft", ".crl"])
@pytest.mark.parametrize("kind", [MissingFile, CorruptFile])
def test_a_fault_of_the_manifest_or_crl_goes_on_with_the_next_key(
    kind: type[MissingFile | CorruptFile], ending: str
) -> None:
    rpki = small_rpki()
    rpki.inject(kind("customer", f"customer{ending}"))
    rpki.roll_key("customer")
    assert rpki.faults == (kind("arin/customer", f"customer_2{ending}"),)
    assert {vrp.prefix for vrp in validated(rpki).payloads.vrps} == {EYEBALL}
    rpki.repair(kind("customer", f"customer{ending}"))
    assert not rpki.faults
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


@pytest.mark.parametrize("kind", [MissingFile, CorruptFile, ExpiredRoa, RevokedRoa])
def test_a_fault_of_a_file_ends_with_the_file(kind: type[FileFault]) -> None:
    rpki = small_rpki()
    rpki.inject(kind("customer", "203-0-113-0-24-24-AS64496.roa"))
    rpki.inject(ExpiredCrl("eyeball"))
    rpki.remove_roa(CUSTOMER_V4, 64496)
    assert rpki.faults == (ExpiredCrl("ripe/eyeball"),)
    rpki.repair(ExpiredCrl("eyeball"))
    rpki.add_roa(CUSTOMER_V4, 64496)
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


def test_a_fault_of_a_childs_certificate_ends_with_its_key() -> None:
    rpki = small_rpki()
    rpki.inject(MissingFile("arin", "customer.cer"))
    rpki.roll_key("customer")
    assert not rpki.faults
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


def test_a_claim_that_its_issuer_has_come_to_hold_is_not_too_much_any_more() -> None:
    rpki = small_rpki()
    rpki.inject(OverClaimingCa("eyeball", FREE))
    rpki.add_roa(FREE, 64511)
    assert not rpki.faults
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not rpki.cas["ripe/eyeball"].resources.covers_prefix(FREE)


def test_a_ca_that_has_got_what_it_signs_for_is_not_wrong_any_more() -> None:
    free = Holding(FREE, "transit", "ARIN", "allocated")
    rpki = Rpki((*HOLDINGS, free), ASNS, user_key_pool(), NOW)
    rpki.inject(WrongRoa("customer", free.prefix))
    rpki.transfer(free.prefix, "customer")
    assert not rpki.faults
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected
