"""A query from the wire: read within bounds, before anybody looks at what it asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dnslib import RR, DNSHeader, DNSLabel, DNSQuestion
from dnslib.label import DNSBuffer

LONGEST_QUERY: Final = 4096
"""Octets; a name has 255 and no option that is in use comes near the rest."""
_MOST_ADDITIONAL: Final = 2
"""Records after the question: EDNS's (RFC 6891), and perhaps a signature (RFC 8945)."""
_OPT: Final = 41
_LONGEST_LABEL: Final = 63
_LONGEST_ON_WIRE: Final = 255


class MalformedError(ValueError):
    """A packet is no DNS query."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question, and what EDNS says with it; `edns` is None if it says nothing."""

    question: DNSQuestion
    edns: RR | None = None


def read_query(packet: bytes) -> Query:
    """The one question of a packet whose header says that it has one. Raises MalformedError."""
    if len(packet) > LONGEST_QUERY:
        raise MalformedError(f"{len(packet)} octets; a query has at most {LONGEST_QUERY}")
    try:
        return _read(DNSBuffer(packet))
    except MalformedError:
        raise
    except Exception as error:  # dnslib raises whatever Python happens to raise, RecursionError included
        raise MalformedError(f"not readable: {type(error).__name__}") from None


def _read(buffer: DNSBuffer) -> Query:
    header = DNSHeader.parse(buffer)
    if (header.q, header.a, header.auth) != (1, 0, 0) or header.ar > _MOST_ADDITIONAL:
        raise MalformedError("a query has one question, no answers and at most two additional records")
    name = _question_name(buffer)
    question = DNSQuestion(name, *buffer.unpack("!HH"))
    additional = [RR.parse(buffer) for _ in range(header.ar)]
    options = [record for record in additional if record.rtype == _OPT]
    if len(options) > 1 or any(record.rname.label for record in options):
        raise MalformedError("a query has at most one OPT record, at the root (RFC 6891 section 6.1.1)")
    return Query(question, options[0] if options else None)


def _question_name(buffer: DNSBuffer) -> DNSLabel:
    """The first name of a packet: there is nothing before it that a compression pointer could mean."""
    labels: list[bytes] = []
    start = buffer.offset
    while length := buffer.unpack("!B")[0]:
        if length > _LONGEST_LABEL:
            raise MalformedError("a pointer, or a label of an unknown kind, in the question")
        labels.append(buffer.get(length))
    if buffer.offset - start > _LONGEST_ON_WIRE:
        raise MalformedError("a name of more than 255 octets")
    return DNSLabel(labels)
