"""What a DNS record must be by itself."""

from __future__ import annotations

from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.zones.dns_record import AUTOMATIC, PROXIABLE, RECORD_TYPES, RecordDraft
from lab.clouds.cloudflare.zones.text_content import plain_text
from lab.dns.contents import rdata
from lab.dns.names import canonical, is_within
from lab.topology.problems import suggestion

SHORTEST_TTL: Final = 30
LONGEST_TTL: Final = 86400
MOST_PRIORITY: Final = 65535

BAD_NAME: Final = 9000
BAD_TYPE: Final = 9001
NOT_PROXIABLE: Final = 9004
BAD_A: Final = 9005
BAD_AAAA: Final = 9006
BAD_CNAME: Final = 9007
BAD_NS: Final = 9008
BAD_MX: Final = 9009
BAD_TXT: Final = 9010
BAD_PTR: Final = 9011
BAD_TTL: Final = 9021
BAD_PRIORITY: Final = 9100
"""Cloudflare's codes where public threads show them (9004, 9005, 9021); the others are the lab's choice."""


def check_draft(draft: RecordDraft, zone: str) -> None:
    """Refuse a record that no zone could have, or that the zone of this name could not.

    Raises CloudflareError.
    """
    if draft.rtype not in RECORD_TYPES:
        hint = suggestion(draft.rtype, RECORD_TYPES)
        raise CloudflareError(
            400, BAD_TYPE, f"The lab keeps no records of type {draft.rtype}; {hint}", "/type"
        )
    if not is_within(draft.name, zone):
        raise CloudflareError(400, BAD_NAME, f"{draft.name} is not in the zone {zone}", "/name")
    if draft.ttl != AUTOMATIC and not SHORTEST_TTL <= draft.ttl <= LONGEST_TTL:
        raise CloudflareError(
            400,
            BAD_TTL,
            f"TTL must be between {SHORTEST_TTL} and {LONGEST_TTL} seconds, or {AUTOMATIC} for Automatic; "
            f"it is {draft.ttl}.",
            "/ttl",
        )
    if draft.proxied and draft.rtype not in PROXIABLE:
        raise CloudflareError(
            400,
            NOT_PROXIABLE,
            f"This record type cannot be proxied: {draft.rtype}; A, AAAA and CNAME can.",
            "/proxied",
        )
    _check_priority(draft)
    _check_content(draft)


def _check_priority(draft: RecordDraft) -> None:
    if draft.rtype == "MX" and draft.priority is None:
        raise CloudflareError(400, BAD_PRIORITY, "priority is required for an MX record.", "/priority")
    if draft.priority is not None and not 0 <= draft.priority <= MOST_PRIORITY:
        raise CloudflareError(
            400, BAD_PRIORITY, f"priority must be 0 to {MOST_PRIORITY}, not {draft.priority}.", "/priority"
        )


def _check_content(draft: RecordDraft) -> None:
    expected, code = _EXPECTED[draft.rtype]
    try:
        text = plain_text(draft.content) if draft.rtype == "TXT" else draft.content
        rdata(draft.rtype, f"{draft.priority} {text}" if draft.rtype == "MX" else text)
    except ValueError as error:
        raise CloudflareError(
            400, code, f"Content for {draft.rtype} record must be {expected}: {error}.", "/content"
        ) from None
    if draft.rtype == "TXT" and not text:
        raise CloudflareError(
            400, code, f"Content for TXT record must be {expected}: it is empty.", "/content"
        )
    if draft.rtype == "CNAME" and canonical(text) == draft.name:
        message = f"Content for CNAME record is invalid: {draft.name} would point to itself."
        raise CloudflareError(400, code, message, "/content")


_EXPECTED: Final = {
    "A": ("a valid IPv4 address", BAD_A),
    "AAAA": ("a valid IPv6 address", BAD_AAAA),
    "CNAME": ("a domain name", BAD_CNAME),
    "MX": ("the domain name of a mail server", BAD_MX),
    "NS": ("the domain name of a name server", BAD_NS),
    "PTR": ("a domain name", BAD_PTR),
    "TXT": ("text", BAD_TXT),
}
