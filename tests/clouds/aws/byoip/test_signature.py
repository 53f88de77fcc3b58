"""Signatures under a message: what openssl makes, and what people make of it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from support.aws_world import ACCOUNT, START
from support.byoip_customer import ANOTHER, CUSTOMER, RANGE, signed

from lab.clouds.aws.byoip import signature
from lab.clouds.aws.byoip.authorization import Authorization, message_faults
from lab.clouds.aws.byoip.certificate import published
from lab.clouds.aws.byoip.customer import Customer
from lab.clouds.aws.byoip.signature import SignatureError
from lab.registry.records import Remark
from lab.topology.cloud_vocabulary import SigningMistake

OPENSSL = json.loads(
    (Path(__file__).parents[3] / "data" / "aws" / "openssl.json").read_text(encoding="utf-8")
)


def keys(*customers: Customer) -> tuple:
    remarks = [Remark("", (customer.certificate(START),)) for customer in customers or (CUSTOMER,)]
    return published(remarks, START).keys


ODD = Customer("odd", 2049)
ODD_KEYS = keys(ODD)


def check(authorization: Authorization, *customers: Customer) -> None:
    content = signature.decode(authorization.signature)
    signature.check(authorization.message, content, keys(*customers))


def subject(line: str) -> str:
    body = re.sub("-----[A-Z ]+-----", "", line)
    return x509.load_der_x509_certificate(base64.b64decode(body)).subject.rfc4514_string()


@pytest.mark.seed(25, 26, 27, 28, 36, 37, 38)
def test_what_openssl_makes_of_the_documents_commands_is_right() -> None:
    found = published([Remark("", (OPENSSL["certificate"],))], START)
    assert found.faults == ()
    assert [key.key_size for key in found.keys] == [2048]
    assert subject(OPENSSL["certificate"]) == subject(CUSTOMER.certificate(START))
    assert message_faults(OPENSSL["message"], ACCOUNT, RANGE, START) == []
    signature.check(OPENSSL["message"], signature.decode(OPENSSL["signature"]), found.keys)


@pytest.mark.seed(37)
@pytest.mark.parametrize(
    ("which", "text"),
    [
        ("long_salt", "a salt of 222 bytes, expected 32"),
        ("pkcs1", "PKCS #1 v1.5"),
        ("line_break", "echo -n"),
    ],
)
def test_what_openssl_makes_of_other_commands_is_told_apart(which: str, text: str) -> None:
    found = published([Remark("", (OPENSSL["certificate"],))], START)
    with pytest.raises(SignatureError, match=text):
        signature.check(OPENSSL["message"], signature.decode(OPENSSL[which]), found.keys)


@pytest.mark.seed(37)
def test_the_customers_signature_is_as_openssls() -> None:
    check(signed())
    check(CUSTOMER.authorization(ACCOUNT, RANGE, START))
    assert CUSTOMER.authorization(ACCOUNT, RANGE, START).message == signed().message


@pytest.mark.seed(37, 38)
@pytest.mark.parametrize(
    ("mistake", "text"),
    [
        (SigningMistake.PKCS1, "rsa_padding_mode:pss"),
        (SigningMistake.SHA1, "SHA-1; sign with -sha256"),
        (SigningMistake.LONG_SALT, "a salt of 222 bytes, expected 32.*rsa_pss_saltlen:-1"),
        (SigningMistake.PLAIN_BASE64, "plain base64 alphabet"),
        (SigningMistake.WRAPPED, 'tr -d "\\\\n"'),
    ],
)
def test_each_mistake_of_the_signing_is_named(mistake: SigningMistake, text: str) -> None:
    with pytest.raises(SignatureError, match=text):
        check(signed(mistake=mistake))


@pytest.mark.seed(37)
def test_another_key_and_another_message_are_told_apart() -> None:
    with pytest.raises(SignatureError, match="another key than the published one"):
        check(signed(customer=ANOTHER))
    with pytest.raises(SignatureError, match="over another message than the one sent"):
        check(replace(signed(), message=signed(days=366).message))
    with pytest.raises(SignatureError, match="echo -n"):
        check(replace(CUSTOMER.sign(signed().message + "\n"), message=signed().message))


def test_any_of_several_published_keys_may_have_signed() -> None:
    other = Customer("somebody else")
    check(signed(), other, CUSTOMER)
    with pytest.raises(SignatureError, match="another key"):
        check(signed(), other)


def test_a_signature_of_another_length_is_said_to_be() -> None:
    larger = Customer("larger", 3072)
    with pytest.raises(SignatureError, match="256 bytes; a signature by the published key has 384"):
        check(signed(), larger)


def test_keys_whose_length_is_no_multiple_of_eight_are_told_the_salt_of_too() -> None:
    with pytest.raises(SignatureError, match="a salt of 222 bytes"):
        check(signed(mistake=SigningMistake.LONG_SALT, customer=ODD), ODD)


@pytest.mark.seed(38)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("ab cd", "white space"),
        ("abc!", "'!'"),
        ("ab_d", "'_' in the middle"),
        ("abcde", "cut off"),
    ],
)
def test_what_is_not_in_the_alphabet_is_named(text: str, reason: str) -> None:
    with pytest.raises(SignatureError, match=reason):
        signature.decode(text)


@pytest.mark.seed(38)
@given(st.binary(min_size=1, max_size=300))
def test_the_alphabet_is_that_of_tr(content: bytes) -> None:
    text = signature.encode(content)
    assert signature.decode(text) == content
    assert not set(text) & set("+/=\n")


@given(st.binary(max_size=300) | st.binary(min_size=257, max_size=257))
def test_no_random_bytes_are_taken_for_a_signature(content: bytes) -> None:
    with pytest.raises(SignatureError):
        signature.check("1|aws|", content, keys())
    with pytest.raises(SignatureError):
        signature.check("1|aws|", content, ODD_KEYS)
