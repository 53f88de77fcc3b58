"""A customer's DNS on sockets, and dig."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.dns_lab import ELSEWHERE, TOKEN, Dig, DnsLab

from lab.bgp.prefix import Prefix
from lab.dns.server import DnsServer
from lab.topology.model import Holding

PREFIX = Prefix.parse("192.0.2.0/24")
ZONE = "2.0.192.in-addr.arpa"
SPLIT = Prefix.parse("2001:db8::/34")


@pytest.fixture(scope="module")
def customer() -> DnsLab:
    lab = DnsLab(
        Holding(PREFIX, "customer", "ARIN", "Direct Allocation"),
        Holding(SPLIT, "customer", "ARIN", "Direct Allocation"),
    )
    lab.delegations.delegate(PREFIX, ELSEWHERE)
    lab.elsewhere.put_record(ZONE, "cf-validation", "TXT", TOKEN)
    lab.elsewhere.put_record(ZONE, "7", "PTR", "www.example.com")
    for zone in lab.delegations.delegate(SPLIT, ELSEWHERE):
        lab.elsewhere.put_record(zone, "cf-validation", "TXT", TOKEN)
    for number in range(10):
        lab.elsewhere.put_record("example.com", "many", "TXT", f"{number}" + "x" * 99)
    lab.elsewhere.put_record("example.com", "long", "TXT", "y" * 300)
    lab.elsewhere.put_record("example.com", "www", "CNAME", "web.example.com")
    lab.elsewhere.put_record("example.com", "web", "A", "192.0.2.7", 60)
    lab.elsewhere.put_record("example.com", "web", "AAAA", "2001:db8::7", 60)
    lab.elsewhere.put_record("example.com", "gone", "NS", "ns1.gone.example")
    return lab


@pytest.fixture(scope="module")
def customer_server(customer: DnsLab) -> Iterator[DnsServer]:
    with ThreadPoolExecutor(1) as owner:
        server = DnsServer(customer.answer, owner.submit)
        yield server
        server.close()


@pytest.fixture(scope="module")
def dig(customer_server: DnsServer) -> Dig:
    def run(*words: str) -> str:
        command = ["dig", "@127.0.0.1", "-p", str(customer_server.port), "+time=20", "+tries=1", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        assert "WARNING" not in done.stdout + done.stderr
        assert ";; Warning" not in done.stdout
        return done.stdout

    return run
