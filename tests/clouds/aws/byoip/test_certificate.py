"""Certificates in RDAP remarks: found however they are wrapped, and judged."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from support.aws_world import START
from support.byoip_customer import CUSTOMER

from lab.clouds.aws.byoip.certificate import Published, published
from lab.clouds.aws.byoip.customer import Customer
from lab.registry.records import Remark

LINE = CUSTOMER.certificate(START)
DAY = 86400.0
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def found(*lines: str, now: float = START) -> Published:
    return published([Remark("Registration Comments", lines)], now)


def numbers(result: Published) -> set[int]:
    return {key.public_numbers().n for key in result.keys}


@pytest.mark.seed(26, 29, 33)
def test_a_certificate_on_one_line_is_found() -> None:
    result = found("Please call before you dig", LINE)
    assert len(result.keys) == 1
    assert result.faults == ()


@pytest.mark.seed(29)
@given(st.integers(1, 1400), st.sampled_from(["one remark", "many remarks"]))
def test_wrapping_does_not_matter(width: int, how: str) -> None:
    lines = tuple(LINE[start : start + width] for start in range(0, len(LINE), width))
    remarks = (
        [Remark("descr", lines)] if how == "one remark" else [Remark("descr", (line,)) for line in lines]
    )
    assert numbers(published(remarks, START)) == numbers(found(LINE))


@given(st.sampled_from(["\n", "\r\n", "  ", "\t"]))
def test_white_space_inside_a_line_does_not_matter(space: str) -> None:
    wrapped = CUSTOMER.certificate(START, width=64)
    assert len(found(wrapped.replace("\n", space)).keys) == 1


def test_several_certificates_are_all_found() -> None:
    other = Customer("other").certificate(START)
    result = found(LINE, "the old one:", other)
    assert len(numbers(result)) == 2


@pytest.mark.seed(27)
def test_a_certificate_counts_between_its_dates() -> None:
    assert found(LINE, now=START + 365 * DAY).keys
    expired = found(LINE, now=START + 365 * DAY + 1)
    assert expired.keys == ()
    assert expired.faults == ("the certificate expired on 2028-01-15; today is 2028-01-15",)
    early = found(CUSTOMER.certificate(START, starts_in_days=2))
    assert early.keys == ()
    assert "valid from 2027-01-17 08:00:00 on; now it is 2027-01-15 " in early.faults[0]


def test_a_good_certificate_counts_beside_an_expired_one() -> None:
    result = found(CUSTOMER.certificate(START - 20 * DAY, days=10), LINE)
    assert len(result.keys) == 1
    assert len(result.faults) == 1


@pytest.mark.seed(25)
def test_a_key_must_have_2048_bits() -> None:
    assert found(Customer("long", 3072).certificate(START)).keys
    result = found(Customer("short", 1024).certificate(START))
    assert result.faults == ("the certificate's RSA key has 1024 bits, expected 2048 or more",)


@pytest.mark.seed(25)
def test_a_key_must_be_rsa() -> None:
    result = found(_elliptic())
    assert result.keys == ()
    assert "not RSA" in result.faults[0]


@pytest.mark.seed(29)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LINE[:600], "END CERTIFICATE----- is missing"),
        (LINE.removeprefix("-----BEGIN CERTIFICATE-----"), "BEGIN CERTIFICATE----- is missing"),
        (
            LINE.removeprefix("-----BEGIN CERTIFICATE-----").removesuffix("-----END CERTIFICATE-----"),
            "without",
        ),
        (LINE.replace("MII", "MIJ", 1), "no X.509 certificate"),
        (LINE[:200] + "…" + LINE[201:], "not base64"),
        (LINE[:200] + LINE[204:], "no X.509 certificate"),
        ("-----BEGIN CERTIFICATE----------END CERTIFICATE-----", "no X.509 certificate"),
        ("-----BEGIN CERTIFICATE REQUEST-----MII-----END CERTIFICATE REQUEST-----", "needs -x509"),
        ("-----BEGIN PUBLIC KEY-----MII-----END PUBLIC KEY-----", "a public key alone"),
        ("-----BEGIN RSA PRIVATE KEY-----MII", "known to everybody now"),
        ("-----BEGIN PRIVATE KEY-----MII", "known to everybody now"),
        ("-----BEGIN OPENSSH KEY-----MII", "OPENSSHKEY"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(text: str, reason: str) -> None:
    result = found(text)
    assert result.keys == ()
    assert reason in result.faults[0]


def test_remarks_about_something_else_are_no_fault() -> None:
    assert found("Abuse: see https://example.com/abuse", "MIIS is not a certificate") == Published()


@given(
    st.lists(st.text(max_size=40) | st.just("-----BEGIN CERTIFICATE-----") | st.just(LINE[27:60]), max_size=8)
)
def test_no_remarks_make_trouble(lines: list[str]) -> None:
    assert published([Remark("", tuple(lines))], START).keys == ()


def _elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    start = datetime.fromtimestamp(START, UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    return certificate.decode()


@pytest.mark.parametrize("version", [3, 7, 127])
def test_a_certificate_of_a_version_that_does_not_exist_is_a_fault_of_the_certificate(version: int) -> None:
    der = base64.b64decode(LINE.removeprefix(BEGIN).removesuffix(END))
    strange = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a0030201") + bytes([version]), 1)
    result = found(f"{BEGIN}{base64.b64encode(strange).decode()}{END}")
    assert result.keys == ()
    assert "no X.509 certificate" in result.faults[0]
