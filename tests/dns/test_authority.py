"""What the servers of zones answer: denials, cuts, aliases and wildcards."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.dns_lab import DnsLab, HandHost, HandZone
from support.examples import examples

from lab.dns.lookups import Status
from lab.dns.resolving import MOST_ALIASES, LabDns


@pytest.fixture
def lab() -> DnsLab:
    return DnsLab()


def contents(lab: DnsLab, name: str, rtype: str) -> list[str]:
    return [record.content for record in lab.dns.lookup(name, rtype).records]


def test_a_zone_has_its_hosts_servers_and_no_others(lab: DnsLab) -> None:
    zone = lab.cloud.zone("example.com")
    zone.put("example.com", "NS", "ns.wrong.example")
    zone.put("example.com", "SOA", "a. b. 9 9 9 9 9")
    assert contents(lab, "example.com", "NS") == list(lab.cloud.nameservers)
    assert contents(lab, "example.com", "SOA") == [
        "ada.ns.cloud.example. hostmaster.ns.cloud.example. 1 10000 2400 604800 1800"
    ]


def test_a_name_without_the_record_is_not_a_name_that_does_not_exist(lab: DnsLab) -> None:
    lab.cloud.zone("example.com").put("a.b.example.com", "A", "192.0.2.1")
    for name, status in (
        ("a.b.example.com", Status.NOERROR),
        ("b.example.com", Status.NOERROR),
        ("example.com", Status.NOERROR),
        ("c.example.com", Status.NXDOMAIN),
        ("a.a.b.example.com", Status.NXDOMAIN),
        ("xb.example.com", Status.NXDOMAIN),
        ("example.net", Status.REFUSED),
        ("com", Status.REFUSED),
        ("", Status.REFUSED),
    ):
        found = lab.dns.lookup(name, "TXT")
        assert (found.status, found.records) == (status, ()), name
        denied_by = [record.rtype for record in found.authority]
        assert denied_by == ([] if status is Status.REFUSED else ["SOA"])


def test_the_most_specific_zone_of_a_host_answers(lab: DnsLab) -> None:
    lab.cloud.zone("example.com").put("a.sub.example.com", "TXT", "of the parent")
    lab.cloud.zone("sub.example.com").put("a.sub.example.com", "TXT", "of the child")
    assert lab.dns.txt("a.sub.example.com") == ("of the child",)


def test_a_child_at_another_host_is_found_through_the_parent_only(lab: DnsLab) -> None:
    parent = lab.cloud.zone("example.com")
    lab.other.zone("sub.example.com").put("a.sub.example.com", "TXT", "of the child")
    assert lab.dns.lookup("a.sub.example.com", "TXT").status is Status.NXDOMAIN
    parent.put("sub.example.com", "NS", "NS1.Other.Example.")
    parent.put("a.sub.example.com", "TXT", "hidden below the cut")
    assert lab.dns.txt("a.sub.example.com") == ("of the child",)
    assert contents(lab, "sub.example.com", "NS") == ["ns1.other.example"]
    del lab.other.by_origin["sub.example.com"]
    assert lab.dns.lookup("a.sub.example.com", "TXT").status is Status.SERVFAIL


def test_aliases_are_followed_across_hosts_and_the_denial_is_the_last_ones(lab: DnsLab) -> None:
    lab.cloud.zone("example.com").put("www.example.com", "CNAME", "Web.Example.Net.")
    lab.other.zone("example.net").put("web.example.net", "A", "192.0.2.1")
    found = lab.dns.lookup("www.example.com", "A")
    assert [(record.name, record.rtype) for record in found.records] == [
        ("www.example.com", "CNAME"),
        ("web.example.net", "A"),
    ]
    assert contents(lab, "www.example.com", "CNAME") == ["Web.Example.Net."]
    missing = lab.dns.lookup("www.example.com", "AAAA")
    assert (missing.status, len(missing.records)) == (Status.NOERROR, 1)
    assert [record.name for record in missing.authority] == ["example.net"]
    lab.other.by_origin["example.net"].contents.clear()
    assert lab.dns.lookup("www.example.com", "A").status is Status.NXDOMAIN


def test_an_alias_that_leaves_the_lab_is_the_end_of_the_answer(lab: DnsLab) -> None:
    lab.cloud.zone("example.com").put("www.example.com", "CNAME", "www.example.org")
    found = lab.dns.lookup("www.example.com", "A")
    assert (found.status, len(found.records), found.authoritative) == (Status.NOERROR, 1, True)


def test_aliases_in_a_circle_and_without_end_fail(lab: DnsLab) -> None:
    zone = lab.cloud.zone("example.com")
    zone.put("a.example.com", "CNAME", "b.example.com")
    zone.put("b.example.com", "CNAME", "a.example.com")
    for number in range(2 * MOST_ALIASES):
        zone.put(f"n{number}.example.com", "CNAME", f"n{number + 1}.example.com")
    for name in ("a.example.com", "n0.example.com"):
        assert lab.dns.lookup(name, "A").status is Status.SERVFAIL
    assert lab.dns.lookup(f"n{2 * MOST_ALIASES - 3}.example.com", "A").status is Status.NXDOMAIN


def test_a_wildcard_stands_for_names_that_do_not_exist(lab: DnsLab) -> None:
    """The example of RFC 4592 section 2.2.1."""
    zone = lab.cloud.zone("example")
    zone.put("*.example", "TXT", "this is a wildcard")
    zone.put("*.example", "MX", "10 host1.example")
    zone.put("sub.*.example", "TXT", "this is not a wildcard")
    zone.put("host1.example", "A", "192.0.2.1")
    zone.put("_ssh._tcp.host1.example", "SRV", "0 0 22 host1.example")
    zone.put("subdel.example", "NS", "ns.example.com")
    assert contents(lab, "host3.example", "MX") == ["10 host1.example"]
    assert contents(lab, "foo.bar.example", "TXT") == ["this is a wildcard"]
    assert lab.dns.lookup("foo.bar.example", "TXT").records[0].name == "foo.bar.example"
    for name, rtype, status in (
        ("host3.example", "A", Status.NOERROR),
        ("host1.example", "MX", Status.NOERROR),
        ("sub.*.example", "MX", Status.NOERROR),
        ("_telnet._tcp.host1.example", "SRV", Status.NXDOMAIN),
        ("ghost.*.example", "MX", Status.NXDOMAIN),
        ("host.subdel.example", "A", Status.SERVFAIL),
    ):
        found = lab.dns.lookup(name, rtype)
        assert (found.status, found.records) == (status, ()), name


def test_who_asks_for_anything_is_told_little(lab: DnsLab) -> None:
    zone = lab.cloud.zone("example.com")
    zone.put("a.example.com", "A", "192.0.2.1")
    zone.put("b.example.com", "CNAME", "a.example.com")
    zone.put("c.d.example.com", "A", "192.0.2.1")
    assert contents(lab, "a.example.com", "ANY") == ['"RFC8482" ""']
    assert contents(lab, "b.example.com", "ANY") == ["a.example.com"]
    assert contents(lab, "d.example.com", "ANY") == []
    assert lab.dns.lookup("e.example.com", "ANY").status is Status.NXDOMAIN


LABELS = st.sampled_from(["a", "b", "c", "_tcp", "xn--a"])
NAMES = st.lists(LABELS, min_size=0, max_size=4).map(lambda labels: ".".join([*labels, "example.com"]))
RECORDS = st.tuples(NAMES, st.sampled_from(["A", "TXT"]), st.integers(1, 4).map("192.0.2.{}".format))


@given(st.sets(RECORDS), NAMES, st.sampled_from(["A", "TXT", "MX"]))
@settings(max_examples=examples(500))
def test_the_answer_is_what_was_put(records: set[tuple[str, str, str]], name: str, rtype: str) -> None:
    host = HandHost("ns1.other.example")
    for record in records:
        host.zone("example.com").put(*record)
    host.zone("example.com")
    found = LabDns(lambda: (host,), HandHost()).lookup(name, rtype)
    assert {record.content for record in found.records} == {
        content for owner, kind, content in records if (owner, kind) == (name, rtype)
    }
    exists = name == "example.com" or any(f".{owner}".endswith(f".{name}") for owner, _, _ in records)
    assert found.status is (Status.NOERROR if exists else Status.NXDOMAIN)


def test_a_denial_does_not_cost_a_look_at_every_name_of_the_zone() -> None:
    class Large(HandZone):
        def names(self) -> Collection[str]:
            raise AssertionError("a zone has thousands")

    lab = DnsLab()
    zone = lab.other.by_origin["example.net"] = Large("example.net")
    zone.put("a.b.example.net", "A", "192.0.2.1")
    assert lab.dns.lookup("x.b.example.net", "A").status is Status.NXDOMAIN
    assert lab.dns.lookup("b.example.net", "A").status is Status.NOERROR
