"""The DNS of customers who do not host theirs at Cloudflare: reverse zones and any others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lab.dns.authority import Authority
from lab.dns.contents import ContentError, canonical_content
from lab.dns.names import DomainNameError, around, canonical, existing, is_within, record_name
from lab.dns.zones import ResourceRecord
from lab.registry.errors import RegistryError
from lab.state.derived import Derived
from lab.state.state import State
from lab.topology.problems import shown, suggestion

NAMESERVERS: Final = ("ns1.dns.example", "ns2.dns.example")
MOST_ZONES: Final = 1000
MOST_RECORDS: Final = 1000
"""Of one zone."""
MOST_AT_A_NAME: Final = 20
"""So that an answer fits into a packet, whatever the records are."""
_WITH_TARGET: Final = frozenset({"CNAME", "DNAME", "MX", "NS", "PTR", "SRV"})
"""Types whose content ends with a name."""
LONGEST_TTL: Final = 2**31 - 1
"""Seconds (RFC 2181 section 8)."""


@dataclass(frozen=True, slots=True)
class ElsewhereRecord:
    """A record of `zone`; `changed` is UNIX seconds of the lab's calendar."""

    zone: str
    record: ResourceRecord
    changed: float


@dataclass(frozen=True, slots=True)
class ElsewhereZone:
    """A zone (a `HostedZone`)."""

    origin: str
    by_name: Mapping[str, tuple[ResourceRecord, ...]]
    existing: frozenset[str]

    def names(self) -> Collection[str]:
        """Every name that has records."""
        return self.by_name.keys()

    def exists(self, name: str) -> bool:
        """Whether there are records at a name, or below it."""
        return name in self.existing

    def records(self, name: str) -> tuple[ResourceRecord, ...]:
        """The records at a name."""
        return self.by_name.get(name, ())


class ElsewhereDns:
    """A `ZoneHost` for everybody who does not use Cloudflare's. One thread at a time.

    A zone is made by its first record, and goes with its last. Names of records are relative to the zone,
    `@` for the zone itself, or whole within it.
    """

    nameservers = NAMESERVERS

    def __init__(self, state: State, now: Callable[[], float]) -> None:
        """`now` gives UNIX seconds of the lab's calendar. Raises lab.state.errors.StateError where `state`
        holds what cannot be read."""
        self._state = state
        self._now = now
        self._records = state.table("registry_elsewhere_dns", ElsewhereRecord)
        self._zones = Derived(state, self._records, _made)

    def zones(self) -> Mapping[str, ElsewhereZone]:
        """The zones as they are now, by origin."""
        return self._zones.get()

    def servers_of(self, name: str) -> tuple[str, ...]:
        """To which name servers the zone here that `name` is in sends those who ask for it: to these, or to
        those of its delegation. Empty where no zone here is around it."""
        zones = self.zones()
        origin = next((each for each in around(name) if each in zones), None)
        if origin is None:
            return ()
        cut = Authority(self, zones[origin]).cut(name)
        return tuple(canonical(record.content) for record in cut) or self.nameservers

    def put_record(self, zone: str, name: str, rtype: str, content: str, ttl: int = 300) -> ResourceRecord:
        """Add a record, or change the TTL of one that is there: all of one name and type have the same
        (RFC 2181 section 5.2).

        Raises RegistryError, and then changes nothing, for a name, type, content or TTL that cannot be, a
        second record beside a CNAME, and more records than a zone can have.
        """
        zone = _checked_name(zone)
        rtype = rtype.upper()
        record = ResourceRecord(
            _whole(name, zone), rtype, _checked_content(rtype, content, zone), _checked_ttl(ttl)
        )
        self._check_place(zone, record)
        siblings = [each for each in self._at(zone, record.name) if each.rtype == rtype]
        with self._state.transaction():
            for each in {each.content for each in siblings} | {record.content}:
                put = ResourceRecord(record.name, rtype, each, ttl)
                self._records.put(_key(zone, put), ElsewhereRecord(zone, put, self._now()))
        return record

    def remove_records(self, zone: str, name: str, rtype: str | None = None) -> tuple[ResourceRecord, ...]:
        """Remove the records at a name, all or those of one type, and return them.

        Raises RegistryError, which names the nearest, where there are none.
        """
        zone = canonical(zone)
        found = self.zones().get(zone)
        if found is None:
            raise RegistryError(
                f"no zone {shown(zone)} is hosted here", suggestion(zone, self.zones(), "there are")
            )
        whole = _whole(name, zone)
        at_name = found.records(whole)
        gone = tuple(each for each in at_name if rtype is None or each.rtype == rtype.upper())
        if not gone:
            what = "records" if rtype is None else f"{rtype.upper()} records"
            types = sorted({each.rtype for each in at_name})
            hint = (
                f"it has {', '.join(types)}"
                if types
                else suggestion(whole, found.names(), "names that have some")
            )
            raise RegistryError(f"{whole} has no {what}", hint)
        with self._state.transaction():
            for each in gone:
                self._records.remove(_key(zone, each))
        return gone

    def _at(self, zone: str, name: str) -> tuple[ResourceRecord, ...]:
        found = self.zones().get(zone)
        return found.records(name) if found is not None else ()

    def _check_place(self, zone: str, record: ResourceRecord) -> None:
        """Raises RegistryError where the zone cannot have the record in addition."""
        others = [
            each
            for each in self._at(zone, record.name)
            if (each.rtype, each.content) != (record.rtype, record.content)
        ]
        if record.rtype == "SOA" or (record.name == zone and record.rtype == "NS"):
            raise RegistryError(
                f"the {record.rtype} records of {zone} itself are its servers' own: {', '.join(NAMESERVERS)}",
                "a delegation is edited at the RIR",
            )
        aliased = [each.rtype for each in others if "CNAME" in (each.rtype, record.rtype)]
        if aliased or (record.rtype == "CNAME" and record.name == zone):
            beside = aliased[0] if aliased else "SOA"
            raise RegistryError(
                f"{record.name} has {beside} and cannot have {record.rtype} as well: a CNAME record is alone"
                " at its name (RFC 1034 section 3.6.2)",
                f"remove {beside} first" if aliased else f"use a name below {zone}",
            )
        self._check_room(zone, len(others))

    def _check_room(self, zone: str, at_name: int) -> None:
        if at_name >= MOST_AT_A_NAME:
            raise RegistryError(
                f"there are {at_name} records at the name already", f"at most {MOST_AT_A_NAME} are possible"
            )
        found = self.zones().get(zone)
        if found is None and len(self.zones()) >= MOST_ZONES:
            raise RegistryError(
                f"{MOST_ZONES} zones are hosted here already", "remove the records of one first"
            )
        if found is not None and sum(map(len, found.by_name.values())) >= MOST_RECORDS:
            raise RegistryError(f"{zone} has {MOST_RECORDS} records already", "remove some first")


def _made(records: Iterable[ElsewhereRecord]) -> Mapping[str, ElsewhereZone]:
    zones: dict[str, dict[str, tuple[ResourceRecord, ...]]] = {}
    for each in records:
        by_name = zones.setdefault(each.zone, {})
        by_name[each.record.name] = (*by_name.get(each.record.name, ()), each.record)
    return {origin: ElsewhereZone(origin, by_name, existing(by_name)) for origin, by_name in zones.items()}


def _key(zone: str, record: ResourceRecord) -> str:
    return f"{zone} {record.name} {record.rtype} {record.content}"


def _whole(name: str, zone: str) -> str:
    """The whole name of what is called `name` in a zone."""
    if name == "@":
        return zone
    name = canonical(name)
    return _checked_name(name if is_within(name, zone) else f"{name}.{zone}")


def _checked_name(name: str) -> str:
    try:
        return record_name(name)
    except DomainNameError as error:
        raise RegistryError(str(error)) from None


def _checked_content(rtype: str, content: str, zone: str) -> str:
    """The canonical content. Names in it are whole, so that one without a dot is most likely meant to be
    relative to the zone, as in a zone file; with a final dot it is what it says."""
    if rtype == "TXT" and not content:
        raise RegistryError("a TXT record without a text says nothing", "give it one")
    try:
        found = canonical_content(rtype, content)
    except ContentError as error:
        raise RegistryError(str(error)) from None
    target = content.split()[-1] if rtype in _WITH_TARGET else ""
    if target and "." not in target:
        raise RegistryError(
            f"the {rtype} record leads to {shown(target)}, and names in contents are whole",
            f"did you mean {target.lower()}.{zone}? Write {target}. if you mean the name of one label",
        )
    return found


def _checked_ttl(ttl: int) -> int:
    if not 0 <= ttl <= LONGEST_TTL:
        raise RegistryError(f"a TTL of {ttl} seconds is not possible", f"expected 0 to {LONGEST_TTL}")
    return ttl
