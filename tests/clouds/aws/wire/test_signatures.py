"""Signature Version 4: botocore signs, we verify."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.aws_wire import Door, ec2_request, sign

from lab.clouds.aws.accounts import Account
from lab.clouds.aws.wire.claims import Claim, read_claim
from lab.clouds.aws.wire.refusals import RefusedError
from lab.clouds.aws.wire.sigv4 import is_signed
from lab.http.messages import HttpRequest

ACCOUNT = Account("123456789012", "network", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SIGNED = sign(ec2_request("AdvertiseByoipCidr", {"Cidr": "203.0.113.0/24"}), ACCOUNT)


def _holds(request: HttpRequest) -> bool:
    try:
        return is_signed(request, read_claim(request), ACCOUNT.secret_key)
    except RefusedError:
        return False


def test_the_published_example_of_a_get_request_verifies() -> None:
    """get-vanilla of AWS's Signature Version 4 test suite."""
    request = HttpRequest("GET", "/", {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"})
    claim = Claim(
        "AKIDEXAMPLE", "20150830T123600Z", 0.0, "us-east-1", "service", ("host", "x-amz-date"),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", 900, False,
    )  # fmt: skip
    assert is_signed(request, claim, ACCOUNT.secret_key)
    assert not is_signed(request, replace(claim, region="us-east-2"), ACCOUNT.secret_key)


@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.lists(st.text("ab-_.~", min_size=1, max_size=4).filter(lambda step: step.strip("."))),
    st.lists(st.tuples(st.text("ab%20", max_size=3), st.text("cd%2F=", max_size=4)), max_size=3),
    st.binary(max_size=50),
    st.booleans(),
)
def test_what_botocore_signs_verifies(
    method: str, steps: list[str], query: list[tuple[str, str]], body: bytes, presigned: bool
) -> None:
    fields = "&".join(f"{name}={value}" for name, value in query if not presigned)
    target = f"/{'/'.join(steps)}" + (f"?{fields}" if fields else "")
    request = HttpRequest(method, target, {}, b"" if presigned else body)
    assert _holds(sign(request, ACCOUNT, presigned=presigned))


@pytest.mark.parametrize("part", ["method", "target", "body", "host", "x-amz-date", "content-type"])
def test_a_change_of_any_one_byte_of_what_is_signed_is_refused(part: str) -> None:
    value = {"method": SIGNED.method, "target": SIGNED.target, "body": SIGNED.body.decode()}.get(
        part, SIGNED.headers.get(part)
    )
    for at in range(len(value)):
        for other in "aA0%":
            if value[at] in (other, " "):
                continue
            text = value[:at] + other + value[at + 1 :]
            if part == "body":
                changed = replace(SIGNED, body=text.encode())
            elif part in ("method", "target"):
                changed = replace(SIGNED, **{part: text})
            else:
                changed = replace(SIGNED, headers={**SIGNED.headers, part: text})
            assert not _holds(changed), (part, text)


def test_a_change_of_any_one_byte_of_the_claim_is_refused() -> None:
    """The key's name is the one part that the signature does not cover: it only says whose secret to take."""
    door = Door()
    signed = sign(ec2_request("DescribeByoipCidrs", {"MaxResults": "5"}), door.account)
    assert door.front.handle(signed).status == 200
    value = signed.headers["authorization"]
    for at in range(len(value)):
        for other in "aB7/":
            if value[at] not in (other, " "):
                text = value[:at] + other + value[at + 1 :]
                answer = door.front.handle(replace(signed, headers={**signed.headers, "authorization": text}))
                assert answer.status in (400, 401, 403), text


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, b"MissingAuthenticationToken"),
        ("", b"IncompleteSignature"),
        ("Basic abc", b"IncompleteSignature"),
        ("AWS4-HMAC-SHA256 ", b"IncompleteSignature"),
        ("AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host;x-amz-date, Signature=0", b"IncompleteSig"),
        ("AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/ec2/aws4_request, Signature=0", b"SignedHeaders"),
    ],
)
def test_a_request_without_a_whole_signature_is_told_what_is_missing(header: str | None, code: bytes) -> None:
    door = Door()
    headers = {} if header is None else {"authorization": header, "x-amz-date": "20260101T000000Z"}
    answer = door.front.handle(replace(ec2_request("DescribeByoipCidrs"), headers=headers))
    assert answer.status in (400, 403)
    assert code in answer.body


def test_host_and_date_must_be_signed() -> None:
    for name in ("host", "x-amz-date"):
        text = SIGNED.headers["authorization"].replace(f"{name};", "").replace(f";{name}", "")
        with pytest.raises(RefusedError, match=name):
            read_claim(replace(SIGNED, headers={**SIGNED.headers, "authorization": text}))


def test_a_payload_hash_in_a_header_cannot_stand_for_another_body() -> None:
    request = ec2_request("AdvertiseByoipCidr", {"Cidr": "203.0.113.0/24"})
    unsigned = replace(request, headers={**request.headers, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert not _holds(sign(unsigned, ACCOUNT))


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (890, 200), (-890, 200), (910, 400), (-910, 400)])
def test_a_signature_is_good_for_a_quarter_of_an_hour_either_way(seconds: float, status: int) -> None:
    door = Door(lambda: time.time() + seconds)
    answer = door.ec2("DescribeByoipCidrs", {"MaxResults": "5"})
    assert answer.status == status
    assert (b"RequestExpired" in answer.body) == (status == 400)


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (3500, 200), (3700, 400)])
def test_a_presigned_url_is_good_until_it_expires(seconds: float, status: int) -> None:
    door = Door(lambda: time.time() + seconds)
    request = HttpRequest("GET", "/?Action=DescribeByoipCidrs&Version=2016-11-15&MaxResults=5")
    assert door.front.handle(sign(request, door.account, presigned=True)).status == status


def test_an_unknown_key_and_a_wrong_secret_are_refused_with_each_services_code() -> None:
    door = Door()
    wrong = replace(door.account, secret_key="another")
    for account, codes in (
        (ACCOUNT, {"ec2": b"AuthFailure", "sts": b"InvalidClientTokenId", "ram": b"UnrecognizedClient"}),
        (wrong, {"ec2": b"AuthFailure", "sts": b"SignatureDoesNotMatch", "ram": b"InvalidSignature"}),
    ):
        for service, code in codes.items():
            answer = door.front.handle(sign(ec2_request("X"), account, service))
            assert code in answer.body
            assert answer.status == (401 if service == "ec2" else 403)


def test_session_tokens_unknown_regions_and_other_services_are_refused_with_the_reason() -> None:
    door = Door()
    request = ec2_request("DescribeByoipCidrs", {"MaxResults": "5"})
    assert b"temporary credentials" in door.front.handle(sign(request, door.account, token="t")).body
    nowhere = door.front.handle(sign(request, door.account, region="us-east-9"))
    assert nowhere.status == 401
    assert b"us-east-9, which AWS does not have; the nearest is 'us-east-" in nowhere.body
    assert b"signed for s3; the lab serves ec2" in door.front.handle(sign(request, door.account, "s3")).body
    assert door.front.handle(sign(request, door.account, region="us-gov-west-1")).status == 200
