"""Objects as bytes: what is signed says what was asked for, in strict DER."""

from __future__ import annotations

from pathlib import Path
from subprocess import PIPE, run

import pytest
from asn1crypto.cms import ContentInfo
from asn1crypto.crl import CertificateList
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.rpki_small import CUSTOMER_V4, NOW, all_files, small_rpki

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import WIDTH, Prefix
from lab.rpki.issuing.certificates import CaLocations, Issuer, crl, ee_certificate, trust_anchor_certificate
from lab.rpki.issuing.contents import aspa_content, manifest_content, roa_content
from lab.rpki.issuing.encoding import common_name, signed
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.issuing.requests import RoaRequest
from lab.rpki.issuing.signed_objects import sign_content
from lab.rpki.objects import oids
from lab.rpki.objects.aspa import parse_aspa
from lab.rpki.objects.certificate import CertificateKind, parse_certificate
from lab.rpki.objects.crl import parse_crl
from lab.rpki.objects.manifest import parse_manifest
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.roa import parse_roa
from lab.rpki.objects.signed_object import Profile, parse_signed_object

KEY, EE_KEY = user_key_pool().key(0), user_key_pool().key(1)
ISSUER = Issuer(
    common_name("issuer"), KEY.identifier, "rsync://rpki.example/m/ca.cer", "rsync://rpki.example/m/ca/ca.crl"
)
LOCATIONS = CaLocations(
    "rsync://rpki.example/m/ca/", "rsync://rpki.example/m/ca/ca.mft", "https://rpki.example/notify.xml"
)
TIMES = st.integers(0, 253402300799)
ASN = st.integers(0, 0xFFFFFFFF)


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    version = draw(st.sampled_from((4, 6)))
    width = WIDTH[version]
    return Prefix(version, draw(st.integers(0, (1 << width) - 1)), width).supernet(
        draw(st.integers(0, width))
    )


@st.composite
def roa_prefixes(draw: st.DrawFn) -> tuple[Prefix, int]:
    prefix = draw(prefixes())
    return prefix, draw(st.integers(prefix.length, WIDTH[prefix.version]))


# --- contents -------------------------------------------------------------------------------------------


@given(ASN, st.sets(roa_prefixes(), min_size=1, max_size=8))
def test_a_roa_says_what_was_asked_for_in_canonical_order(asn: int, wanted: set[tuple[Prefix, int]]) -> None:
    roa = parse_roa(roa_content(asn, wanted))
    assert roa.asn == asn
    assert list(roa.prefixes) == sorted(wanted)


def test_a_max_length_that_says_nothing_is_left_out() -> None:
    assert len(roa_content(64496, [(CUSTOMER_V4, 25)])) - len(roa_content(64496, [(CUSTOMER_V4, 24)])) == 3


@given(st.integers(1, 0xFFFFFFFF), st.sets(st.integers(1, 0xFFFFFFFF), min_size=1, max_size=8))
def test_an_aspa_says_what_was_asked_for_with_its_providers_ascending(
    customer: int, providers: set[int]
) -> None:
    providers -= {customer}
    if providers:
        wanted = Aspa(customer, tuple(sorted(providers)))
        assert parse_aspa(aspa_content(customer, providers)) == wanted


@given(
    st.integers(0, 2**159 - 1),
    TIMES,
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9_-]{1,20}\.(roa|cer)", fullmatch=True), st.binary(min_size=32, max_size=32)
    ),
)
def test_a_manifest_says_what_was_asked_for(number: int, time: int, files: dict[str, bytes]) -> None:
    time = min(time, 253402300798)
    manifest = parse_manifest(manifest_content(number, time, time + 1, files.items()))
    assert (manifest.number, manifest.this_update, manifest.next_update) == (number, time, time + 1)
    assert dict(manifest.files) == files


# --- certificates and CRLs ------------------------------------------------------------------------------


@settings(max_examples=examples(30))
@given(
    TIMES,
    TIMES,
    st.integers(1, 2**159 - 1),
    st.lists(prefixes(), max_size=6),
    st.lists(st.tuples(ASN, ASN).map(lambda pair: (min(pair), max(pair))), min_size=1, max_size=4),
)
def test_a_certificate_says_what_was_asked_for(
    not_before: int, not_after: int, serial: int, held: list[Prefix], asns: list[tuple[int, int]]
) -> None:
    resources = Resources.of(held, asns)
    template = ee_certificate(
        serial=serial,
        issuer=ISSUER,
        not_before=not_before,
        not_after=not_after,
        spki=EE_KEY.spki,
        resources=resources,
        object_uri="rsync://rpki.example/m/ca/x.roa",
    )
    certificate = parse_certificate(signed(template, KEY), CertificateKind.EE)
    assert (certificate.serial, certificate.not_before, certificate.not_after) == (
        serial,
        not_before,
        not_after,
    )
    assert certificate.resources == resources
    assert (certificate.issuer, certificate.aki, certificate.spki) == (
        ISSUER.name,
        ISSUER.identifier,
        EE_KEY.spki,
    )
    assert (certificate.issuer_uri, certificate.crl_uri) == (ISSUER.certificate_uri, ISSUER.crl_uri)


def test_a_ca_certificate_says_where_the_ca_publishes() -> None:
    template = trust_anchor_certificate(
        serial=1,
        not_before=NOW,
        not_after=NOW + 1,
        spki=KEY.spki,
        resources=Resources.everything(),
        locations=LOCATIONS,
    )
    certificate = parse_certificate(signed(template, KEY), CertificateKind.TRUST_ANCHOR)
    found = certificate.ca_repository, certificate.manifest_uri, certificate.notify_uri
    assert found == (LOCATIONS.repository, LOCATIONS.manifest, LOCATIONS.notification)
    assert certificate.resources == Resources.everything()


@settings(max_examples=examples(20))
@given(st.integers(0, 2**159 - 1), st.dictionaries(st.integers(0, 2**159 - 1), TIMES, max_size=5))
def test_a_crl_says_what_was_asked_for(number: int, revoked: dict[int, int]) -> None:
    template = crl(
        issuer=ISSUER, number=number, this_update=NOW, next_update=NOW + 60, revoked=revoked.items()
    )
    data = signed(template, KEY)
    found = parse_crl(data)
    assert (found.number, found.this_update, found.next_update) == (number, NOW, NOW + 60)
    assert found.revoked == revoked.keys()
    theirs = x509.load_der_x509_crl(data)
    assert {entry.serial_number: int(entry.revocation_date_utc.timestamp()) for entry in theirs} == revoked


# --- held against other software ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published() -> dict[str, bytes]:
    return dict(all_files(small_rpki(aspas=[Aspa(64496, (64510, 64511))])))


def of_kind(published: dict[str, bytes], *endings: str) -> list[bytes]:
    found = [data for uri, data in published.items() if uri.endswith(endings)]
    assert found
    return found


def test_everything_published_is_strict_der_to_asn1crypto(published: dict[str, bytes]) -> None:
    for ending, kind in {
        ".cer": Asn1Certificate,
        ".crl": CertificateList,
        ".roa": ContentInfo,
        ".mft": ContentInfo,
        ".asa": ContentInfo,
    }.items():
        for data in of_kind(published, ending):
            parsed = kind.load(data, strict=True)
            parsed.native  # noqa: B018 - takes all of it apart
            assert parsed.dump(force=True) == data


@pytest.mark.slow
def test_openssl_verifies_the_signature_and_hands_out_the_content(
    published: dict[str, bytes], tmp_path: Path
) -> None:
    for data in of_kind(published, ".roa", ".mft", ".asa"):
        path, out = tmp_path / "object", tmp_path / "content"
        path.write_bytes(data)
        command = ["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", path, "-out", out]
        done = run(command, stderr=PIPE, text=True)
        assert done.returncode == 0, done.stderr
        signed_data = ContentInfo.load(data)["content"]
        assert out.read_bytes() == signed_data["encap_content_info"]["content"].native


def test_cryptography_verifies_certificates_and_crls_of_the_trust_anchor(published: dict[str, bytes]) -> None:
    base = "rsync://arin.rpki.example/arin/"
    anchor = x509.load_der_x509_certificate(published[f"{base}ta.cer"])
    anchor.verify_directly_issued_by(anchor)
    x509.load_der_x509_certificate(published[f"{base}ta/registry.cer"]).verify_directly_issued_by(anchor)
    theirs = x509.load_der_x509_crl(published[f"{base}ta/ta.crl"])
    key = load_der_public_key(small_rpki().tals()[2].spki)
    key.verify(theirs.signature, theirs.tbs_certlist_bytes, PKCS1v15(), theirs.signature_hash_algorithm)


def test_a_signed_object_has_a_signing_time_and_no_binary_one() -> None:
    template = ee_certificate(
        serial=5,
        issuer=ISSUER,
        not_before=NOW,
        not_after=NOW + 60,
        spki=EE_KEY.spki,
        resources=Resources.of([CUSTOMER_V4]),
        object_uri="rsync://rpki.example/m/ca/x.roa",
    )
    content = roa_content(64496, [(CUSTOMER_V4, 24)])
    data = sign_content(oids.ROUTE_ORIGIN_AUTHZ, content, signed(template, KEY), EE_KEY, NOW)
    found = parse_signed_object(data, oids.ROUTE_ORIGIN_AUTHZ, Profile.CURRENT)
    assert found.signing_time == NOW
    assert found.content == content


@given(roa_prefixes(), ASN, roa_prefixes(), ASN)
def test_file_names_of_roas_are_allowed_on_a_manifest_and_differ_as_the_roas_do(
    one: tuple[Prefix, int], asn: int, other: tuple[Prefix, int], other_asn: int
) -> None:
    first, second = RoaRequest(*one, asn), RoaRequest(*other, other_asn)
    assert (first == second) == (first.file_name == second.file_name)
    parse_manifest(manifest_content(1, NOW, NOW + 1, [(first.file_name, bytes(32))]))
