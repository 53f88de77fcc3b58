"""The RPKI of a lab: who signs what, and what each operation changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.rpki_small import (
    ASNS,
    CUSTOMER_V4,
    CUSTOMER_V6,
    EYEBALL,
    FREE,
    HOLDINGS,
    NOW,
    all_files,
    small_rpki,
    validated,
)

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.issuing.addresses import ServerAddress, example_addresses
from lab.rpki.issuing.errors import ConflictError, IssuingError, RefusedError, UnknownError
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.objects.certificate import CertificateKind, parse_certificate
from lab.rpki.objects.crl import parse_crl
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.tal import parse_tal
from lab.rtr.pdu import MAX_PROVIDERS
from lab.topology.model import Holding

CUSTOMER = "rsync://arin.rpki.example/arin/holders/customer/"
ROA = f"{CUSTOMER}203-0-113-0-24-24-AS64496.roa"
HALF = Prefix.parse("203.0.113.128/25")


def changed(rpki: Rpki, operation: Callable[[], object]) -> set[str]:
    """The URIs whose content an operation changes, new and removed ones included."""
    before = all_files(rpki)
    operation()
    after = all_files(rpki)
    return {uri for uri in before.keys() | after.keys() if before.get(uri) != after.get(uri)}


def serials(rpki: Rpki, ca: str) -> frozenset[int]:
    """The serial numbers on a CA's CRL."""
    return parse_crl(rpki.cas[ca].current.crl_data).revoked


# --- who holds and signs what ---------------------------------------------------------------------------


def test_a_holders_ca_has_exactly_its_prefixes_and_its_as_number() -> None:
    rpki = small_rpki()
    data = all_files(rpki)["rsync://arin.rpki.example/arin/registry/customer.cer"]
    certificate = parse_certificate(data, CertificateKind.CA)
    assert certificate.resources == Resources.of([CUSTOMER_V4, CUSTOMER_V6], [64496])


def test_a_trust_anchor_holds_everything_and_its_rir_what_it_has_registered() -> None:
    rpki = small_rpki()
    assert rpki.cas["arin-ta"].resources == Resources.everything()
    assert rpki.cas["arin"].resources == rpki.cas["arin/customer"].resources


def test_there_are_five_trust_anchors_and_a_tal_for_each() -> None:
    rpki = small_rpki()
    assert [tal.name for tal in rpki.tals()] == ["afrinic", "apnic", "arin", "lacnic", "ripe"]
    for tal in rpki.tals():
        assert parse_tal(tal.to_text(), tal.name) == tal
        certificate = parse_certificate(all_files(rpki)[tal.uris[0]], CertificateKind.TRUST_ANCHOR)
        assert certificate.spki == tal.spki
        assert rpki.trust_anchor_certificate(tal.name) == all_files(rpki)[tal.uris[0]]


def test_an_rir_without_registrations_certifies_nobody() -> None:
    rpki = small_rpki()
    names = {uri.rpartition("/")[2] for uri in rpki.files()["lacnic"]}
    assert names == {"ta.cer", "ta.crl", "ta.mft"}


def test_a_relying_party_takes_exactly_what_was_asked_for() -> None:
    aspas = [Aspa(64496, (64510,)), Aspa(64500, (0,))]
    rpki = small_rpki(aspas=aspas)
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert {(aspa.customer, aspa.providers) for aspa in found.payloads.aspas} == {
        (aspa.customer, aspa.providers) for aspa in aspas
    }
    assert not found.rejected
    assert not found.warnings


def test_the_most_specific_holder_signs() -> None:
    rpki = small_rpki(roas=())
    rpki.transfer(HALF, "eyeball")
    assert rpki.add_roa(HALF, 64500).startswith("rsync://arin.rpki.example/arin/holders/eyeball/")
    assert rpki.add_roa(Prefix.parse("203.0.113.0/26"), 64496).startswith(CUSTOMER)


def test_space_that_nobody_registered_is_certified_by_ripe_as_far_as_it_is_needed() -> None:
    rpki = small_rpki()
    uri = rpki.add_roa(FREE, 64511)
    assert uri == "rsync://ripe.rpki.example/ripe/holders/unregistered/192-0-2-0-24-24-AS64511.roa"
    assert rpki.cas["ripe/unregistered"].resources == Resources.of([FREE])
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)
    rpki.remove_roa(FREE, 64511)
    assert not [uri for uri in all_files(rpki) if "unregistered" in uri]
    assert not validated(rpki).rejected


def test_an_as_that_holds_no_space_has_a_ca_for_its_number() -> None:
    rpki = small_rpki()
    assert rpki.add_aspa(64510, (64511,)).endswith("/ripe/holders/transit/AS64510.asa")
    assert rpki.cas["ripe/transit"].resources == Resources.of(asns=[64510])
    assert rpki.add_aspa(65000, (64511,)).endswith("/ripe/holders/unregistered/AS65000.asa")
    assert set(validated(rpki).payloads.aspas) == set(rpki.aspas)


def test_addresses_are_a_parameter() -> None:
    addresses = {
        name: ServerAddress(
            f"rsync://localhost:8873/{name}/",
            f"https://localhost:8443/{name}/notification.xml",
            (f"https://localhost:8443/{name}/ta.cer", f"rsync://localhost:8873/{name}/ta.cer"),
        )
        for name in example_addresses()
    }
    rpki = Rpki(HOLDINGS, {}, user_key_pool(), NOW, addresses)
    assert rpki.tals()[0].uris == addresses["afrinic"].ta_uris
    certificate = parse_certificate(rpki.trust_anchor_certificate("arin"), CertificateKind.TRUST_ANCHOR)
    assert certificate.notify_uri == addresses["arin"].notification
    assert all(uri.startswith("rsync://localhost:8873/") for uri in all_files(rpki))


def test_the_same_lab_is_the_same_to_the_byte() -> None:
    assert all_files(small_rpki()) == all_files(small_rpki())


# --- what changes ---------------------------------------------------------------------------------------


def test_only_what_changed_is_signed_again() -> None:
    rpki = small_rpki()
    uris = changed(rpki, lambda: rpki.add_roa(CUSTOMER_V4, 64511))
    new = f"{CUSTOMER}203-0-113-0-24-24-AS64511.roa"
    assert uris == {new, f"{CUSTOMER}customer.crl", f"{CUSTOMER}customer.mft"}


def test_what_did_not_change_is_the_same_object() -> None:
    rpki = small_rpki()
    before = rpki.cas["ripe/eyeball"].files()
    rpki.add_roa(CUSTOMER_V4, 64511)
    rpki.advance(NOW + 60)
    assert rpki.cas["ripe/eyeball"].files() is before


def test_a_removed_roa_is_revoked() -> None:
    rpki = small_rpki()
    serial = rpki.cas["arin/customer"].current.products["203-0-113-0-24-24-AS64496.roa"].serial
    rpki.remove_roa(CUSTOMER_V4, 64496)
    assert serial in serials(rpki, "arin/customer")
    assert ROA not in all_files(rpki)
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


def test_an_aspa_takes_the_place_of_the_one_before() -> None:
    rpki = small_rpki(aspas=[Aspa(64496, (64510,))])
    serial = rpki.cas["arin/customer"].current.products["AS64496.asa"].serial
    rpki.add_aspa(64496, (64511, 64510, 64511))
    assert serial in serials(rpki, "arin/customer")
    assert rpki.aspas == (Aspa(64496, (64510, 64511), "arin"),)
    assert set(validated(rpki).payloads.aspas) == set(rpki.aspas)


def test_revoking_a_file_is_the_end_of_it() -> None:
    rpki = small_rpki()
    rpki.revoke("customer", ROA)
    rpki.revoke("customer", "2001-db8-100---48-56-AS64496.roa")
    assert {vrp.prefix for vrp in validated(rpki).payloads.vrps} == {EYEBALL}
    assert {roa.prefix for roa in rpki.roas} == {EYEBALL}


@pytest.mark.parametrize(
    "call", [("customer",), ("arin", "customer.cer")], ids=["by itself", "by its issuer"]
)
def test_a_ca_whose_certificate_was_revoked_is_lost_until_it_is_renewed(call: tuple[str, ...]) -> None:
    rpki = small_rpki()
    serial = rpki.cas["arin"].current.products["customer.cer"].serial
    rpki.revoke(*call)
    assert serial in serials(rpki, "arin")
    assert {vrp.prefix for vrp in validated(rpki).payloads.vrps} == {EYEBALL}
    rpki.renew("customer")
    assert set(validated(rpki).payloads.vrps) == set(rpki.roas)


def test_renewing_signs_everything_of_a_ca_again_and_its_certificate() -> None:
    rpki = small_rpki()
    uris = changed(rpki, lambda: rpki.renew("customer"))
    registry = "rsync://arin.rpki.example/arin/registry/"
    own = {uri for uri in all_files(rpki) if uri.startswith(CUSTOMER)}
    assert uris == own | {f"{registry}{name}" for name in ("customer.cer", "registry.crl", "registry.mft")}
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


# --- key rolls ------------------------------------------------------------------------------------------


def test_while_a_key_is_staged_both_keys_have_a_manifest_and_nothing_is_lost() -> None:
    rpki = small_rpki()
    rpki.start_key_roll("customer")
    names = {uri.removeprefix(CUSTOMER) for uri in all_files(rpki) if uri.startswith(CUSTOMER)}
    assert names >= {"customer.mft", "customer_2.mft", "customer.crl", "customer_2.crl"}
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


def test_after_a_key_roll_the_new_key_has_signed_everything_and_the_old_one_is_revoked() -> None:
    rpki = small_rpki()
    before = rpki.cas["arin/customer"].current
    serial = rpki.cas["arin"].current.products["customer.cer"].serial
    roa = all_files(rpki)[ROA]
    rpki.roll_key("customer")
    ca = rpki.cas["arin/customer"]
    assert ca.current.key.identifier != before.key.identifier
    assert ca.staged is None
    assert serial in serials(rpki, "arin")
    assert all_files(rpki)[ROA] != roa
    assert not [uri for uri in all_files(rpki) if uri.endswith(("/customer.cer", "/customer.mft"))]
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


def test_the_key_of_an_rir_rolls_too() -> None:
    rpki = small_rpki()
    rpki.roll_key("arin")
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


# --- transfers ------------------------------------------------------------------------------------------


def test_a_transfer_moves_the_space_and_revokes_the_old_holders_roas() -> None:
    rpki = small_rpki()
    lost = rpki.transfer(CUSTOMER_V4, "transit")
    assert lost == (Vrp(CUSTOMER_V4, 24, 64496, "arin"),)
    assert rpki.cas["arin/customer"].resources == Resources.of([CUSTOMER_V6], [64496])
    assert rpki.cas["arin/transit"].resources == Resources.of([CUSTOMER_V4], [64510])
    rpki.add_roa(CUSTOMER_V4, 64510)
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


def test_a_part_can_be_transferred_and_a_roa_for_the_whole_goes_with_it() -> None:
    rpki = small_rpki()
    lost = rpki.transfer(HALF, "eyeball")
    assert lost == (Vrp(CUSTOMER_V4, 24, 64496, "arin"),)
    assert rpki.cas["arin/eyeball"].resources == Resources.of([HALF])
    assert {holding.prefix: holding.holder for holding in rpki.holdings} == {
        Prefix.parse("203.0.113.0/25"): "customer",
        HALF: "eyeball",
        CUSTOMER_V6: "customer",
        EYEBALL: "eyeball",
    }
    assert not validated(rpki).rejected


def test_a_holder_that_gives_everything_away_and_its_ca_go_to_rest_and_come_back() -> None:
    rpki = small_rpki()
    rpki.transfer(CUSTOMER_V4, "eyeball")
    assert rpki.transfer(EYEBALL, "customer") == (Vrp(EYEBALL, 24, 64500, "ripe"),)
    assert rpki.cas["ripe/eyeball"].resources == Resources.of(asns=[64500])
    rpki.transfer(CUSTOMER_V4, "customer")
    assert rpki.cas["arin/eyeball"].resources.is_empty
    assert not [uri for uri in all_files(rpki) if "/arin/holders/eyeball/" in uri]
    rpki.transfer(CUSTOMER_V4, "eyeball")
    rpki.add_roa(CUSTOMER_V4, 64500)
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


def test_halves_that_come_together_again_are_one_holding_with_one_ca() -> None:
    rpki = small_rpki()
    quarter = Prefix.parse("203.0.113.192/26")
    before = rpki.holdings
    rpki.transfer(quarter, "eyeball")
    rpki.transfer(quarter, "customer")
    assert rpki.holdings == before
    assert rpki.add_roa(CUSTOMER_V4, 64496) == ROA
    found = validated(rpki)
    assert set(found.payloads.vrps) == set(rpki.roas)
    assert not found.rejected


def test_halves_of_different_status_or_inside_anothers_space_stay_two() -> None:
    halves = (Prefix.parse("203.0.113.0/25"), HALF)
    other_status = (
        Holding(halves[0], "customer", "ARIN", "legacy"),
        Holding(halves[1], "eyeball", "ARIN", "allocated"),
    )
    around = (
        Holding(CUSTOMER_V4, "transit", "ARIN", "allocated"),
        Holding(halves[0], "customer", "ARIN", "allocated"),
        Holding(halves[1], "eyeball", "ARIN", "allocated"),
    )
    for holdings in (other_status, around):
        rpki = Rpki(holdings, ASNS, user_key_pool(), NOW)
        rpki.transfer(HALF, "customer")
        assert [holding.prefix for holding in rpki.holdings] == [holding.prefix for holding in holdings]
        assert {holding.holder for holding in rpki.holdings[-2:]} == {"customer"}


# --- what is refused ------------------------------------------------------------------------------------


def test_a_roa_of_other_space_is_not_what_was_meant():
    with pytest.raises(UnknownError) as refused:
        small_rpki().remove_roa(Prefix.parse("203.0.114.0/24"), 64496)
    assert refused.value.hint == ""


REFUSED: list[tuple[Callable[[Rpki], object], type[IssuingError], str]] = [
    (lambda rpki: rpki.add_roa(CUSTOMER_V4, 64496), ConflictError, "already; it is signed by arin/customer"),
    (lambda rpki: rpki.add_roa(CUSTOMER_V4, 64496, 23), RefusedError, "from 24 to 32, not 23"),
    (lambda rpki: rpki.add_roa(CUSTOMER_V4, 1 << 32), RefusedError, "an ASN has 32 bits"),
    (
        lambda rpki: rpki.remove_roa(CUSTOMER_V4, 64497),
        UnknownError,
        "did you mean 'the ROA 203.0.113.0/24 AS64496'?",
    ),
    (lambda rpki: rpki.add_aspa(64496, ()), RefusedError, "names nobody"),
    (lambda rpki: rpki.add_aspa(64496, (64496,)), RefusedError, "itself"),
    (lambda rpki: rpki.add_aspa(64496, (0, 64510)), RefusedError, "AS0 beside others"),
    (lambda rpki: rpki.add_aspa(64496, range(70000, 80001)), RefusedError, "expected at most 10000"),
    (lambda rpki: rpki.remove_aspa(64500), UnknownError, "the ASPA of AS64500"),
    (lambda rpki: rpki.revoke("custmer"), UnknownError, "did you mean 'arin/customer'?"),
    (lambda rpki: rpki.revoke("customer", "AS64496.asa"), UnknownError, "has signed no 'AS64496.asa'"),
    (lambda rpki: rpki.revoke("ripe-ta"), RefusedError, "take its TAL away"),
    (lambda rpki: rpki.revoke("lacnic"), ConflictError, "lacnic has no certificate"),
    (lambda rpki: rpki.renew("nobody"), UnknownError, "no CA 'nobody'"),
    (lambda rpki: rpki.roll_key("arin-ta"), RefusedError, "its key is in its TAL"),
    (lambda rpki: rpki.finish_key_roll("customer"), ConflictError, "not rolling its key"),
    (lambda rpki: rpki.transfer(FREE, "eyeball"), UnknownError, "nobody holds 192.0.2.0/24; the nearest"),
    (
        lambda rpki: rpki.transfer(Prefix.parse("203.0.112.0/23"), "eyeball"),
        UnknownError,
        "held in it: 203.0.113.0/24",
    ),
    (lambda rpki: rpki.transfer(CUSTOMER_V4, "customer"), ConflictError, "holds 203.0.113.0/24 already"),
    (lambda rpki: rpki.transfer(CUSTOMER_V4, "eyebal"), UnknownError, "did you mean 'eyeball'?"),
]


@pytest.mark.parametrize(("operation", "error", "says"), REFUSED, ids=[says for _, _, says in REFUSED])
def test_what_cannot_be_done_is_explained_and_changes_nothing(
    operation: Callable[[Rpki], object], error: type[IssuingError], says: str
) -> None:
    rpki = small_rpki()
    before = all_files(rpki), rpki.holdings, rpki.roas
    with pytest.raises(error) as caught:
        operation(rpki)
    assert says in str(caught.value)
    assert (all_files(rpki), rpki.holdings, rpki.roas) == before
    rpki.advance(NOW + 1)
    assert all_files(rpki) == before[0]


def test_a_key_cannot_be_rolled_twice_at_once() -> None:
    rpki = small_rpki()
    rpki.start_key_roll("customer")
    with pytest.raises(ConflictError, match="rolling its key already"):
        rpki.roll_key("customer")


def test_a_split_that_would_leave_what_a_third_has_registered_is_refused() -> None:
    other_half = Holding(Prefix.parse("203.0.113.0/25"), "transit", "ARIN", "Reassignment")
    rpki = Rpki((*HOLDINGS, other_half), ASNS, user_key_pool(), NOW)
    with pytest.raises(RefusedError, match=r"transit holds 203\.0\.113\.0/25 in it; transfer .* as a whole"):
        rpki.transfer(HALF, "eyeball")
    rpki.transfer(CUSTOMER_V4, "eyeball")
    assert {holding.prefix: holding.holder for holding in rpki.holdings}[CUSTOMER_V4] == "eyeball"
    assert rpki.cas["arin/transit"].resources == Resources.of([other_half.prefix], [64510])
    assert not validated(rpki).rejected


@pytest.mark.parametrize("name", ["isp_2", "i sp", "../isp", "isp/2", "", "i" * 65, "ïsp", "isp\n"])
def test_a_name_that_cannot_be_in_a_file_name_is_refused(name: str) -> None:
    for holdings, asns in (
        ([Holding(CUSTOMER_V4, name, "ARIN", "allocated")], {}),
        ([], {name: 64496}),
    ):
        with pytest.raises(RefusedError, match="cannot name a holder; expected 1 to 64 letters, digits and"):
            Rpki(holdings, asns, user_key_pool(), NOW)


def test_the_nearest_name_that_would_do_is_told() -> None:
    with pytest.raises(RefusedError, match="'isp-2' would do"):
        Rpki([], {"isp_2": 64496}, user_key_pool(), NOW)


def test_the_largest_aspa_fits_an_rtr_pdu() -> None:
    rpki = small_rpki(roas=())
    rpki.add_aspa(64496, range(70000, 80000))
    (aspa,) = validated(rpki).payloads.aspas
    assert len(aspa.providers) == 10_000 <= MAX_PROVIDERS
