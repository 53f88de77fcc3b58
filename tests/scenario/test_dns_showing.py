"""What a lab shows of its DNS."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from support.cloudflare_world import ACCOUNT, FakeWorld, make_cloudflare

from lab.bgp.prefix import Prefix
from lab.dns.resolving import LabDns
from lab.registry.database import RegistryDatabase
from lab.registry.reverse.delegations import Delegations
from lab.registry.reverse.hosting import ElsewhereDns
from lab.registry.reverse.rir_dns import RirDns
from lab.scenario.dns_showing import dns_env, dns_lookup, dns_zones
from lab.scenario.lab import LabError
from lab.state.state import State
from lab.topology.model import Holding, Topology

HELD = Prefix.parse("203.0.112.0/23")
FIRST, SECOND = "112.0.203.in-addr.arpa", "113.0.203.in-addr.arpa"


@pytest.fixture
def lab():
    """Two reverse zones are delegated to the customer's DNS, which serves the first; Cloudflare has one."""
    topology = Topology("dns", "", {}, (), "", registry=(Holding(HELD, "customer", "ARIN", ""),))
    state = State()
    delegations = Delegations(state, RegistryDatabase(topology, state, lambda: 0.0))
    elsewhere = ElsewhereDns(state, lambda: 0.0)
    cloudflare = make_cloudflare(FakeWorld())
    delegations.delegate(HELD, elsewhere.nameservers)
    elsewhere.put_record(FIRST, "cf-validation", "TXT", "token one")
    elsewhere.put_record(FIRST, "9", "PTR", "www.customer.example.")
    cloudflare.perform(lambda: cloudflare.zones.create(ACCOUNT, "example.com"))
    dns = LabDns(lambda: (elsewhere, *cloudflare.authoritative.hosts), RirDns(delegations))
    return SimpleNamespace(
        clouds=SimpleNamespace(
            dns=dns, delegations=delegations, elsewhere=elsewhere, cloudflare=cloudflare, dns_address=None
        )
    )


def test_every_zone_comes_with_who_hosts_it_and_whom_it_is_delegated_to(lab):
    servers = list(lab.clouds.elsewhere.nameservers)
    assert dns_zones(lab) == [
        {"zone": FIRST, "host": "elsewhere", "account": None, "records": 2, "delegated_to": servers},
        {
            "zone": "example.com",
            "host": "cloudflare",
            "account": "example",
            "records": 0,
            "delegated_to": [],
        },
        {"zone": SECOND, "host": None, "account": None, "records": 0, "delegated_to": servers},
    ]
    lab.clouds.delegations.delegate(HELD, [])
    lab.clouds.cloudflare = None
    assert [(row["zone"], row["host"], row["delegated_to"]) for row in dns_zones(lab)] == [
        (FIRST, "elsewhere", [])
    ]


def test_an_answer_comes_with_its_records(lab):
    name = f"cf-validation.{FIRST}"
    found = dns_lookup(lab, name, "txt")
    assert (found["status"], found["type"], found["authoritative"]) == ("NOERROR", "TXT", True)
    assert found["records"] == [{"name": name, "type": "TXT", "content": "token one", "ttl": 300}]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (f"cf-validation.{SECOND}", "SERVFAIL"),
        (f"other.{FIRST}", "NXDOMAIN"),
        (f"9.{FIRST}", "NOERROR"),
        ("www.nobody.example", "REFUSED"),
    ],
)
def test_no_answer_comes_with_its_status(lab, name, status):
    found = dns_lookup(lab, name)
    assert (found["status"], found["records"], found["type"]) == (status, [], "A")


def test_a_type_that_there_is_not_is_said_with_the_nearest(lab):
    with pytest.raises(LabError, match="'TX' is no type of record; did you mean 'TXT'"):
        dns_lookup(lab, "example.com", "TX")
    assert dns_lookup(lab, "example.com", "any")["type"] == "ANY"


@pytest.mark.parametrize("name", ["", ".", "x..y", f"{'a' * 64}.example.com", "a." * 128])
def test_what_is_no_name_is_not_asked_for(lab, name):
    with pytest.raises(LabError, match="is no name"):
        dns_lookup(lab, name)


def test_where_the_dns_is_answered_is_shown_once_it_is(lab):
    with pytest.raises(LabError, match="this lab serves no DNS; `lab up` does"):
        dns_env(lab)
    lab.clouds.dns_address = ("127.0.0.1", 5353)
    assert dns_env(lab) == {"host": "127.0.0.1", "port": 5353}
