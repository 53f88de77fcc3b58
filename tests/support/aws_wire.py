"""A front of AWS over a small domain of its own, and requests signed as botocore signs them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, REGION, basics_with

from lab.clouds.aws.accounts import Account, Accounts
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Members, Operation, Parameters
from lab.clouds.aws.wire.front import AwsFront
from lab.http.messages import HttpRequest, HttpResponse
from lab.state.state import State

HOST = "127.0.0.1:4500"
EC2_VERSION = "2016-11-15"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class Note:
    """A record of the small domain: a range that somebody advertises."""

    account: str
    region: str
    cidr: str


class SmallAws:
    """Accounts, a real state with one table, and calls carried out as a whole, as `Aws` does it."""

    def __init__(self, state: State | None = None) -> None:
        self.basics = basics_with(state=state)
        with self.basics.state.transaction():
            self.accounts = Accounts(self.basics)
            self.notes = self.basics.state.table("notes", Note)

    def work(self) -> None:
        """Nothing in it waits."""

    def perform(self, action: Callable[[], Any], *, rehearse: bool = False) -> Any:
        with self.basics.state.transaction(commit=not rehearse):
            return action()


def advertise(aws: SmallAws, caller: Caller, asked: Parameters) -> Members:
    aws.notes.put(asked["Cidr"], Note(caller.account, caller.region, asked["Cidr"]))
    if len(aws.notes) > 3:
        raise AwsError("IncorrectState", "A fourth range is too many")
    return {"ByoipCidr": {"Cidr": asked["Cidr"], "State": "advertised", "Description": None}}


def describe(aws: SmallAws, caller: Caller, asked: Parameters) -> Members:
    token = asked.get("NextToken", "0")
    if not token.isdecimal():
        raise AwsError("InvalidPaginationToken", "The token is none of ours")
    first = int(token)
    cidrs = list(aws.notes)[first : first + asked["MaxResults"]]
    more = first + len(cidrs)
    return {
        "ByoipCidrs": [{"Cidr": cidr, "State": "advertised"} for cidr in cidrs],
        "NextToken": str(more) if more < len(aws.notes) else None,
    }


def break_down(aws: SmallAws, caller: Caller, asked: Parameters) -> Members:
    aws.notes.put("broken", Note(caller.account, caller.region, "broken"))
    return {"ByoipCidr": {"State": "pending-transfer"}}


def shares(aws: SmallAws, caller: Caller, asked: Parameters) -> Members:
    if asked["resourceOwner"] == "OTHER-ACCOUNTS":
        raise AwsError("UnknownResourceException", "nobody shares anything")
    return {"resourceShares": [{"name": "mine", "owningAccountId": caller.account}]}


def identity(aws: SmallAws, caller: Caller, asked: Parameters) -> Members:
    return {"Account": caller.account, "UserId": caller.account, "Arn": f"arn:aws:iam::{caller.account}:root"}


def small_operations() -> dict[tuple[str, str], Operation]:
    """A few operations of the small domain. MoveByoipCidrToIpam answers what no model has."""
    return {
        ("ec2", "AdvertiseByoipCidr"): advertise,
        ("ec2", "DeprovisionByoipCidr"): advertise,
        ("ec2", "DescribeByoipCidrs"): describe,
        ("ec2", "MoveByoipCidrToIpam"): break_down,
        ("ram", "GetResourceShares"): shares,
        ("sts", "GetCallerIdentity"): identity,
    }  # type: ignore[dict-item]


class Door:
    """A front over a SmallAws, and what clients of it hold."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.aws = SmallAws()
        self.front = AwsFront(self.aws, small_operations(), clock)  # type: ignore[arg-type]
        self.account = self.aws.accounts.all()[0]
        self.other = self.aws.accounts.all()[1]
        assert (self.account.id, self.other.id) == (ACCOUNT, OTHER_ACCOUNT)

    def ec2(self, action: str, fields: Mapping[str, str] | None = None, **headers: str) -> HttpResponse:
        """Ask EC2, properly signed."""
        return self.front.handle(sign(ec2_request(action, fields, **headers), self.account))


def ec2_request(action: str, fields: Mapping[str, str] | None = None, **headers: str) -> HttpRequest:
    """An unsigned request; in names of headers, underscores are dashes."""
    body = urlencode({"Action": action, "Version": EC2_VERSION, **(fields or {})}).encode()
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest("POST", "/", {"content-type": FORM, **more}, body)


def sign(
    request: HttpRequest,
    account: Account,
    service: str = "ec2",
    region: str = REGION,
    *,
    token: str | None = None,
    presigned: bool = False,
) -> HttpRequest:
    """The request with botocore's signature of this moment, in a header or in the query."""
    # SDKs number their calls after they have signed.
    numbers = {name: value for name, value in request.headers.items() if name.startswith("amz-sdk-")}
    headers = {name: value for name, value in request.headers.items() if name not in numbers}
    raw = AWSRequest(request.method, f"http://{HOST}{request.target}", headers, request.body)
    credentials = Credentials(account.access_key, account.secret_key, token)
    (SigV4QueryAuth if presigned else SigV4Auth)(credentials, service, region).add_auth(raw)
    signed = {name.lower(): value for name, value in raw.headers.items()}
    return HttpRequest(
        request.method, raw.url.partition(HOST)[2], {"host": HOST, **signed, **numbers}, request.body
    )
