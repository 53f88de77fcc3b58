"""Requests that come twice: replays are refused, equal calls of an honest client are not."""

from __future__ import annotations

import time
from dataclasses import replace

from support.aws_wire import Door, ec2_request, sign

from lab.clouds.aws.wire.replays import Replays

CIDR = {"Cidr": "203.0.113.0/24"}


def _numbered(invocation: str, attempt: int) -> dict[str, str]:
    return {"amz_sdk_invocation_id": invocation, "amz_sdk_request": f"attempt={attempt}; max=3"}


def test_a_replayed_call_is_refused_and_changes_nothing() -> None:
    door = Door()
    request = sign(ec2_request("AdvertiseByoipCidr", CIDR, **_numbered("one", 1)), door.account)
    assert door.front.handle(request).status == 200
    with door.aws.basics.state.transaction():
        door.aws.notes.remove("203.0.113.0/24")
    answer = door.front.handle(request)
    assert answer.status == 400
    assert b"RequestExpired" in answer.body
    assert not door.aws.notes


def test_a_call_without_a_number_of_its_own_is_answered_once() -> None:
    door = Door()
    request = sign(ec2_request("AdvertiseByoipCidr", CIDR), door.account)
    assert [door.front.handle(request).status for _ in range(3)] == [200, 400, 400]


def test_two_equal_calls_and_a_retry_in_one_second_are_answered() -> None:
    door = Door()
    signed = sign(ec2_request("AdvertiseByoipCidr", CIDR), door.account)
    for invocation, attempt in (("one", 1), ("two", 1), ("two", 2)):
        numbers = {name.replace("_", "-"): value for name, value in _numbered(invocation, attempt).items()}
        again = replace(signed, headers={**signed.headers, **numbers})
        assert door.front.handle(again).status == 200


def test_a_new_number_does_not_make_an_old_request_new() -> None:
    now = [time.time()]
    door = Door(lambda: now[0])
    signed = sign(ec2_request("AdvertiseByoipCidr", CIDR), door.account)
    assert door.front.handle(signed).status == 200
    now[0] += 6
    forged = replace(signed, headers={**signed.headers, "amz-sdk-invocation-id": "forged"})
    assert door.front.handle(forged).status == 400


def test_what_only_reads_may_come_as_often_as_one_likes() -> None:
    door = Door()
    request = sign(ec2_request("DescribeByoipCidrs", {"MaxResults": "5"}), door.account)
    assert [door.front.handle(request).status for _ in range(3)] == [200, 200, 200]


def test_what_is_remembered_of_signatures_is_bounded() -> None:
    replays = Replays()
    for number in range(100_050):
        assert replays.is_new(f"s{number}", "", 0.0, 900.0)
    assert len(replays._seen) == 100_000
    assert not replays.is_new("s100049", "", 1.0, 900.0)
    assert replays.is_new("last", "", 901.0, 2000.0)
    assert len(replays._seen) == 1
