"""From the packet of a question to the packet of its answer (RFC 1035 section 4, RFC 6891)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import dnslib
from dnslib import DNSHeader, DNSLabel, DNSRecord
from dnslib.label import DNSBuffer

from lab.dns.contents import ContentError, rdata
from lab.dns.lookups import Lookup, Status
from lab.dns.names import text_of
from lab.dns.queries import MalformedError, Query, read_query
from lab.dns.resolving import LabDns
from lab.dns.zones import ResourceRecord

Transport = Literal["udp", "tcp"]

PLAIN_UDP: Final = 512
"""Octets of an answer over UDP to whoever does not say more (RFC 1035 section 4.2.1)."""
LONGEST_UDP: Final = 1232
"""Octets of an answer over UDP to whoever says more than that, as servers do since the DNS flag day 2020."""
LONGEST_TCP: Final = 65535

_HEADER: Final = 12
_RCODES: Final = {Status.NOERROR: 0, Status.SERVFAIL: 2, Status.NXDOMAIN: 3, Status.REFUSED: 5}
_FORMERR: Final = 1
_NOTIMP: Final = 4
_BADVERS: Final = 1
"""In the upper bits of the extended RCODE, over NOERROR: 16."""
_QUERY: Final = 0
_IN: Final = 1
_ANY_CLASS: Final = 255
_NO_QUESTIONS: Final = frozenset({0, 41})
"""Types that nobody can ask for."""
_TRANSFERS: Final = frozenset({251, 252})
_META: Final = range(128, 255)
_FARTHEST: Final = 0x3FFF


def answer(packet: bytes, dns: LabDns, over: Transport) -> bytes | None:
    """The answer to a packet of whoever; None if it deserves none: no whole header, or an answer itself.

    An answer that is too long for UDP is sent empty and marked as truncated, so that the client asks again
    over TCP.
    """
    if len(packet) < _HEADER:
        return None
    header = DNSHeader.parse(DNSBuffer(packet[:_HEADER]))
    if header.qr:
        return None
    query = _query(packet)
    if header.opcode != _QUERY:
        return _packed(_reply(header, query, _NOTIMP))
    if query is None:
        return _packed(_reply(header, None, _FORMERR))
    reply = _answered(header, query, dns)
    packed = _packed(reply)
    if len(packed) <= _limit(query, over):
        return packed
    shortened = _reply(header, query, 0 if over == "udp" else _RCODES[Status.SERVFAIL])
    shortened.header.tc = int(over == "udp")
    return _packed(shortened)


def failure(packet: bytes) -> bytes:
    """The answer to a query, one that `answer` raised for, whose answer the server cannot find: SERVFAIL."""
    header = DNSHeader.parse(DNSBuffer(packet[:_HEADER]))
    return _packed(_reply(header, _query(packet), _RCODES[Status.SERVFAIL]))


def _query(packet: bytes) -> Query | None:
    try:
        return read_query(packet)
    except MalformedError:
        return None


def _answered(header: DNSHeader, query: Query, dns: LabDns) -> DNSRecord:
    if query.edns is not None and query.edns.edns_ver > 0:
        return _reply(header, query, 0, extended=_BADVERS)
    rcode = _unwanted(query.question)
    if rcode is not None:
        return _reply(header, query, rcode)
    name = text_of(query.question.qname.label)
    found = dns.lookup(name, dnslib.QTYPE[query.question.qtype], recursive=bool(header.rd))
    try:
        return _with_records(_reply(header, query, _RCODES[found.status]), found, name)
    except ContentError:
        return _reply(header, query, _RCODES[Status.SERVFAIL])


def _unwanted(question: dnslib.DNSQuestion) -> int | None:
    """The RCODE for a question that is not looked up."""
    if question.qtype in _NO_QUESTIONS:
        return _FORMERR
    if question.qclass not in (_IN, _ANY_CLASS) or question.qtype in _TRANSFERS:
        return _RCODES[Status.REFUSED]
    return _NOTIMP if question.qtype in _META else None


def _reply(header: DNSHeader, query: Query | None, rcode: int, extended: int = 0) -> DNSRecord:
    """An answer without records: the question as it was asked, upper and lower case included."""
    reply = DNSRecord(
        DNSHeader(
            id=header.id, bitmap=0, qr=1, opcode=header.opcode, rd=header.rd, cd=header.cd, ra=1, rcode=rcode
        )
    )
    if query is not None:
        reply.add_question(query.question)
        if query.edns is not None:
            flags = "do" if query.edns.edns_do else ""
            reply.add_ar(dnslib.EDNS0(ext_rcode=extended, flags=flags, udp_len=LONGEST_UDP))
    return reply


def _with_records(reply: DNSRecord, found: Lookup, name: str) -> DNSRecord:
    owners = {name: reply.q.qname}
    reply.header.aa = int(found.authoritative)
    reply.add_answer(*_resource_records(found.records, owners))
    reply.add_auth(*_resource_records(found.authority, owners))
    return reply


def _resource_records(records: Iterable[ResourceRecord], owners: dict[str, DNSLabel]) -> list[dnslib.RR]:
    return [
        dnslib.RR(
            owners.get(record.name) or DNSLabel(record.name),
            getattr(dnslib.QTYPE, record.rtype),
            _IN,
            record.ttl,
            rdata(record.rtype, record.content),
        )
        for record in records
    ]


def _limit(query: Query, over: Transport) -> int:
    if over == "tcp":
        return LONGEST_TCP
    if query.edns is None:
        return PLAIN_UDP
    return max(PLAIN_UDP, min(int(query.edns.edns_len), LONGEST_UDP))


class _Reachable(dict[tuple[bytes, ...], int]):
    """Where names begin in a packet: those that a pointer of 14 bits can mean, which dnslib does not mind."""

    def __setitem__(self, name: tuple[bytes, ...], offset: int) -> None:
        if offset <= _FARTHEST:
            super().__setitem__(name, offset)


def _packed(record: DNSRecord) -> bytes:
    record.set_header_qa()
    buffer = DNSBuffer()
    buffer.names = _Reachable()
    for part in (record.header, *record.questions, *record.rr, *record.auth, *record.ar):
        part.pack(buffer)
    return bytes(buffer.data)
