"""What asking the DNS for a name comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lab.dns.zones import ResourceRecord


class Status(StrEnum):
    """How it went: the RCODE of an answer (RFC 1035 section 4.1.1)."""

    NOERROR = "NOERROR"
    NXDOMAIN = "NXDOMAIN"
    """There is no such name."""
    SERVFAIL = "SERVFAIL"
    """A delegation leads to name servers that do not serve the zone, or aliases lead in a circle."""
    REFUSED = "REFUSED"
    """Nobody in the lab serves any zone around the name."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """`records` answer the question: first the aliases that lead there. With none of them and NOERROR, the
    name exists and has no such record, or, if `authority` has NS records, somebody else is to be asked.

    `authority` has the SOA record of the zone that denies (RFC 2308), or the NS records of a referral.
    `authoritative` is whether a server of the zone itself says so.
    """

    status: Status
    records: tuple[ResourceRecord, ...] = ()
    authority: tuple[ResourceRecord, ...] = ()
    authoritative: bool = False
