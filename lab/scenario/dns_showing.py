"""The DNS of a lab, as plain JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lab.dns.contents import RECORD_TYPES
from lab.dns.names import DomainNameError, asked_name
from lab.scenario.dns_hosts import NamedHost, named_hosts
from lab.scenario.lab import Lab, LabError
from lab.topology.problems import shown, suggestion

if TYPE_CHECKING:
    from lab.dns.zones import HostedZone, ResourceRecord

Data = dict[str, Any]

ANY: Final = "ANY"
"""The question for whatever there is at a name; no type of record."""


def dns_zones(lab: Lab) -> list[Data]:
    """Every zone, hosted or delegated: who hosts it, and to which name servers an RIR delegates it.

    `host` is `cloudflare`, with the `account` whose zone it is, `elsewhere`, or None for a zone that is
    delegated and that nobody serves.
    """
    delegated = lab.clouds.delegations.all()
    hosted = [(by, zone) for by in named_hosts(lab.clouds) for zone in by.host.zones().values()]
    nobodys = sorted(delegated.keys() - {zone.origin for _, zone in hosted})
    return [
        *(_zone(zone, by, delegated.get(zone.origin, ())) for by, zone in hosted),
        *(
            {"zone": each, "host": None, "account": None, "records": 0, "delegated_to": list(delegated[each])}
            for each in nobodys
        ),
    ]


def dns_lookup(lab: Lab, name: str, rtype: str = "A") -> Data:
    """What the DNS answers, found from its root down. Raises LabError for what is no name, and for a type
    that there is not.
    """
    wanted = rtype.upper()
    if wanted not in RECORD_TYPES | {ANY}:
        known = suggestion(wanted, sorted(RECORD_TYPES), "there are")
        raise LabError(f"{shown(rtype)} is no type of record; {known}")
    try:
        name = asked_name(name)
    except DomainNameError as error:
        raise LabError(str(error)) from None
    found = lab.clouds.dns.lookup(name, wanted)
    return {
        "name": name,
        "type": wanted,
        "status": found.status.value,
        "authoritative": found.authoritative,
        "records": [_record(each) for each in found.records],
        "authority": [_record(each) for each in found.authority],
    }


def dns_env(lab: Lab) -> Data:
    """Where the lab answers DNS. Raises LabError where it does not."""
    if lab.clouds.dns_address is None:
        raise LabError("this lab serves no DNS; `lab up` does")
    host, port = lab.clouds.dns_address
    return {"host": host, "port": port}


def _zone(zone: HostedZone, by: NamedHost, delegated_to: tuple[str, ...]) -> Data:
    records = sum(len(list(zone.records(name))) for name in zone.names())
    return {
        "zone": zone.origin,
        "host": by.name,
        "account": by.account,
        "records": records,
        "delegated_to": list(delegated_to),
    }


def _record(record: ResourceRecord) -> Data:
    return {"name": record.name, "type": record.rtype, "content": record.content, "ttl": record.ttl}
