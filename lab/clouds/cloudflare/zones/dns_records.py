"""The DNS records of all zones."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.zones.dns_record import AUTOMATIC, PROXIABLE, DnsRecord, RecordDraft
from lab.clouds.cloudflare.zones.names import name_in_zone
from lab.clouds.cloudflare.zones.record_conflicts import HOST_EXISTS, check_beside
from lab.clouds.cloudflare.zones.record_rules import BAD_NAME, check_draft
from lab.clouds.cloudflare.zones.zone import Zone
from lab.clouds.cloudflare.zones.zones import Zones
from lab.dns.names import DomainNameError, around, canonical, existing
from lab.state.derived import Derived

MOST_RECORDS: Final = 3500
"""The most records of one zone."""

NOT_FOUND: Final = 81044
TOO_MANY: Final = 81045
"""Cloudflare's codes, as public threads show them."""


class _Index:
    """The records of each zone by name."""

    def __init__(self, records: Iterable[DnsRecord]) -> None:
        self._by_zone: dict[str, dict[str, list[DnsRecord]]] = {}
        for record in records:
            self._by_zone.setdefault(record.zone, {}).setdefault(record.name, []).append(record)
        self._existing: dict[str, frozenset[str]] = {}

    def of(self, zone: Zone) -> Mapping[str, list[DnsRecord]]:
        """The zone's."""
        return self._by_zone.get(zone.id, {})

    def existing(self, zone: Zone) -> frozenset[str]:
        """The names of the zone that exist: those with records, and those around them."""
        if zone.id not in self._existing:
            self._existing[zone.id] = existing(self.of(zone))
        return self._existing[zone.id]


class DnsRecords:
    """Records by zone. They go when their zone goes."""

    def __init__(self, basics: Basics, zones: Zones) -> None:
        self._basics = basics
        self._table = basics.state.table("cloudflare_dns_records", DnsRecord)
        self._index = Derived(basics.state, self._table, _Index)
        self._holders: list[Callable[[Zone, str], str]] = []
        zones.when_deleted(self._forget)

    def also_held_by(self, holder: Callable[[Zone, str], str]) -> None:
        """`holder` says who else holds a name of a zone, for people, or "": addresses are refused there."""
        self._holders.append(holder)

    def create(self, zone: Zone, draft: RecordDraft) -> DnsRecord:
        """Add a record; `draft.name` as `@`, relative or whole. Raises CloudflareError."""
        if len(self.of_zone(zone)) >= MOST_RECORDS:
            message = f"Record quota exceeded: a zone has at most {MOST_RECORDS} records."
            raise CloudflareError(400, TOO_MANY, message)
        draft = self._checked(zone, draft, except_for="")
        now = self._basics.world.now()
        record = DnsRecord(self._basics.ids.new(), zone.id, draft, now, now)
        return self._table.put(record.id, record)

    def change(self, zone: Zone, record_id: str, draft: RecordDraft) -> DnsRecord:
        """Have `draft` in the place of a record. Raises CloudflareError."""
        record = self.get(zone, record_id)
        draft = self._checked(zone, draft, except_for=record_id)
        return self._table.put(record_id, replace(record, draft=draft, modified=self._basics.world.now()))

    def delete(self, zone: Zone, record_id: str) -> None:
        """Take a record away. Raises CloudflareError."""
        self.get(zone, record_id)
        self._table.remove(record_id)

    def get(self, zone: Zone, record_id: str) -> DnsRecord:
        """A record of the zone. Raises CloudflareError."""
        record = self._table.get(record_id)
        if record is None or record.zone != zone.id:
            raise CloudflareError(404, NOT_FOUND, f"Record does not exist: {zone.name} has no {record_id}.")
        return record

    def of_zone(self, zone: Zone) -> list[DnsRecord]:
        """The zone's records, oldest first."""
        return [record for record in self._table.values() if record.zone == zone.id]

    def at(self, zone: Zone, name: str) -> list[DnsRecord]:
        """The zone's records at exactly this name."""
        return list(self._index.get().of(zone).get(name, ()))

    def matching(self, zone: Zone, name: str) -> list[DnsRecord]:
        """The records that answer for a name: its own, or the wildcard's that covers it (RFC 4592)."""
        for above in around(name):
            if self.exists(zone, above):
                return self.at(zone, name if above == name else f"*.{above}")
            if above == zone.name:
                break
        return self.at(zone, f"*.{zone.name}") if name != zone.name else []

    def names(self, zone: Zone) -> set[str]:
        """Every name of the zone that has records."""
        return set(self._index.get().of(zone))

    def exists(self, zone: Zone, name: str) -> bool:
        """Whether the zone has records at a name, or below it."""
        return name in self._index.get().existing(zone)

    def _checked(self, zone: Zone, draft: RecordDraft, *, except_for: str) -> RecordDraft:
        try:
            name = name_in_zone(draft.name, zone.name)
        except DomainNameError as error:
            raise CloudflareError(400, BAD_NAME, f"DNS name is invalid: {error}.", "/name") from None
        draft = replace(draft, name=name)
        check_draft(draft, zone.name)
        draft = _canonical(draft)
        check_beside(draft, [other for other in self.at(zone, name) if other.id != except_for])
        for holder in self._holders if draft.rtype in PROXIABLE else ():
            if who := holder(zone, name):
                raise CloudflareError(400, HOST_EXISTS, f"{name} is held by {who}.", "/name")
        return draft

    def _forget(self, zone: Zone) -> None:
        for record in self.of_zone(zone):
            self._table.remove(record.id)


def _canonical(draft: RecordDraft) -> RecordDraft:
    """Addresses and names in one form. What is proxied always has an automatic TTL, as at Cloudflare."""
    content = draft.content
    if draft.rtype in ("A", "AAAA"):
        content = str(ipaddress.ip_address(content))
    elif draft.rtype != "TXT":
        content = canonical(content)
    return replace(draft, content=content, ttl=AUTOMATIC if draft.proxied else draft.ttl)
