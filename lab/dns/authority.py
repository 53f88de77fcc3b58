"""What the servers of one zone answer from it (RFC 1034 section 4.3.2, RFC 4592, RFC 8482)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from lab.dns.lookups import Lookup, Status
from lab.dns.names import around, is_within
from lab.dns.zones import HostedZone, ResourceRecord, ZoneHost

_NS_TTL: Final = 86400
_SOA_TTL: Final = 1800
_TIMERS: Final = "1 10000 2400 604800 1800"
"""Serial, refresh, retry, expire and the TTL of denials. The lab transfers no zones, so that nobody compares
serials and one will do."""
_MINIMAL_ANY: Final = '"RFC8482" ""'


@dataclass(frozen=True, slots=True)
class Authority:
    """A zone, at the host that answers for it."""

    host: ZoneHost
    zone: HostedZone

    def cut(self, name: str) -> tuple[ResourceRecord, ...]:
        """The NS records by which the zone gives away what `name` is in; empty if the name is its own."""
        within = [each for each in around(name) if is_within(each, self.zone.origin)]
        for each in reversed(within[:-1]):
            if found := tuple(record for record in self.zone.records(each) if record.rtype == "NS"):
                return found
        return ()

    def answer(self, name: str, rtype: str) -> Lookup:
        """What there is of `rtype` at a name of this zone; else an alias, or the denial."""
        found = self._at(name)
        if not found:
            encloser = self._closest_encloser(name)
            if encloser != name:
                wild = self._at(f"*.{encloser}")
                if not wild:
                    return self._denial(Status.NXDOMAIN)
                found = tuple(replace(record, name=name) for record in wild)
        chosen = self._chosen(found, name, rtype)
        return Lookup(Status.NOERROR, chosen, (), True) if chosen else self._denial(Status.NOERROR)

    def _chosen(self, found: tuple[ResourceRecord, ...], name: str, rtype: str) -> tuple[ResourceRecord, ...]:
        alias = tuple(record for record in found if record.rtype == "CNAME")
        if rtype == "ANY" and found:
            return alias or (ResourceRecord(name, "HINFO", _MINIMAL_ANY, _SOA_TTL),)
        return tuple(record for record in found if record.rtype == rtype) or alias

    def _denial(self, status: Status) -> Lookup:
        return Lookup(status, (), (self._soa(),), True)

    def _at(self, name: str) -> tuple[ResourceRecord, ...]:
        found = tuple(self.zone.records(name))
        if name != self.zone.origin:
            return found
        servers = tuple(ResourceRecord(name, "NS", server, _NS_TTL) for server in self.host.nameservers)
        return (self._soa(), *servers, *(record for record in found if record.rtype not in ("SOA", "NS")))

    def _soa(self) -> ResourceRecord:
        first = self.host.nameservers[0]
        mailbox = f"hostmaster.{first.partition('.')[2]}"
        return ResourceRecord(self.zone.origin, "SOA", f"{first}. {mailbox}. {_TIMERS}", _SOA_TTL)

    def _closest_encloser(self, name: str) -> str:
        """The longest name around `name`, or `name` itself, that exists, if only because one below it does
        (RFC 4592 section 2.2)."""
        within = (each for each in around(name) if is_within(each, self.zone.origin))
        return next((each for each in within if self.zone.exists(each)), self.zone.origin)
