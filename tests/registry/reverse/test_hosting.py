"""Zones of customers who do not host theirs at Cloudflare."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.dns_lab import TOKEN, ZONE, DnsLab
from support.examples import examples
from support.registry_lab import Clock

from lab.dns.zones import ResourceRecord
from lab.registry.errors import RegistryError
from lab.registry.reverse.hosting import MOST_AT_A_NAME, ElsewhereDns
from lab.state.state import State


@pytest.fixture
def dns() -> ElsewhereDns:
    return ElsewhereDns(State(), Clock())


def contents(dns: ElsewhereDns, zone: str = "example.com") -> set[tuple[str, str, str]]:
    found = dns.zones().get(zone)
    if found is None:
        return set()
    return {(name, record.rtype, record.content) for name in found.names() for record in found.records(name)}


@pytest.mark.seed(137, 142)
def test_a_zone_is_made_by_its_first_record_and_goes_with_its_last(dns: ElsewhereDns) -> None:
    put = dns.put_record(ZONE, "cf-validation", "TXT", TOKEN)
    assert put == ResourceRecord(f"cf-validation.{ZONE}", "TXT", TOKEN, 300)
    assert contents(dns, ZONE) == {(f"cf-validation.{ZONE}", "TXT", TOKEN)}
    assert dns.remove_records(ZONE, "cf-validation") == (put,)
    assert dns.zones() == {}


@pytest.mark.parametrize("name", ["www", "WWW.", "www.example.com", "WWW.Example.com."])
def test_a_name_is_relative_to_the_zone_or_whole(dns: ElsewhereDns, name: str) -> None:
    dns.put_record("Example.COM.", name, "a", "192.0.2.1")
    assert contents(dns) == {("www.example.com", "A", "192.0.2.1")}


def test_at_is_the_zone_itself(dns: ElsewhereDns) -> None:
    dns.put_record("example.com", "@", "MX", "10 mail.example.com")
    assert contents(dns) == {("example.com", "MX", "10 mail.example.com")}
    dns.remove_records("example.com", "@")
    assert contents(dns) == set()


def test_a_record_twice_is_one_and_all_of_a_name_and_type_have_the_last_ttl(dns: ElsewhereDns) -> None:
    dns.put_record("example.com", "www", "A", "192.0.2.1", 60)
    dns.put_record("example.com", "www", "A", "192.0.2.2", 600)
    dns.put_record("example.com", "www", "A", "192.0.2.1", 900)
    records = dns.zones()["example.com"].records("www.example.com")
    assert {(record.content, record.ttl) for record in records} == {("192.0.2.1", 900), ("192.0.2.2", 900)}


@pytest.mark.parametrize(
    ("rtype", "content", "same"),
    [
        ("AAAA", "2001:db8::7", "2001:0DB8:0:0::7"),
        ("PTR", "www.example.net", "WWW.example.net."),
        ("MX", "10 mail.example.net", "010  Mail.example.net."),
        ("MX", "0 .", "0 ."),
        ("TXT", "Text.", "Text."),
    ],
)
def test_a_record_that_is_written_in_another_way_is_the_same(
    dns: ElsewhereDns, rtype: str, content: str, same: str
) -> None:
    for each in (content, same):
        dns.put_record("example.com", "www", rtype, each)
    assert contents(dns) == {("www.example.com", rtype, content)}


@pytest.mark.parametrize(("first", "second"), [("CNAME", "PTR"), ("PTR", "CNAME")])
def test_an_alias_is_alone_whatever_the_other_record_says(dns: ElsewhereDns, first: str, second: str) -> None:
    dns.put_record("example.com", "7", first, "www.example.net")
    with pytest.raises(RegistryError, match=f"has {first} and cannot have {second} as well"):
        dns.put_record("example.com", "7", second, "www.example.net")


def test_records_are_removed_by_name_or_by_type(dns: ElsewhereDns) -> None:
    dns.put_record("example.com", "www", "A", "192.0.2.1")
    dns.put_record("example.com", "www", "TXT", "text")
    dns.put_record("example.com", "mail", "A", "192.0.2.2")
    dns.remove_records("example.com", "www", "txt")
    assert contents(dns) == {("www.example.com", "A", "192.0.2.1"), ("mail.example.com", "A", "192.0.2.2")}
    dns.remove_records("example.com", "www")
    assert contents(dns) == {("mail.example.com", "A", "192.0.2.2")}


@pytest.mark.parametrize(
    ("zone", "name", "rtype", "said"),
    [
        ("exampel.com", "www", None, r"no zone 'exampel\.com' is hosted here; did you mean 'example\.com'\?"),
        (
            "example.com",
            "wwww",
            None,
            r"www\.example\.com has no records; did you mean 'www\.example\.com'\?",
        ),
        ("example.com", "www", "TXT", r"www\.example\.com has no TXT records; it has A"),
    ],
)
def test_removing_what_is_not_there_names_the_nearest(
    dns: ElsewhereDns, zone: str, name: str, rtype: str | None, said: str
) -> None:
    dns.put_record("example.com", "www", "A", "192.0.2.1")
    with pytest.raises(RegistryError, match=said):
        dns.remove_records(zone, name, rtype)
    assert contents(dns) == {("www.example.com", "A", "192.0.2.1")}


@pytest.mark.parametrize(
    ("name", "rtype", "content", "said"),
    [
        ("www", "AAA", "192.0.2.1", r"did you mean 'AAAA'\?"),
        ("www", "A", "192.0.2.256", r"is no IP address; an A record has an IPv4 address"),
        ("www", "A", "2001:db8::1", r"is of the other IP version; an A record.*AAAA has IPv6"),
        ("www", "AAAA", "192.0.2.1", r"is of the other IP version; an AAAA record has an IPv6 address"),
        ("www", "CNAME", "a b.example", r"'a b' is not a label"),
        ("www", "TXT", "x" * 2049, r"2049 octets; at most 2048"),
        ("www", "MX", "mail.example.com", r"an MX record has a preference"),
        ("www", "SRV", "0 0 443", r"is not the content of a SRV record"),
        ("w w", "A", "192.0.2.1", r"'w w' is not a label"),
        ("a" * 64, "A", "192.0.2.1", r"has a label of 64 characters; at most 63"),
        ("a." * 126 + "a", "A", "192.0.2.1", r"at most 253 characters"),
        ("@", "NS", "ns1.other.example", r"the NS records of example\.com itself"),
        ("@", "SOA", "a. b. 1 1 1 1 1", r"the SOA records of example\.com itself"),
        (
            "@",
            "CNAME",
            "www.example.net",
            r"example\.com has SOA and cannot have CNAME as well.*use a name below",
        ),
        (
            "taken",
            "CNAME",
            "www.example.net",
            r"taken\.example\.com has A and cannot have CNAME.*remove A first",
        ),
        ("alias", "A", "192.0.2.1", r"alias\.example\.com has CNAME and cannot have A as well"),
        ("alias", "CNAME", "www.example.org", r"alias\.example\.com has CNAME and cannot have CNAME as well"),
    ],
)
def test_a_record_that_cannot_be_is_refused_and_nothing_changes(
    dns: ElsewhereDns, name: str, rtype: str, content: str, said: str
) -> None:
    dns.put_record("example.com", "taken", "A", "192.0.2.7")
    dns.put_record("example.com", "alias", "CNAME", "www.example.net")
    before = contents(dns)
    with pytest.raises(RegistryError, match=said):
        dns.put_record("example.com", name, rtype, content)
    assert contents(dns) == before


@pytest.mark.parametrize("ttl", [-1, 2**31])
def test_a_ttl_has_31_bits(dns: ElsewhereDns, ttl: int) -> None:
    with pytest.raises(RegistryError, match=r"expected 0 to 2147483647"):
        dns.put_record("example.com", "www", "A", "192.0.2.1", ttl)


def test_a_name_has_so_many_records_and_no_more(dns: ElsewhereDns) -> None:
    for number in range(MOST_AT_A_NAME):
        dns.put_record("example.com", "www", "TXT", f"text {number}")
    with pytest.raises(RegistryError, match=f"at most {MOST_AT_A_NAME} are possible"):
        dns.put_record("example.com", "www", "TXT", "another")
    dns.put_record("example.com", "www", "TXT", "text 0", 60)
    assert len(contents(dns)) == MOST_AT_A_NAME


@given(
    st.text(max_size=80), st.text(max_size=80), st.sampled_from(("A", "TXT", "CAA", "SRV", "x")), st.text()
)
@settings(max_examples=examples(300))
def test_whatever_is_put_is_there_or_refused(zone: str, name: str, rtype: str, content: str) -> None:
    lab = DnsLab()
    try:
        record = lab.elsewhere.put_record(zone, name, rtype, content)
    except RegistryError:
        assert lab.elsewhere.zones() == {}
    else:
        assert next(iter(lab.elsewhere.zones().values())).records(record.name) == (record,)


def test_zones_survive_the_lab(tmp_path: Path) -> None:
    before = State(tmp_path / "state")
    ElsewhereDns(before, Clock()).put_record(ZONE, "cf-validation", "TXT", TOKEN, 60)
    before.close()
    after = State(tmp_path / "state")
    zone = ElsewhereDns(after, Clock()).zones()[ZONE]
    assert zone.records(f"cf-validation.{ZONE}") == (
        ResourceRecord(f"cf-validation.{ZONE}", "TXT", TOKEN, 60),
    )
    after.close()
