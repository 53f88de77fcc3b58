"""Servers that speak EC2, each in a process of its own, for aws_api.py: a lab, and moto."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from rtr_scale import free_port

from lab.bgp.prefix import Prefix
from lab.cli.runs import find_run
from lab.clouds.aws.byoip.customer import Customer
from lab.scenario.asking import ask

LISTED: Final = 5
"""What an answer lists, and the most ranges that an account brings to a region."""
_REGION: Final = "us-east-1"
_CUSTOMER: Final = Customer("benchmark")

Call = tuple[str, dict[str, Any]]
"""A method of boto3's EC2 client, and its arguments."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls: `id` is twelve digits."""

    id: str
    access_key: str
    secret_key: str


@dataclass(slots=True)
class Server:
    """Somebody to call. The first account is the one that `listing` lists LISTED things for."""

    name: str
    pid: int
    url: str
    accounts: list[Account]
    listing: Call
    up: float
    """Seconds from its start until it listened."""
    first: float = 0.0
    """Seconds until the first call after that was answered."""


class Client:
    """boto3's client of EC2 for any account: it keeps its connection, and does not try again."""

    def __init__(self, url: str) -> None:
        session = botocore.session.Session()
        session.set_credentials("nobody", "nothing")
        self._credentials = session.get_credentials()
        self._ec2 = boto3.Session(botocore_session=session).client(
            "ec2", _REGION, endpoint_url=url, config=Config(retries={"total_max_attempts": 1})
        )

    def call(self, account: Account, asked: Call) -> str:
        """One call: "", or the code it was refused with."""
        self._credentials.access_key = account.access_key
        self._credentials.secret_key = account.secret_key
        try:
            getattr(self._ec2, asked[0])(**asked[1])
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""


def provision(account: Account, number: int) -> Call:
    """The call that brings the range of that number, with a signed message."""
    prefix = Prefix(4, (10 << 24) + (number << 8), 24)
    signed = _CUSTOMER.authorization(account.id, prefix, time.time())
    context = {"Message": signed.message, "Signature": signed.signature}
    return "provision_byoip_cidr", {"Cidr": str(prefix), "CidrAuthorizationContext": context}


@contextmanager
def lab_up(file: Path, *options: str) -> Iterator[tuple[int, Path, float]]:
    """`lab up` on the simulator: the process, the directory of the run, and the seconds until it was up."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "lab", "up", str(file), "--engine", "sim", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            run = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")["run"]
            yield process.pid, find_run(run), time.perf_counter() - began
        finally:
            process.terminate()


@contextmanager
def lab(name: str, directory: Path, accounts: int, *options: str) -> Iterator[Server]:
    """`lab up` on the simulator with that many accounts; the first has brought its ranges."""
    file = directory / "lab.yaml"
    file.write_text(_topology(accounts))
    with lab_up(file, *options) as (pid, run, up):
        known = [ask(run, {"show": "aws-env", "account": f"a{n}"}) for n in range(accounts)]
        callers = [Account(each["account"], each["access_key"], each["secret_key"]) for each in known]
        listing: Call = ("describe_byoip_cidrs", {"MaxResults": 100})
        server = Server(name, pid, known[0]["endpoint"], callers, listing, up)
        _prepare(server, [provision(callers[0], number) for number in range(LISTED)])
        yield server


@contextmanager
def moto(command: Sequence[str]) -> Iterator[Server]:
    """moto's server, which takes any key; its account has allocated addresses."""
    port = free_port()
    began = time.perf_counter()
    with subprocess.Popen([*command, "-p", str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            while not _listens(port):
                if process.poll() is not None:
                    raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
                time.sleep(0.02)
            up = time.perf_counter() - began
            caller = Account("123456789012", "AKIAEXAMPLE", "secret")
            listing: Call = ("describe_addresses", {})
            server = Server("moto", process.pid, f"http://127.0.0.1:{port}", [caller], listing, up)
            _prepare(server, [("allocate_address", {})] * LISTED)
            yield server
        finally:
            process.terminate()


def _prepare(server: Server, calls: Sequence[Call]) -> None:
    client, caller = Client(server.url), server.accounts[0]
    began = time.perf_counter()
    client.call(caller, server.listing)
    server.first = time.perf_counter() - began
    for asked in calls:
        if code := client.call(caller, asked):
            raise SystemExit(f"{server.name} refuses {asked[0]}: {code}")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _topology(accounts: int) -> str:
    """A lab that comes to no decision about a range while it is measured."""
    return json.dumps(
        {
            "name": "aws-api",
            "title": "Somebody to call",
            "ases": {
                "customer": {"asn": 64496, "prefixes": ["203.0.113.0/24"]},
                "aws": {"asn": 16509, "cloud": "aws", "region": _REGION, "prefixes": ["192.0.2.0/24"]},
            },
            "links": ["customer -> aws"],
            "clouds": {
                "aws": {
                    "accounts": {f"a{number}": str(100_000_000_000 + number) for number in range(accounts)},
                    "delays": {"provision": "30d"},
                }
            },
        }
    )
