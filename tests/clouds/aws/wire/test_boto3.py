"""boto3 itself, over a socket, against the front in an HTTP server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError
from support.aws_wire import Door
from support.aws_world import ACCOUNT

from lab.clouds.aws.accounts import Account
from lab.http.server import HttpServer

Client = Callable[..., object]


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(door: Door) -> Iterator[Client]:
    with ThreadPoolExecutor(1) as owner:
        server = HttpServer({"/": door.front.handle}, owner.submit)

        def make(service: str, account: Account = door.account, region: str = "us-east-1"):
            return boto3.client(
                service,
                region_name=region,
                endpoint_url=server.url,
                aws_access_key_id=account.access_key,
                aws_secret_access_key=account.secret_key,
                config=Config(retries={"total_max_attempts": 1}),
            )

        yield make
        server.close()


def test_sts_says_who_calls(door: Door, client: Client) -> None:
    assert client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert client("sts", door.other).get_caller_identity()["Account"] == door.other.id


def test_an_error_has_its_code_message_and_status(client: Client) -> None:
    with pytest.raises(ClientError) as refused:
        client("ec2").describe_byoip_cidrs(MaxResults=1000)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    assert "Value (1000) for parameter MaxResults" in refused.value.response["Error"]["Message"]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RequestId"]


def test_an_error_of_ram_is_the_exception_that_its_model_has(client: Client) -> None:
    ram = client("ram")
    with pytest.raises(ram.exceptions.UnknownResourceException, match="nobody shares"):
        ram.get_resource_shares(resourceOwner="OTHER-ACCOUNTS")


def test_a_dry_run_is_answered_with_412(client: Client) -> None:
    with pytest.raises(ClientError) as refused:
        client("ec2").advertise_byoip_cidr(Cidr="203.0.113.0/24", DryRun=True)
    assert refused.value.response["Error"]["Code"] == "DryRunOperation"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_a_body_that_is_too_large_is_an_error_that_boto3_can_read(client: Client) -> None:
    with pytest.raises(ClientError) as refused:
        client("ec2").provision_byoip_cidr(Cidr="203.0.113.0/24", Description="a" * 200_000)
    assert refused.value.response["Error"]["Code"] == "RequestEntityTooLarge"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_pages_are_followed_to_the_end(client: Client) -> None:
    ec2 = client("ec2")
    cidrs = [f"203.0.113.{number}/32" for number in range(3)]
    for cidr in cidrs:
        ec2.advertise_byoip_cidr(Cidr=cidr)
    pages = ec2.get_paginator("describe_byoip_cidrs").paginate(PaginationConfig={"PageSize": 2})
    assert [[found["Cidr"] for found in page["ByoipCidrs"]] for page in pages] == [cidrs[:2], cidrs[2:]]


def test_equal_calls_in_one_second_are_all_answered(client: Client) -> None:
    ec2 = client("ec2")
    for _ in range(10):
        assert ec2.advertise_byoip_cidr(Cidr="203.0.113.0/24")["ByoipCidr"]["State"] == "advertised"
        assert ec2.describe_byoip_cidrs(MaxResults=5)["ByoipCidrs"]


def test_a_presigned_url_is_answered(door: Door, client: Client) -> None:
    url = client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    answer = urllib3.request("GET", url)
    assert answer.status == 200
    assert ACCOUNT.encode() in answer.data


def test_calls_of_many_clients_at_once_are_carried_out_by_one_thread(door: Door, client: Client) -> None:
    clients = [client("ec2") for _ in range(4)]
    threads: set[str] = set()
    perform = door.aws.perform

    def watched(action: Callable[[], object], *, rehearse: bool = False) -> object:
        threads.add(threading.current_thread().name)
        return perform(action, rehearse=rehearse)

    door.aws.perform = watched  # type: ignore[method-assign]
    with ThreadPoolExecutor(4) as crowd:
        asked: list[Future[dict]] = [
            crowd.submit(ec2.advertise_byoip_cidr, Cidr="203.0.113.0/24") for ec2 in clients * 5
        ]
        assert all(one.result()["ByoipCidr"] for one in asked)
    assert len(threads) == 1


@pytest.mark.parametrize(
    ("service", "operation"), [("s3", "list_buckets"), ("iam", "list_users"), ("dynamodb", "list_tables")]
)
def test_clients_of_other_services_are_told_that_they_are_not_here(
    client: Client, service: str, operation: str
) -> None:
    with pytest.raises(ClientError, match="the lab serves ec2, ram, sts") as refused:
        getattr(client(service), operation)()
    assert refused.value.response["Error"]["Code"] in (
        "UnsupportedOperation",
        "OperationNotPermittedException",
    )
