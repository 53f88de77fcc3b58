"""The front door: what is answered, what is refused, and what stays on the timeline."""

from __future__ import annotations

import json
import re

import pytest
from support.aws_wire import FORM, Door, ec2_request, sign
from support.aws_world import ACCOUNT

from lab.bgp.prefix import Prefix
from lab.clouds.aws.wire.front import MAX_BODY
from lab.http.messages import HttpRequest, HttpResponse

CIDR = {"Cidr": "203.0.113.0/24"}


def _code(answer: HttpResponse) -> str:
    found = re.search(rb"<Code>(\w+)</Code>", answer.body)
    return found[1].decode() if found else json.loads(answer.body).get("__type", "")


def test_a_call_is_carried_out_for_the_account_and_region_that_signed() -> None:
    door = Door()
    answer = door.front.handle(sign(ec2_request("AdvertiseByoipCidr", CIDR), door.other, region="eu-west-1"))
    assert answer.status == 200
    assert b"<byoipCidr><cidr>203.0.113.0/24</cidr><state>advertised</state></byoipCidr>" in answer.body
    note = door.aws.notes["203.0.113.0/24"]
    assert (note.account, note.region) == (door.other.id, "eu-west-1")


def test_a_dry_run_that_would_succeed_says_so_and_changes_nothing() -> None:
    door = Door()
    answer = door.ec2("AdvertiseByoipCidr", {**CIDR, "DryRun": "true"})
    assert (answer.status, _code(answer)) == (412, "DryRunOperation")
    assert not door.aws.notes
    assert door.ec2("AdvertiseByoipCidr", {**CIDR, "DryRun": "false"}).status == 200


def test_a_dry_run_that_would_fail_says_why() -> None:
    door = Door()
    for number in range(3):
        door.ec2("AdvertiseByoipCidr", {"Cidr": f"192.0.2.{number}/32"})
    answer = door.ec2("AdvertiseByoipCidr", {**CIDR, "DryRun": "true"})
    assert (answer.status, _code(answer)) == (400, "IncorrectState")
    assert len(door.aws.notes) == 3


def test_a_refused_call_changes_nothing_and_is_on_the_timeline() -> None:
    door = Door()
    for number in range(3):
        door.ec2("AdvertiseByoipCidr", {"Cidr": f"192.0.2.{number}/32"})
    before = dict(door.aws.notes)
    assert _code(door.ec2("AdvertiseByoipCidr", CIDR)) == "IncorrectState"
    assert dict(door.aws.notes) == before
    event = door.aws.basics.events[-1]
    assert (event.error, event.prefix) == ("IncorrectState", Prefix.parse("203.0.113.0/24"))
    assert event.text == (
        f"network ({ACCOUNT}) calls AdvertiseByoipCidr 203.0.113.0/24 in us-east-1: IncorrectState"
    )


def test_the_timeline_tells_what_was_asked_and_no_secret() -> None:
    door = Door()
    secret = {"CidrAuthorizationContext.Message": "secret|message", "CidrAuthorizationContext.Signature": "s"}
    answer = door.ec2("ProvisionByoipCidr", {**CIDR, **secret, "PoolTagSpecification.1.Tag.1.Key": "x"})
    assert _code(answer) == "UnsupportedOperation"
    door.ec2("AdvertiseByoipCidr", {"Cidr": "203.0.113.9/24"})
    assert [event.prefix for event in door.aws.basics.events] == [None, None]
    text = repr(door.aws.basics.events)
    assert "secret" not in text
    assert door.account.access_key not in text
    assert door.account.secret_key not in text
    assert answer.headers["x-amzn-requestid"] == door.aws.basics.events[0].request


def test_an_answer_that_no_model_has_is_an_internal_error_and_undone() -> None:
    door = Door()
    answer = door.ec2(
        "MoveByoipCidrToIpam", {"Cidr": "203.0.113.0/24", "IpamPoolId": "a", "IpamPoolOwner": "b"}
    )
    assert (answer.status, _code(answer)) == (500, "InternalError")
    assert answer.headers["x-amzn-requestid"].encode() in answer.body
    assert b"Traceback" not in answer.body
    assert not door.aws.notes
    assert door.aws.basics.events[-1].error == "InternalError"


def test_a_fault_in_an_operation_is_logged_with_the_request(caplog: pytest.LogCaptureFixture) -> None:
    door = Door()
    answer = door.ec2(
        "MoveByoipCidrToIpam", {"Cidr": "203.0.113.0/24", "IpamPoolId": "a", "IpamPoolOwner": "b"}
    )
    assert answer.headers["x-amzn-requestid"] in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("action", "fields", "code", "says"),
    [
        ("AdvertiseByoipCidrs", {}, "InvalidAction", "the nearest is 'AdvertiseByoipCidr'"),
        (
            "ProvisionByoipCidr",
            CIDR,
            "UnsupportedOperation",
            "of ec2; the nearest is 'DeprovisionByoipCidr'",
        ),
        ("RunInstances", {}, "UnsupportedOperation", "does not serve RunInstances"),
        ("AdvertiseByoipCidr", {}, "MissingParameter", "must contain the parameter Cidr"),
        ("AdvertiseByoipCidr", {**CIDR, "Cidrs": "x"}, "UnknownParameter", "Cidrs is not recognized"),
        ("AdvertiseByoipCidr", {"Cidr.1": "x"}, "UnknownParameter", "Cidr is one value"),
        ("AdvertiseByoipCidr", {**CIDR, "Cidr.1": "x"}, "MalformedQueryString", "below"),
        ("AdvertiseByoipCidr", {**CIDR, "Version": "2014-01-01"}, "InvalidAction", "version 2016-11-15"),
        ("AdvertiseByoipCidr", {**CIDR, "DryRun": "yes"}, "InvalidParameterValue", "true or false"),
        ("AdvertiseByoipCidr", {"Cidr": "a\0b"}, "InvalidParameterValue", "a\\x00b"),
        (
            "DescribeByoipCidrs",
            {"MaxResults": "0"},
            "InvalidParameterValue",
            "Value (0) for parameter MaxRes",
        ),
        ("DescribeByoipCidrs", {"MaxResults": "101"}, "InvalidParameterValue", "Expected 1 to 100"),
        ("DescribeByoipCidrs", {"MaxResults": "5x"}, "InvalidParameterValue", "a whole number"),
        ("DescribeByoipCidrs", {"MaxResults": "9" * 10}, "InvalidParameterValue", "of 32 bits"),
    ],
)
def test_what_the_model_does_not_allow_is_refused_by_name(
    action: str, fields: dict[str, str], code: str, says: str
) -> None:
    door = Door()
    answer = door.ec2(action, fields)
    assert (answer.status, _code(answer)) == (400, code)
    assert says in answer.body.decode().replace("&gt;", ">")
    assert not door.aws.notes


def test_a_body_that_is_too_large_is_refused_in_the_shape_of_each_service() -> None:
    door = Door()
    body = b"Action=DescribeByoipCidrs&Version=2016-11-15&x=" + b"a" * MAX_BODY
    for path, service, start in (
        ("/", "ec2", b"<?xml"),
        ("/", "sts", b"<ErrorResponse"),
        ("/createresourceshare", "ram", b"{"),
    ):
        shaped = body.replace(b"2016-11-15", b"2011-06-15") if service == "sts" else body
        answer = door.front.handle(
            sign(HttpRequest("POST", path, {"content-type": FORM}, shaped), door.account, service)
        )
        assert answer.status == 413
        assert answer.body.startswith(start)
        assert b"larger than 65536 bytes" in answer.body


def test_ram_is_asked_and_answers_in_json() -> None:
    door = Door()
    mine, others, both = (
        door.front.handle(
            sign(
                HttpRequest("POST", "/getresourceshares", {"content-type": "application/json"}, body),
                door.account,
                "ram",
            )
        )
        for body in (
            b'{"resourceOwner": "SELF"}',
            b'{"resourceOwner": "OTHER-ACCOUNTS"}',
            b'{"resourceOwner": "BOTH"}',
        )
    )
    assert json.loads(mine.body) == {"resourceShares": [{"name": "mine", "owningAccountId": ACCOUNT}]}
    assert (others.status, others.headers["x-amzn-errortype"]) == (400, "UnknownResourceException")
    assert (both.status, both.headers["x-amzn-errortype"]) == (400, "InvalidParameterException")


@pytest.mark.parametrize(
    "body",
    [b"[" * 60000, b"[]", b"{", b'{"resourceOwner":NaN}', b'{"resourceOwner":"SELF","resourceOwner":"SELF"}',
     b"\xff", b'{"resourceOwner":"SELF","maxResults":1e999}', b'{"resourceOwner":"SELF","maxResults":true}',
     b'{"resourceOwner":"SELF","tagFilters":{}}', b'{"resourceOwner":null}', b'{"resourceOwner":{}}',
     b'{"resourceOwner":"SELF","maxResults":' + b"9" * 5000 + b"}", b'{"resourceowner":"SELF"}', b""],
)  # fmt: skip
def test_json_that_ram_cannot_mean_is_refused(body: bytes) -> None:
    door = Door()
    request = HttpRequest("POST", "/getresourceshares", {"content-type": "application/json"}, body)
    answer = door.front.handle(sign(request, door.account, "ram"))
    assert answer.status == 400
    assert set(json.loads(answer.body)) == {"__type", "message"}


def test_requests_that_are_none_of_these_services_are_answered_all_the_same() -> None:
    door = Door()
    for method, target in (("PUT", "/"), ("POST", "/x"), ("GET", "/getresourceshares"), ("GET", "/")):
        for service in ("ec2", "ram", "sts"):
            answer = door.front.handle(sign(HttpRequest(method, target), door.account, service))
            assert answer.status in (400, 404), (method, target)
