"""From the packet of a question to that of its answer."""

from __future__ import annotations

import dnslib
import pytest
from dnslib import DNSRecord
from hypothesis import given, settings
from hypothesis import strategies as st
from support.dns_lab import RANGE, TOKEN, ZONE, DnsLab, delegated_lab
from support.examples import examples

from lab.dns.answering import LONGEST_UDP, Transport

NAME = f"cf-validation.{ZONE}"


@pytest.fixture
def lab() -> DnsLab:
    return delegated_lab()


def asked(lab: DnsLab, question: DNSRecord, over: Transport = "udp") -> DNSRecord:
    packed = lab.answer(bytes(question.pack()), over)
    assert packed is not None
    reply = DNSRecord.parse(packed)
    assert (reply.header.id, reply.header.qr, reply.header.ra) == (question.header.id, 1, 1)
    return reply


def with_edns(question: DNSRecord, size: int = 1232, version: int = 0) -> DNSRecord:
    question.add_ar(dnslib.EDNS0(udp_len=size, version=version, flags="do"))
    return question


def rcode(reply: DNSRecord) -> str:
    return dnslib.RCODE[reply.header.rcode]


@pytest.mark.seed(137, 270)
def test_a_token_is_answered_with_authority(lab: DnsLab) -> None:
    reply = asked(lab, DNSRecord.question(NAME, "TXT"))
    (record,) = reply.rr
    assert (str(record.rname), record.ttl, record.rdata.data) == (f"{NAME}.", 300, [TOKEN.encode()])
    assert (rcode(reply), reply.header.aa, reply.header.rd) == ("NOERROR", 1, 1)


def test_a_text_of_more_than_255_octets_comes_in_strings_that_are_one_text(lab: DnsLab) -> None:
    text = "é" * 300
    lab.elsewhere.put_record(ZONE, "long", "TXT", text)
    (record,) = asked(lab, DNSRecord.question(f"long.{ZONE}", "TXT"), "tcp").rr
    assert [len(string) for string in record.rdata.data] == [255, 255, 90]
    assert b"".join(record.rdata.data).decode() == text


@given(st.lists(st.booleans(), min_size=len(NAME), max_size=len(NAME)))
@settings(max_examples=examples(50))
def test_a_name_comes_back_in_the_letters_it_was_asked_with(upper: list[bool]) -> None:
    lab = delegated_lab()
    name = "".join(char.upper() if up else char for char, up in zip(NAME, upper, strict=True))
    reply = asked(lab, DNSRecord.question(name, "TXT"))
    assert str(reply.q.qname) == str(reply.rr[0].rname) == f"{name}."


@pytest.mark.parametrize(
    ("name", "rtype", "expected", "authority"),
    [
        (f"gone.{ZONE}", "TXT", "NXDOMAIN", [("SOA", f"{ZONE}.")]),
        (NAME, "A", "NOERROR", [("SOA", f"{ZONE}.")]),
        ("1.100.51.198.in-addr.arpa", "PTR", "NXDOMAIN", [("SOA", "198.in-addr.arpa.")]),
        ("www.example.org", "A", "REFUSED", []),
        (".", "NS", "REFUSED", []),
        (NAME, "AXFR", "REFUSED", []),
        (NAME, "TSIG", "NOTIMP", []),
        (NAME, "OPT", "FORMERR", []),
    ],
)
def test_a_denial_says_which_and_whose_it_is(
    lab: DnsLab, name: str, rtype: str, expected: str, authority: list[tuple[str, str]]
) -> None:
    reply = asked(lab, DNSRecord.question(name, rtype))
    assert (rcode(reply), reply.rr) == (expected, [])
    assert [(dnslib.QTYPE[record.rtype], str(record.rname)) for record in reply.auth] == authority
    assert reply.header.aa == (1 if authority else 0)


def test_a_lame_delegation_fails_or_refers(lab: DnsLab) -> None:
    lab.delegations.delegate(RANGE, ["ns1.gone.example"])
    question = DNSRecord.question(NAME, "TXT")
    assert rcode(asked(lab, question)) == "SERVFAIL"
    question.header.rd = 0
    reply = asked(lab, question)
    assert (rcode(reply), reply.header.aa, reply.header.rd, reply.rr) == ("NOERROR", 0, 0, [])
    assert [str(record.rdata) for record in reply.auth] == ["ns1.gone.example."]


@pytest.mark.parametrize(
    ("size", "limit"), [(None, 512), (0, 512), (511, 512), (700, 700), (1232, 1232), (65535, LONGEST_UDP)]
)
def test_an_answer_over_udp_has_the_size_that_the_client_takes_or_is_truncated(
    lab: DnsLab, size: int | None, limit: int
) -> None:
    name = f"many.{ZONE}"
    lengths = []
    for count in range(1, 14):
        lab.elsewhere.put_record(ZONE, "many", "TXT", f"{count:03}" + "x" * 97)
        question = DNSRecord.question(name, "TXT")
        if size is not None:
            with_edns(question, size)
        packed = lab.answer(bytes(question.pack()), "udp")
        whole = lab.answer(bytes(question.pack()), "tcp")
        assert packed is not None
        assert whole is not None
        assert (len(packed) <= limit, DNSRecord.parse(whole).header.tc) == (True, 0)
        reply = DNSRecord.parse(packed)
        if reply.header.tc:
            assert (reply.rr, len(whole) > limit) == ([], True)
            assert (str(reply.q.qname), len(reply.ar)) == (f"{name}.", 0 if size is None else 1)
        else:
            assert packed == whole
        lengths.append(len(whole))
    assert lengths[0] < limit < lengths[-1]


def test_edns_is_answered_with_edns_and_no_edns_without(lab: DnsLab) -> None:
    (options,) = asked(lab, with_edns(DNSRecord.question(NAME, "TXT"))).ar
    assert (options.edns_len, options.edns_ver, options.edns_do, options.edns_rcode) == (LONGEST_UDP, 0, 1, 0)
    assert asked(lab, DNSRecord.question(NAME, "TXT")).ar == []


def test_a_version_of_edns_that_is_unknown_is_refused_with_the_one_that_is_known(lab: DnsLab) -> None:
    reply = asked(lab, with_edns(DNSRecord.question(NAME, "TXT"), version=1))
    assert (reply.rr, reply.ar[0].edns_rcode << 4 | reply.header.rcode, reply.ar[0].edns_ver) == ([], 16, 0)


def test_two_edns_records_are_an_error_of_format(lab: DnsLab) -> None:
    question = with_edns(with_edns(DNSRecord.question(NAME, "TXT")))
    assert rcode(asked(lab, question)) == "FORMERR"


@pytest.mark.parametrize("opcode", [1, 2, 3, 4, 5, 15])
def test_nothing_but_queries_is_implemented(lab: DnsLab, opcode: int) -> None:
    question = DNSRecord.question(NAME, "TXT")
    question.header.opcode = opcode
    reply = asked(lab, question)
    assert (rcode(reply), reply.header.opcode) == ("NOTIMP", opcode)


def test_other_classes_are_refused(lab: DnsLab) -> None:
    assert rcode(asked(lab, DNSRecord.question("version.bind", "TXT", "CH"))) == "REFUSED"


def test_answers_are_not_answered_and_nothing_without_a_header_is(lab: DnsLab) -> None:
    question = DNSRecord.question(NAME, "TXT")
    question.header.qr = 1
    assert lab.answer(bytes(question.pack())) is None
    assert lab.answer(bytes(11)) is None
    assert lab.answer(b"") is None


@pytest.mark.parametrize("questions", [0, 2])
def test_a_query_has_one_question(lab: DnsLab, questions: int) -> None:
    record = DNSRecord()
    for _ in range(questions):
        record.add_question(dnslib.DNSQuestion(NAME, dnslib.QTYPE.TXT))
    assert rcode(asked(lab, record)) == "FORMERR"


def test_octets_that_are_no_text_are_asked_for_like_any_name(lab: DnsLab) -> None:
    name = dnslib.DNSLabel([b"\xff\x00.", *(label.encode() for label in ZONE.split("."))])
    packet = bytes(DNSRecord(q=dnslib.DNSQuestion(name, dnslib.QTYPE.TXT)).pack())
    packed = lab.answer(packet)
    assert packed is not None
    assert packed[3] & 15 == dnslib.RCODE.NXDOMAIN
    assert packed[12 : len(packet)] == packet[12:]


def test_a_record_that_cannot_travel_fails_alone(lab: DnsLab) -> None:
    lab.cloud.zone("example.com").put("bad.example.com", "A", "no address")
    assert rcode(asked(lab, DNSRecord.question("bad.example.com", "A"))) == "SERVFAIL"
    assert rcode(asked(lab, DNSRecord.question(NAME, "TXT"))) == "NOERROR"


def test_an_answer_of_any_length_is_readable_or_fails(lab: DnsLab) -> None:
    """Names behind 16 KiB cannot be pointed at; beyond 64 KiB there is no answer."""
    zone = lab.cloud.zone("example.com")
    for number in range(4000):
        zone.put("many.example.com", "PTR", f"host-{number}.group-{number // 5}.example.net")
        if number in (600, 1200, 2000):
            reply = asked(lab, DNSRecord.question("many.example.com", "PTR"), "tcp")
            assert {str(each.rdata) for each in reply.rr} == {f"{each.content}." for each in zone.contents}
    assert rcode(asked(lab, DNSRecord.question("many.example.com", "PTR"), "tcp")) == "SERVFAIL"


@given(st.sampled_from(sorted({*dnslib.dns.RDMAP, "ANY", "TYPE65280"})), st.booleans())
@settings(max_examples=examples(100))
def test_every_type_can_be_asked_for(rtype: str, recursive: bool) -> None:
    question = DNSRecord.question(NAME, rtype)
    question.header.rd = int(recursive)
    reply = asked(delegated_lab(), question)
    assert rcode(reply) == "NOERROR"
    assert bool(reply.rr) is (rtype in ("TXT", "ANY"))
