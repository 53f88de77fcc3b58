"""Which DNS records cannot be at one name together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.zones.dns_record import PROXIABLE, DnsRecord, RecordDraft

HOST_EXISTS: Final = 81053
CNAME_EXISTS: Final = 81054
IDENTICAL_EXISTS: Final = 81058
"""Cloudflare's codes, as public threads show them."""


def check_beside(draft: RecordDraft, others: Iterable[DnsRecord]) -> None:
    """Refuse a record that cannot be beside the others of its name (RFC 1034 section 3.6.2).

    Cloudflare lets a CNAME share its name with anything but addresses, another CNAME and name servers; at the
    top of a zone it is flattened. Raises CloudflareError.
    """
    for other in others:
        if _key(draft) == _key(other.draft):
            raise CloudflareError(400, IDENTICAL_EXISTS, "An identical record already exists.", "/content")
        pair = {draft.rtype, other.rtype}
        if draft.rtype == "CNAME" and pair <= PROXIABLE:
            message = (
                f"An A, AAAA, or CNAME record with that host already exists: {other.rtype} {draft.name}."
            )
            raise CloudflareError(400, HOST_EXISTS, message, "/name")
        if "CNAME" in pair and pair & (PROXIABLE | {"NS"}) == pair:
            message = f"A CNAME record with that host already exists: {draft.name}."
            if other.rtype == "NS":
                message = f"An NS record with that host already exists: {draft.name}."
            raise CloudflareError(400, CNAME_EXISTS, message, "/name")


def _key(draft: RecordDraft) -> tuple[str, str, str]:
    return draft.name, draft.rtype, draft.content
