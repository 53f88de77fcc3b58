from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_site import Site
from support.cloudflare_world import OTHER_ACCOUNT, START
from support.examples import examples

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.zones.dns_record import RECORD_TYPES, DnsRecord, RecordDraft
from lab.clouds.cloudflare.zones.hosting import answered
from lab.clouds.cloudflare.zones.record_rules import check_draft
from lab.clouds.cloudflare.zones.text_content import plain_text
from lab.dns.contents import rdata


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def zone(site):
    return site.zone()


@pytest.mark.parametrize(
    ("rtype", "content", "answer"),
    [
        ("A", "192.0.2.7", "192.0.2.7"),
        ("AAAA", "2001:DB8:0::7", "2001:db8::7"),
        ("CNAME", "Other.Example.NET.", "other.example.net"),
        ("NS", "ns1.example.net", "ns1.example.net"),
        ("PTR", "host.example.net", "host.example.net"),
        ("TXT", "v=spf1 -all", "v=spf1 -all"),
        ("TXT", '"in two" " parts"', "in two parts"),
    ],
)
def test_a_record_that_is_not_proxied_is_answered_as_it_is(site, zone, rtype, content, answer):
    site.record(zone, "thing", rtype, content)
    (record,) = site.hosted()["example.com"].records("thing.example.com")
    assert (record.name, record.rtype, record.content) == ("thing.example.com", rtype, answer)
    assert record.ttl == 300


def test_a_mail_exchange_has_its_priority_in_the_answer(site, zone):
    site.record(zone, "@", "MX", "mail.example.net", priority=10)
    assert site.answers("example.com", "MX") == {"10 mail.example.net"}


def test_a_ttl_is_answered_as_it_is_and_automatic_is_300_seconds(site, zone):
    site.record(zone, "slow", "A", "192.0.2.7", ttl=3600)
    site.record(zone, "auto", "A", "192.0.2.7", ttl=1)
    records = site.hosted()["example.com"].records
    assert [next(iter(records(f"{name}.example.com"))).ttl for name in ("slow", "auto")] == [3600, 300]


def test_what_is_proxied_has_an_automatic_ttl(site, zone):
    assert site.record(zone, "www", "A", "192.0.2.7", ttl=3600, proxied=True).draft.ttl == 1


@pytest.mark.parametrize(
    ("code", "rtype", "content", "more"),
    [
        (9005, "A", "www.example.com", {}),
        (9005, "A", "2001:db8::1", {}),
        (9005, "A", "192.0.2.256", {}),
        (9005, "A", "192.0.2.0/24", {}),
        (9006, "AAAA", "192.0.2.1", {}),
        (9006, "AAAA", "fe80::1%eth0", {}),
        (9007, "CNAME", "not a name", {}),
        (9007, "CNAME", "thing.example.com", {}),
        (9009, "MX", "mail example", {"priority": 1}),
        (9010, "TXT", '"never closed', {}),
        (9010, "TXT", '""', {}),
        (9010, "TXT", "x" * 2049, {}),
        (9100, "MX", "mail.example.com", {}),
        (9100, "MX", "mail.example.com", {"priority": 65536}),
        (9021, "A", "192.0.2.1", {"ttl": 29}),
        (9021, "A", "192.0.2.1", {"ttl": 86401}),
        (9004, "TXT", "text", {"proxied": True}),
        (9001, "AAA", "192.0.2.1", {}),
    ],
)
def test_a_record_that_cannot_be_is_refused(site, zone, code, rtype, content, more):
    with site.refused(code):
        site.record(zone, "thing", rtype, content, **more)


def test_an_unknown_type_is_answered_with_the_nearest(site, zone):
    with site.refused(9001, "did you mean 'CNAME'?"):
        site.record(zone, "www", "CNAMES", "other.example.net")


@pytest.mark.parametrize("name", ["www example", "a..b", "-", "x" * 64])
def test_a_bad_name_is_refused(site, zone, name):
    with site.refused(9000, "DNS name is invalid"):
        site.record(zone, name, "A", "192.0.2.1")


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (("A", "192.0.2.1"), ("A", "192.0.2.1"), 81058),
        (("A", "192.0.2.1"), ("CNAME", "other.example.net"), 81053),
        (("AAAA", "2001:db8::1"), ("CNAME", "other.example.net"), 81053),
        (("CNAME", "one.example.net"), ("CNAME", "other.example.net"), 81053),
        (("CNAME", "one.example.net"), ("A", "192.0.2.1"), 81054),
        (("CNAME", "one.example.net"), ("NS", "ns.example.net"), 81054),
        (("NS", "ns.example.net"), ("CNAME", "one.example.net"), 81054),
    ],
)
def test_what_cannot_share_a_name_is_refused(site, zone, first, second, code):
    site.record(zone, "www", *first)
    with site.refused(code):
        site.record(zone, "www", *second)
    site.record(zone, "elsewhere", *second)


def test_several_addresses_and_a_text_share_a_name(site, zone):
    for rtype, content in (("A", "192.0.2.1"), ("A", "192.0.2.2"), ("AAAA", "2001:db8::1"), ("TXT", "x")):
        site.record(zone, "www", rtype, content)
    assert site.answers("www.example.com") == {"192.0.2.1", "192.0.2.2"}
    assert site.answers("www.example.com", "TXT") == {"x"}


def test_a_record_changes_and_goes(site, zone):
    record = site.record(zone, "www", "A", "192.0.2.1")
    site.world.time += 60
    changed = site.do(
        lambda: site.cloud.dns_records.change(zone, record.id, RecordDraft("www", "A", "192.0.2.2"))
    )
    assert site.answers("www.example.com") == {"192.0.2.2"}
    assert (changed.created, changed.modified) == (START, START + 60)
    site.do(lambda: site.cloud.dns_records.delete(zone, record.id))
    assert site.answers("www.example.com") == set()
    with site.refused(81044, "Record does not exist", status=404):
        site.do(lambda: site.cloud.dns_records.delete(zone, record.id))


def test_a_change_is_held_against_the_other_records_only(site, zone):
    record = site.record(zone, "www", "A", "192.0.2.1")
    same = RecordDraft("www", "A", "192.0.2.1", comment="seen")
    assert site.do(lambda: site.cloud.dns_records.change(zone, record.id, same)).draft.comment == "seen"
    site.record(zone, "www", "A", "192.0.2.2")
    with site.refused(81058):
        site.do(lambda: site.cloud.dns_records.change(zone, record.id, RecordDraft("www", "A", "192.0.2.2")))


def test_a_record_is_of_its_zone_only(site, zone):
    other = site.zone("example.net", OTHER_ACCOUNT)
    record = site.record(other, "www", "A", "192.0.2.1")
    with site.refused(81044, status=404):
        site.cloud.dns_records.get(zone, record.id)


@settings(max_examples=examples(100))
@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40))
def test_a_text_in_quotes_is_the_text(text):
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert plain_text(quoted) == text
    half = len(text) // 2
    if text[:half] and "\\" not in text and '"' not in text:
        assert plain_text(f'"{text[:half]}" "{text[half:]}"') == text


def test_octets_are_written_by_number():
    assert plain_text(r'"\065\"\200"') == 'A"\udcc8'
    with pytest.raises(ValueError, match="no octet"):
        plain_text(r'"\256"')


CONTENTS = st.one_of(
    st.ip_addresses().map(str),
    st.text(st.characters(max_codepoint=0x2FF, blacklist_categories=["Cs"]), max_size=30),
    st.text('ab.- "\\0129', max_size=30),
    st.sampled_from(
        ["host.example.net", "*.example.net", "example.com.", "a" * 63 + ".example", "::ffff:192.0.2.1"]
    ),
)


@settings(max_examples=examples(100))
@given(st.sampled_from(RECORD_TYPES), CONTENTS, st.integers(-1, 65536))
def test_whatever_is_taken_can_be_sent_in_a_packet(rtype, content, priority):
    """And what is not taken is refused with a reason, whatever it is."""
    draft = RecordDraft("www.example.com", rtype, content, priority=priority if rtype == "MX" else None)
    try:
        check_draft(draft, "example.com")
    except CloudflareError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert refusal.status == 400
        assert refusal.pointer in ("/content", "/priority")
        return
    record = answered(DnsRecord("1", "2", draft, 0, 0))
    assert rdata(record.rtype, record.content)
