"""How fast a lab answers over HTTP, whois and DNS: `python benchmarks/served_protocols.py [--rounds N]`.

One lab on the simulator with both clouds, and beside it servers that answer nothing in particular: the lab's
own HTTP server with a handler of one line, and asyncio echoing lines over TCP and datagrams over UDP. Clients
are processes of their own that send what was prepared before over one connection in a round, and go from row
to row, so that other work on the machine meets them all. Each figure is the median of the rounds: answers per
second of all clients together, the ratio to the bare server of the same transport in the same round, and
latency. CPU is the server's own per answer, over all rounds.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Self
from urllib.parse import urlsplit

import dnslib
from aws_api import Burst, measured, workers
from aws_servers import LISTED, Account, Client, lab_up, provision
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lab.scenario.asking import ask

CLIENTS: Final = (1, 4)
REQUESTS: Final = 300
"""Of a client in a round."""
_ACCOUNT: Final = "654c5f71c324478cc9f68d60065d4620"
_AWS_ACCOUNT: Final = "123456789012"
_PREFIXES: Final = [f"203.0.113.{32 * number}/27" for number in range(LISTED)]
_WAIT: Final = 10.0
"""Seconds without an answer that end the benchmark."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something to ask a server: how, and what. `requests` makes so many that a server answers."""

    name: str
    bare: str
    """The row of the same transport that it is compared with; itself for a bare server."""
    kind: str
    port: int
    pid: int
    requests: Callable[[int], list[bytes]]


# --- clients ------------------------------------------------------------------------------------------------


class Connected:
    """A connection to one server, over TCP but for `datagram` and `dns`."""

    def __init__(self, kind: str, port: int) -> None:
        over_udp = kind in ("datagram", "dns")
        sort = socket.SOCK_DGRAM if over_udp else socket.SOCK_STREAM
        self._socket = socket.socket(socket.AF_INET, sort)
        self._socket.settimeout(_WAIT)
        self._socket.connect(("127.0.0.1", port))
        if not over_udp:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._stream = self._socket.makefile("rb")
        self._receive = {
            "http": self._http,
            "line": self._line,
            "irrd": self._irrd,
            "datagram": self._datagram,
            "dns": self._dns,
        }[kind]
        if kind == "irrd":
            self._socket.sendall(b"!!\n")  # keep the connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def exchange(self, request: bytes) -> None:
        """Send a request and take all of its answer. Raises SystemExit for an error."""
        self._socket.sendall(request)
        self._receive()

    def _http(self) -> None:
        status = self._stream.readline()
        length = 0
        while (line := self._stream.readline()) != b"\r\n":
            if not line:
                raise SystemExit("the server has hung up")
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self._stream.read(length)
        if b" 200 " not in status:
            raise SystemExit(f"answered with {status!r} {body[:300]!r}")

    def _line(self) -> None:
        self._stream.readline()

    def _irrd(self) -> None:
        begin = self._stream.readline()
        if begin[:1] != b"A":
            raise SystemExit(f"the IRR answered with {begin!r}")
        self._stream.read(int(begin[1:]) + len(b"C\n"))

    def _datagram(self) -> None:
        self._socket.recv(65_535)

    def _dns(self) -> None:
        header = dnslib.DNSHeader.parse(dnslib.DNSBuffer(self._socket.recv(65_535)))
        if header.rcode or not header.a:
            raise SystemExit(f"the DNS answered with {header}")


def work(pipe: Connection) -> None:
    """A client: told where and what to ask, it tells when it began and had each answer."""
    while asked := pipe.recv():
        kind, port, requests = asked
        with Connected(kind, port) as connected:
            times = [perf_counter()]
            for request in requests:
                connected.exchange(request)
                times.append(perf_counter())
        pipe.send(times)


def burst(row: Row, pipes: Sequence[Connection], count: int) -> Burst:
    """Have each client ask that often, at the same time."""
    # AWS takes a signed request once, so each gets some of them.
    requests = row.requests(count * len(pipes))
    orders = [(row.kind, row.port, requests[number :: len(pipes)]) for number in range(len(pipes))]
    return measured(row.pid, pipes, orders)


# --- what is asked ------------------------------------------------------------------------------------------


def _same(request: bytes) -> Callable[[int], list[bytes]]:
    return lambda count: [request] * count


def _http(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


def _cloudflare_rows(port: int, pid: int, run: Path) -> Iterator[Row]:
    found = ask(run, {"show": "cloudflare-env"})
    path = urlsplit(found["base_url"]).path + f"/accounts/{found['account_id']}/addressing/prefixes"
    headers = {
        "host": f"127.0.0.1:{port}",
        "x-auth-email": found["email"],
        "x-auth-key": found["api_key"],
        "content-type": "application/json",
    }
    [first, *_] = ask(run, {"show": "cloudflare-prefixes"})
    edit = _http("PATCH", f"{path}/{first['id']}", headers, json.dumps({"description": "edited"}).encode())
    yield Row("Cloudflare: List Prefixes", "bare HTTP", "http", port, pid, _same(_http("GET", path, headers)))
    yield Row("Cloudflare: Edit Prefix", "bare HTTP", "http", port, pid, _same(edit))


def _aws_row(port: int, pid: int, run: Path) -> Row:
    found = ask(run, {"show": "aws-env", "account": "benchmark"})
    account = Account(found["account"], found["access_key"], found["secret_key"])
    client = Client(found["endpoint"])
    for number in range(LISTED):
        if code := client.call(account, provision(account, number)):
            raise SystemExit(f"AWS refuses a range: {code}")
    body = b"Action=DescribeByoipCidrs&Version=2016-11-15&MaxResults=100"

    def requests(count: int) -> list[bytes]:
        """One signature, and calls numbered as SDKs do it: only so does it count more than once."""
        headers = {"host": f"127.0.0.1:{port}", "content-type": "application/x-www-form-urlencoded"}
        signed = AWSRequest("POST", found["endpoint"] + "/", headers=headers, data=body)
        SigV4Auth(Credentials(account.access_key, account.secret_key), "ec2", "us-east-1").add_auth(signed)
        return [
            _http("POST", "/", {**signed.headers, "amz-sdk-invocation-id": str(number)}, body)
            for number in range(count)
        ]

    return Row("AWS: DescribeByoipCidrs", "bare HTTP", "http", port, pid, requests)


def _lab_rows(pid: int, run: Path) -> Iterator[Row]:
    port = urlsplit(ask(run, {"show": "cloudflare-env"})["base_url"]).port
    assert port is not None
    yield from _cloudflare_rows(port, pid, run)
    yield _aws_row(port, pid, run)
    whois = ask(run, {"show": "irr-env"})["port"]
    for query in ("!r192.0.2.0/24,o", "!iAS-EXAMPLE,1", "!gAS64496"):
        yield Row(f"IRRd: {query}", "TCP echo", "irrd", whois, pid, _same(f"{query}\n".encode()))
    dns = ask(run, {"show": "dns-env"})["port"]
    for name, sort in (("www.example.com", "A"), ("cf-validation.2.0.192.in-addr.arpa", "TXT")):
        question = dnslib.DNSRecord.question(name, sort).pack()
        yield Row(f"DNS: {name} {sort}", "UDP echo", "dns", dns, pid, _same(question))


@contextmanager
def _bare(*arguments: str) -> Iterator[tuple[int, int]]:
    """A bare server: its process and its port."""
    command = [sys.executable, str(Path(__file__).with_name("bare_servers.py")), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.pid, int(process.stdout.readline())
        finally:
            process.terminate()


def _topology() -> dict[str, Any]:
    """A customer, AWS and Cloudflare; nothing comes to pass while it is measured."""
    held = [{"prefix": prefix, "holder": "customer"} for prefix in ("203.0.113.0/24", "192.0.2.0/24")]
    return {
        "name": "served-protocols",
        "title": "Somebody to ask",
        "ases": {
            "customer": {"asn": 64496, "prefixes": ["192.0.2.0/24"]},
            "aws": {"asn": 16509, "cloud": "aws", "region": "us-east-1", "prefixes": ["198.51.100.0/26"]},
            "cloudflare": {"asn": 13335, "cloud": "cloudflare", "prefixes": ["198.51.100.64/26"]},
        },
        "links": ["customer -> aws", "customer -> cloudflare"],
        "registry": [{**each, "rir": "RIPE", "status": "ASSIGNED PI"} for each in held],
        "irr": [
            {"prefix": "192.0.2.0/24", "origin": 64496},
            {"as_set": "AS-EXAMPLE", "members": ["AS64496", "AS64500"], "source": "RIPE"},
        ],
        "clouds": {
            "aws": {"accounts": {"benchmark": _AWS_ACCOUNT}, "delays": {"provision": "30d"}},
            "cloudflare": {
                "accounts": {
                    "example": {"id": _ACCOUNT, "onboarded": [{"prefix": each} for each in _PREFIXES]}
                }
            },
        },
    }


def _prepare(run: Path) -> None:
    """A zone at Cloudflare that is asked for, and one elsewhere that its RIR delegates."""
    reverse = "2.0.192.in-addr.arpa"
    steps: list[dict[str, Any]] = [
        {
            "cloudflare": {
                "post": "/zones",
                "with": {"name": "example.com", "account": {"id": _ACCOUNT}},
                "save": {"zone": "id"},
            }
        },
        {
            "cloudflare": {
                "post": "/zones/$zone/dns_records",
                "with": {"type": "A", "name": "www", "content": "192.0.2.80", "ttl": 300},
            }
        },
        {"dns": {"zone": reverse, "add": {"name": "cf-validation", "type": "TXT", "content": "token"}}},
        {"dns": {"delegate": reverse, "to": ["elsewhere"]}},
    ]
    for step in steps:
        ask(run, {"do": step})


# --- the table ----------------------------------------------------------------------------------------------


def measure(rows: Sequence[Row], rounds: int) -> dict[tuple[str, int], list[Burst]]:
    """Every row, as often as there are rounds, by its name and the number of clients."""
    found: dict[tuple[str, int], list[Burst]] = {}
    with workers(max(CLIENTS), work) as pipes:
        for row in rows:  # so that the server has all it imports
            burst(row, pipes, 5)
        for _ in range(rounds):
            for count in CLIENTS:
                for row in rows:
                    found.setdefault((row.name, count), []).append(burst(row, pipes[:count], REQUESTS))
    return found


def report(rows: Sequence[Row], found: dict[tuple[str, int], list[Burst]]) -> None:
    """The table."""
    print(f"{'':46} clients  answers/s  to bare  median/ms  p95/ms  CPU/ms")
    for count in CLIENTS:
        for row in rows:
            bursts, bare = found[row.name, count], found[row.bare, count]
            ratio = statistics.median(b.rate / t.rate for b, t in zip(bursts, bare, strict=True))
            rate, median, p95 = (
                statistics.median(getattr(each, column) for each in bursts)
                for column in ("rate", "median", "p95")
            )
            used = statistics.mean(each.cpu for each in bursts)  # its clock is too coarse for one round
            print(f"{row.name:46} {count:7} {rate:10.0f} {ratio:8.2f} {median:10.2f} {p95:7.2f} {used:7.2f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        file = Path(temporary) / "lab.yaml"
        file.write_text(json.dumps(_topology()))
        http_pid, http_port = stack.enter_context(_bare("http", "2000"))
        echo_pid, echo_port = stack.enter_context(_bare("echoes"))
        pid, run, _ = stack.enter_context(lab_up(file))
        _prepare(run)
        asked = _same(_http("GET", "/", {"host": "localhost"}))
        rows = [
            Row("bare HTTP", "bare HTTP", "http", http_port, http_pid, asked),
            Row("TCP echo", "TCP echo", "line", echo_port, echo_pid, _same(b"!gAS64496\n")),
            Row("UDP echo", "UDP echo", "datagram", echo_port, echo_pid, _same(b"x" * 40)),
            *_lab_rows(pid, run),
        ]
        report(rows, measure(rows, options.rounds))


if __name__ == "__main__":
    main()
