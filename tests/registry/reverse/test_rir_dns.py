"""The reverse tree as the RIRs serve it."""

from __future__ import annotations

from support.dns_lab import ELSEWHERE, RANGE, ZONE, DnsLab

from lab.bgp.prefix import Prefix
from lab.registry.reverse.rir_dns import RirDns
from lab.topology.model import Holding


def _held(*prefixes: str) -> DnsLab:
    return DnsLab(
        *(Holding(Prefix.parse(each), "customer", "ARIN", "Direct Allocation") for each in prefixes)
    )


def test_there_is_a_zone_for_each_8_and_12_with_registered_space() -> None:
    lab = _held("203.0.113.0/24", "203.0.112.0/24", "192.0.2.0/24", "2001:db8::/32")
    assert set(RirDns(lab.delegations).zones()) == {"203.in-addr.arpa", "192.in-addr.arpa", "0.0.2.ip6.arpa"}


def test_a_zone_has_the_delegations_within_it_and_follows_them() -> None:
    lab = _held("203.0.113.0/24", "192.0.2.0/24")
    rirs = RirDns(lab.delegations)
    assert rirs.zones()["203.in-addr.arpa"].names() == set()
    lab.delegations.delegate(RANGE, ELSEWHERE)
    zone = rirs.zones()["203.in-addr.arpa"]
    assert {(record.rtype, record.content) for record in zone.records(ZONE)} == {
        ("NS", each) for each in ELSEWHERE
    }
    assert rirs.zones()["192.in-addr.arpa"].names() == set()


def test_who_holds_a_whole_8_has_it_delegated_from_the_tree_itself() -> None:
    lab = _held("10.0.0.0/8", "10.1.0.0/16")
    lab.delegations.delegate("10.in-addr.arpa", ELSEWHERE)
    lab.elsewhere.put_record("10.in-addr.arpa", "1.2.3", "PTR", "host.example.com")
    assert set(RirDns(lab.delegations).zones()) == {"in-addr.arpa"}
    assert [record.content for record in lab.dns.lookup("1.2.3.10.in-addr.arpa", "PTR").records] == [
        "host.example.com"
    ]
