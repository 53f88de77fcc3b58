"""Reverse names, found from the root down through what the RIRs delegate."""

from __future__ import annotations

import pytest
from support.dns_lab import ELSEWHERE, RANGE, TOKEN, ZONE, DnsLab, delegated_lab

from lab.bgp.prefix import Prefix
from lab.dns.lookups import Status
from lab.registry.reverse.zones import reverse_zones
from lab.topology.model import Holding

NAME = f"cf-validation.{ZONE}"
RIR_ZONE = "203.in-addr.arpa"


@pytest.fixture
def lab() -> DnsLab:
    return DnsLab()


def contents(lab: DnsLab, name: str, rtype: str) -> list[str]:
    return [record.content for record in lab.dns.lookup(name, rtype).records]


@pytest.mark.seed(137, 142)
def test_a_token_is_found_where_the_rir_delegates_the_zone() -> None:
    lab = delegated_lab()
    found = lab.dns.lookup(NAME, "TXT")
    assert found.status is Status.NOERROR
    assert found.authoritative
    assert lab.dns.txt(NAME.upper() + ".") == (TOKEN,)
    assert lab.dns.txt(f"other.{ZONE}") == ()


@pytest.mark.seed(142)
def test_a_zone_that_the_rir_does_not_delegate_is_not_found_whoever_hosts_it(lab: DnsLab) -> None:
    lab.elsewhere.put_record(ZONE, "cf-validation", "TXT", TOKEN)
    found = lab.dns.lookup(NAME, "TXT")
    assert (found.status, found.authoritative) == (Status.NXDOMAIN, True)
    assert [(record.name, record.rtype) for record in found.authority] == [(RIR_ZONE, "SOA")]
    assert lab.dns.txt(NAME) == ()


@pytest.mark.seed(142)
def test_a_zone_at_servers_other_than_those_at_the_rir_is_not_found(lab: DnsLab) -> None:
    lab.elsewhere.put_record(ZONE, "cf-validation", "TXT", TOKEN)
    lab.delegations.delegate(RANGE, lab.cloud.nameservers)
    assert lab.dns.lookup(NAME, "TXT").status is Status.SERVFAIL
    assert lab.dns.txt(NAME) == ()
    lab.cloud.zone(ZONE).put(NAME, "TXT", "another")
    assert lab.dns.txt(NAME) == ("another",)
    lab.delegations.delegate(RANGE, ELSEWHERE)
    assert lab.dns.txt(NAME) == (TOKEN,)


@pytest.mark.seed(142)
def test_one_name_server_of_several_that_serves_the_zone_is_enough(lab: DnsLab) -> None:
    lab.elsewhere.put_record(ZONE, "cf-validation", "TXT", TOKEN)
    lab.delegations.delegate(RANGE, ["ns1.gone.example", *lab.cloud.nameservers, ELSEWHERE[1]])
    assert lab.dns.txt(NAME) == (TOKEN,)


@pytest.mark.seed(138, 141)
@pytest.mark.parametrize("missing", range(4))
def test_a_prefix_that_is_split_has_its_token_in_each_zone_by_itself(missing: int) -> None:
    prefix = Prefix.parse("2001:db8::/34")
    lab = DnsLab(Holding(prefix, "customer", "ARIN", "Direct Allocation"))
    zones = lab.delegations.delegate(prefix, ELSEWHERE)
    for zone in zones:
        lab.elsewhere.put_record(zone, "cf-validation", "TXT", TOKEN)
    names = [f"cf-validation.{zone}" for zone in reverse_zones(prefix)]
    assert all(lab.dns.txt(name) == (TOKEN,) for name in names)
    lab.elsewhere.remove_records(zones[missing], "cf-validation")
    assert [name for name in names if lab.dns.txt(name) != (TOKEN,)] == [names[missing]]


def test_servers_that_have_only_the_zone_around_a_delegation_do_not_serve_it(lab: DnsLab) -> None:
    lab.other.zone("0.203.in-addr.arpa").put(NAME, "TXT", TOKEN)
    lab.delegations.delegate(RANGE, lab.other.nameservers)
    assert lab.dns.lookup(NAME, "TXT").status is Status.SERVFAIL


def test_without_recursion_a_lame_delegation_is_a_referral(lab: DnsLab) -> None:
    lab.delegations.delegate(RANGE, ["ns1.gone.example"])
    found = lab.dns.lookup(NAME, "TXT", recursive=False)
    assert (found.status, found.records, found.authoritative) == (Status.NOERROR, (), False)
    assert [(each.name, each.rtype, each.content) for each in found.authority] == [
        (ZONE, "NS", "ns1.gone.example")
    ]


def test_space_that_is_not_registered_is_nobodys(lab: DnsLab) -> None:
    lab.cloud.zone("10.in-addr.arpa").put("1.10.in-addr.arpa", "TXT", TOKEN)
    assert lab.dns.lookup("1.10.in-addr.arpa", "TXT").status is Status.REFUSED


def test_what_is_between_the_rir_and_a_delegation_exists_and_has_nothing() -> None:
    lab = delegated_lab()
    assert lab.dns.lookup("0.203.in-addr.arpa", "TXT").status is Status.NOERROR
    assert lab.dns.lookup("1.203.in-addr.arpa", "TXT").status is Status.NXDOMAIN
    assert contents(lab, RIR_ZONE, "NS") == ["ns1.rir.example", "ns2.rir.example"]


def test_a_ds_record_is_the_parents_to_deny() -> None:
    lab = delegated_lab()
    found = lab.dns.lookup(ZONE, "DS")
    assert (found.status, found.records) == (Status.NOERROR, ())
    assert [record.name for record in found.authority] == [RIR_ZONE]
