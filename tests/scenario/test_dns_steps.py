"""Of each name one zone is served, at Cloudflare or elsewhere."""

from __future__ import annotations

import pytest
from support.cloudflare_world import ACCOUNT, FakeWorld, make_cloudflare

from lab import Lab, make_engine
from lab.registry.errors import RegistryError
from lab.registry.reverse.hosting import ElsewhereDns
from lab.scenario.dns_showing import dns_lookup, dns_zones
from lab.scenario.dns_steps import carry_out
from lab.scenario.lab import LabError
from lab.state.state import State
from lab.topology.dns_steps import DnsStep


@pytest.fixture
def lab():
    with Lab("cloudflare-byoip", make_engine("sim")) as lab:
        yield lab


def added(zone: str, name: str = "foo", rtype: str = "A", content: str = "192.0.2.1") -> DnsStep:
    return DnsStep.model_validate({"zone": zone, "add": {"name": name, "type": rtype, "content": content}})


def create(lab, name: str):
    cloudflare = lab.clouds.cloudflare
    account = cloudflare.identity.accounts()[0].id
    return cloudflare.perform(lambda: cloudflare.zones.create(account, name))


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        ("a.example.org", "a.example.org is served by Cloudflare for account example; use its API"),
        ("b.a.example.org", "add NS records of b.a.example.org to ns1.dns.example"),
        ("example.org", "example.org is around a.example.org"),
    ],
)
def test_a_zone_that_cloudflare_serves_is_not_hidden_by_one_elsewhere(lab, zone, says):
    zone_there = create(lab, "a.example.org")
    assert lab.clouds.cloudflare.zones.is_active(zone_there)
    with pytest.raises(LabError, match=says):
        carry_out(lab, added(zone))
    assert zone not in lab.clouds.elsewhere.zones()
    (row,) = [row for row in dns_zones(lab) if row["zone"] == "a.example.org"]
    assert (row["host"], row["account"]) == ("cloudflare", "example")


def test_a_zone_at_cloudflare_waits_until_its_name_is_hosted_elsewhere_no_more(lab):
    carry_out(lab, added("example.org"))
    zones = lab.clouds.cloudflare.zones
    there, below = create(lab, "example.org"), create(lab, "sub.example.org")
    assert not zones.is_active(there)
    assert not zones.is_active(below)
    assert [row["host"] for row in dns_zones(lab) if "example.org" in row["zone"]] == ["elsewhere"]
    carry_out(lab, added("example.org", "sub", "NS", zones.name_servers.of(there.account)[0]))
    assert zones.is_active(below)
    assert dns_lookup(lab, "sub.example.org", "SOA")["status"] == "NOERROR"
    carry_out(lab, added("example.org", "bar"))
    for name in ("foo", "bar", "sub"):
        carry_out(lab, DnsStep.model_validate({"zone": "example.org", "remove": {"name": name}}))
    assert zones.is_active(there)


def test_a_zone_is_pending_while_somebody_else_is_its_names_host():
    world = FakeWorld(elsewhere={"example.org": ("ns1.dns.example",)})
    cloudflare = make_cloudflare(world)
    zone = cloudflare.perform(lambda: cloudflare.zones.create(ACCOUNT, "example.org"))
    assert not cloudflare.zones.is_active(zone)


def test_many_zones_are_named_by_the_first_of_them(lab):
    carry_out(lab, DnsStep.model_validate({"delegate": "203.0.113.0/27", "to": ["elsewhere"]}))
    (*_, event) = lab.timeline
    assert event.text.startswith("0.113.0.203.in-addr.arpa, 1.113.0.203.in-addr.arpa and 30 more: delegated")


@pytest.mark.parametrize(
    ("rtype", "content", "says"),
    [
        ("MX", "10 mail", "did you mean mail.example.org"),
        ("CNAME", "www", "did you mean www.example.org"),
        ("TXT", "", "a TXT record without a text"),
    ],
)
def test_a_content_that_is_most_likely_not_meant_is_refused(rtype, content, says):
    dns = ElsewhereDns(State(), lambda: 0.0)
    with pytest.raises(RegistryError, match=says):
        dns.put_record("example.org", "foo", rtype, content)
    assert dns.zones() == {}


@pytest.mark.parametrize(("rtype", "content"), [("MX", "0 ."), ("MX", "10 mail."), ("PTR", "localhost.")])
def test_a_name_of_one_label_is_possible_with_its_final_dot(rtype, content):
    dns = ElsewhereDns(State(), lambda: 0.0)
    assert dns.put_record("example.org", "foo", rtype, content).rtype == rtype
