"""What records contain: from the text of a zone file to what travels in a packet, by dnslib."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import dnslib
from dnslib.label import DNSBuffer

from lab.bgp.prefix import WIDTH, Address, PrefixError
from lab.dns.names import DomainNameError, canonical, record_name
from lab.topology.problems import shown, suggestion

LONGEST_TEXT: Final = 2048
"""Octets of a TXT record, which travel as strings of at most 255 (RFC 1035 section 3.3.14)."""
LONGEST_CONTENT: Final = 4096
"""Characters of any other record."""
_STRING: Final = 255

RECORD_TYPES: Final = frozenset(dnslib.dns.RDMAP) - {"RRSIG", "NSEC"} | {"HINFO"}
"""The types that records of the lab can have. Those left out are signatures, which a lab does not make."""


Reader = Callable[[str], dnslib.RD]


class ContentError(ValueError):
    """A record cannot have this type or this content; the message says why."""


def rdata(rtype: str, content: str) -> dnslib.RD:
    """What a record of `rtype` has in a packet. Names within `content` are whole; a final dot is optional.

    Raises ContentError.
    """
    if rtype not in RECORD_TYPES:
        raise ContentError(
            f"records of type {shown(rtype)} are not possible; {suggestion(rtype, sorted(RECORD_TYPES))}"
        )
    if len(content) > LONGEST_CONTENT:
        raise ContentError(
            f"the content of the {rtype} record has {len(content)} characters; at most {LONGEST_CONTENT} are"
            " possible"
        )
    try:
        return _reader(rtype)(content)
    except DomainNameError as error:
        raise ContentError(f"the content of the {rtype} record: {error}") from None


def canonical_content(rtype: str, content: str) -> str:
    """The one text of a content that can be written in several ways: records with it are the same record.

    Raises ContentError.
    """
    rdata(rtype, content)
    if rtype in ("A", "AAAA"):
        return str(Address.parse(content))
    if rtype in ("CNAME", "NS", "PTR"):
        return canonical(content)
    if rtype == "MX":
        preference, host = content.split()
        return f"{int(preference)} {canonical(host) or '.'}"
    return content


def _reader(rtype: str) -> Reader:
    return _READERS.get(rtype) or partial(_from_zone_file, rtype)


def _ipv4(content: str) -> dnslib.RD:
    return dnslib.A(_octets(content, 4, "an A record has an IPv4 address, such as 192.0.2.1; AAAA has IPv6"))


def _ipv6(content: str) -> dnslib.RD:
    return dnslib.AAAA(
        _octets(content, 6, "an AAAA record has an IPv6 address, such as 2001:db8::1; A has IPv4")
    )


def _octets(content: str, version: int, expected: str) -> tuple[int, ...]:
    try:
        address = Address.parse(content)
    except PrefixError:
        raise ContentError(f"{shown(content)} is no IP address; {expected}") from None
    if address.version != version:
        raise ContentError(f"{shown(content)} is of the other IP version; {expected}")
    return tuple(address.value.to_bytes(WIDTH[version] // 8, "big"))


def _text(content: str) -> dnslib.RD:
    try:
        octets = content.encode()
    except UnicodeEncodeError:
        raise ContentError(
            f"the TXT record has characters that UTF-8 cannot have: {shown(content)}"
        ) from None
    if len(octets) > LONGEST_TEXT:
        raise ContentError(f"the TXT record has {len(octets)} octets; at most {LONGEST_TEXT} are possible")
    return dnslib.TXT([octets[at : at + _STRING] for at in range(0, max(len(octets), 1), _STRING)])


def _host_information(content: str) -> dnslib.RD:
    strings = [word.strip('"').encode("ascii", "replace") for word in content.split(" ")]
    if len(strings) != 2 or max(map(len, strings)) > _STRING:
        raise ContentError(f'a HINFO record has two words, such as "RFC8482" "", not {shown(content)}')
    return dnslib.RD(b"".join(bytes([len(string)]) + string for string in strings))


def _name(kind: type[dnslib.RD]) -> Reader:
    return lambda content: kind(record_name(content))


def _mail_exchange(content: str) -> dnslib.RD:
    preference, _, host = content.strip().partition(" ")
    if not (
        preference.isascii() and preference.isdigit() and len(preference) <= 5 and int(preference) < 65536
    ):
        raise ContentError(
            f"an MX record has a preference of 0 to 65535 and a name, such as 10 mail.example.com, not"
            f" {shown(content)}"
        )
    return dnslib.MX(host.strip() if host.strip() == "." else record_name(host.strip()), int(preference))


def _from_zone_file(rtype: str, content: str) -> dnslib.RD:
    """What dnslib reads from a line of a zone file with this content."""
    if not (content.isascii() and content.isprintable()):
        raise ContentError(f"the content of the {rtype} record is not printable ASCII: {shown(content)}")
    try:
        # dnslib reports what it cannot read by whatever exception Python happens to raise.
        (record,) = dnslib.RR.fromZone(f"example. 0 IN {rtype} {content}")
        record.pack(DNSBuffer())
    except Exception:
        raise ContentError(f"{shown(content)} is not the content of a {rtype} record") from None
    return record.rdata


_READERS: Final[dict[str, Reader]] = {
    "A": _ipv4,
    "AAAA": _ipv6,
    "CNAME": _name(dnslib.CNAME),
    "HINFO": _host_information,
    "MX": _mail_exchange,
    "NS": _name(dnslib.NS),
    "PTR": _name(dnslib.PTR),
    "TXT": _text,
}
