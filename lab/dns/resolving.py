"""Finding a name in the DNS of a lab, from the root down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lab.dns.authority import Authority
from lab.dns.lookups import Lookup, Status
from lab.dns.names import around, canonical, is_within
from lab.dns.zones import ResourceRecord, ZoneHost

MOST_ALIASES: Final = 16
REVERSE_TREES: Final = ("in-addr.arpa", "ip6.arpa")


class LabDns:
    """All name servers of a lab, and who finds answers there.

    Reverse names are found through `reverse`, the servers of the RIRs: where these delegate, and only there.
    Other names are found at the host that has the zone, as if the registrar of each name, which is not
    modelled, had delegated it there: hosts see to it that one of them has it, and the first counts.
    Below that, delegations are NS records. The names of name servers tell who they are and have no addresses.
    """

    def __init__(self, hosts: Callable[[], Sequence[ZoneHost]], reverse: ZoneHost) -> None:
        self._hosts = hosts
        self._reverse = reverse

    def txt(self, name: str) -> tuple[str, ...]:
        """The texts at a name, each in one piece; empty where nobody answers with any."""
        return tuple(record.content for record in self.lookup(name, "TXT").records if record.rtype == "TXT")

    def lookup(self, name: str, rtype: str, *, recursive: bool = True) -> Lookup:
        """What the DNS has of `rtype` (`A`, `TXT`, `ANY` ...) at `name`; aliases are followed within the lab.

        Where a delegation leads to servers that do not serve the zone, the answer is SERVFAIL, or, if it is
        not `recursive`, the referral to them.
        """
        name, rtype = canonical(name), rtype.upper()
        found = self._without_aliases(name, rtype, recursive)
        records, authoritative, seen = found.records, found.authoritative, {name}
        while (target := _alias(found, rtype)) is not None:
            if target in seen or len(seen) > MOST_ALIASES:
                return Lookup(Status.SERVFAIL)
            seen.add(target)
            found = self._without_aliases(target, rtype, recursive)
            if found.status is Status.SERVFAIL:
                return found
            if found.status is Status.REFUSED:
                return Lookup(Status.NOERROR, records, (), authoritative)
            records = (*records, *found.records)
        return Lookup(found.status, records, found.authority, authoritative)

    def _without_aliases(self, name: str, rtype: str, recursive: bool) -> Lookup:
        # A DS record is the parent's, at a name that is otherwise the child's (RFC 4035 section 3.1.4.1).
        place = name.partition(".")[2] if rtype == "DS" else name
        authority = self._top(place)
        if authority is None:
            return Lookup(Status.REFUSED)
        authority, cut = self._down(authority, place)
        if cut:
            return Lookup(Status.NOERROR, (), cut) if not recursive else Lookup(Status.SERVFAIL)
        return authority.answer(name, rtype)

    def _down(self, authority: Authority, name: str) -> tuple[Authority, tuple[ResourceRecord, ...]]:
        """From a zone to the one that `name` is in, and, if it ends there, a delegation to nobody who serves
        the zone."""
        while cut := authority.cut(name):
            below = self._below(cut, name)
            if below is None:
                return authority, cut
            authority = below
        return authority, ()

    def in_the_way(self, host: ZoneHost, zone: str) -> Authority | None:
        """The zone of another host that would keep everybody from a new `zone` at `host`, or that nobody
        would find any more for it; None if there is none, as for reverse zones: the RIRs say whose counts.

        One around it is in no way if it delegates the name to a server of `host`.
        """
        if _is_reverse(zone):
            return None
        top = self._top(zone)
        if top is not None:
            found, cut = self._down(top, zone)
            if found.host is not host and not any(_leads_to(record, host) for record in cut):
                return found
        others = ((each, each.zones()) for each in self._hosts() if each is not host)
        return next(
            (
                Authority(other, zones[name])
                for other, zones in others
                for name in zones
                if is_within(name, zone)
            ),
            None,
        )

    def _top(self, name: str) -> Authority | None:
        """Where the way down begins."""
        if _is_reverse(name):
            return _deepest(self._reverse, name)
        suffixes = list(around(name))[::-1]
        served = [(host, host.zones()) for host in self._hosts()]
        for suffix in suffixes:
            for host, zones in served:
                if suffix in zones:
                    return _deepest(host, name)
        return None

    def _below(self, cut: Sequence[ResourceRecord], name: str) -> Authority | None:
        """The first server of a delegation that serves the zone, or one below it that the name is in."""
        for record in cut:
            for host in self._hosts():
                if _leads_to(record, host):
                    authority = _deepest(host, name)
                    if authority is not None and is_within(authority.zone.origin, record.name):
                        return authority
        return None


def _is_reverse(name: str) -> bool:
    return any(is_within(name, tree) for tree in REVERSE_TREES)


def _leads_to(delegation: ResourceRecord, host: ZoneHost) -> bool:
    return canonical(delegation.content) in host.nameservers


def _deepest(host: ZoneHost, name: str) -> Authority | None:
    """The most specific zone of `host` that the name is in."""
    zones = host.zones()
    return next((Authority(host, zones[each]) for each in around(name) if each in zones), None)


def _alias(found: Lookup, rtype: str) -> str | None:
    """Where the last of what was found points, if that is not the answer itself."""
    if rtype in ("CNAME", "ANY") or not found.records or found.records[-1].rtype != "CNAME":
        return None
    return canonical(found.records[-1].content)
