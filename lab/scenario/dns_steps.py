"""The `dns` step: zones that are not at Cloudflare, and reverse zones' delegation at the RIR."""

from __future__ import annotations

from typing import Final

from lab.dns.names import canonical, is_within
from lab.registry.errors import RegistryError
from lab.registry.events import DnsEdited
from lab.scenario.cloudflare_showing import account_of, cloudflare_of
from lab.scenario.dns_hosts import named_hosts
from lab.scenario.lab import Lab, LabError
from lab.topology.dns_scalars import CLOUDFLARE
from lab.topology.dns_steps import DnsStep

ELSEWHERE: Final = "elsewhere"
_NAMED: Final = 2
"""How many of many zones are named."""


def carry_out(lab: Lab, step: DnsStep) -> None:
    """Edit a zone or a delegation. Raises LabError for what is refused."""
    try:
        text = _edit(lab, step)
    except RegistryError as error:
        raise LabError(str(error)) from None
    lab.timeline.append(DnsEdited(lab.engine.now(), "", text))


def _edit(lab: Lab, step: DnsStep) -> str:
    """What was edited, for people."""
    if step.delegate is not None:
        servers = _nameservers(lab, step.to or ())
        zones = lab.clouds.delegations.delegate(step.delegate, servers)
        said = f"delegated to {', '.join(servers)}" if servers else "not delegated any more"
        return f"{_summary(zones)}: {said}"
    assert step.zone is not None, "the checks ask for one of the two"
    if (new := step.add) is not None:
        _check_free(lab, canonical(step.zone))
        record = lab.clouds.elsewhere.put_record(step.zone, new.name, new.type, new.content, new.ttl)
        return f"{record.name} has the record {record.rtype} now"
    gone = step.remove
    assert gone is not None, "the checks ask for one of the two"
    removed = lab.clouds.elsewhere.remove_records(step.zone, gone.name, gone.type)
    return f"{len(removed)} record{'' if len(removed) == 1 else 's'} of {step.zone} removed"


def _summary(zones: tuple[str, ...]) -> str:
    if len(zones) <= _NAMED + 1:
        return ", ".join(zones)
    return f"{', '.join(zones[:_NAMED])} and {len(zones) - _NAMED} more"


def _check_free(lab: Lab, zone: str) -> None:
    """Raises LabError where a first record would make a zone whose name somebody else serves."""
    elsewhere = lab.clouds.elsewhere
    found = None if zone in elsewhere.zones() else lab.clouds.dns.in_the_way(elsewhere, zone)
    if found is None:
        return
    origin = found.zone.origin
    account = next(each.account for each in named_hosts(lab.clouds) if each.host is found.host)
    served = f"{origin} is served by Cloudflare for account {account}"
    if origin == zone:
        raise LabError(f"{served}; use its API")
    if is_within(zone, origin):
        servers = " and ".join(elsewhere.nameservers)
        raise LabError(
            f"{zone} is in {origin}, and {served}; use its API, or add NS records of {zone} to {servers}"
            " there first"
        )
    raise LabError(f"{zone} is around {origin}, and {served}; delete that zone by its API first")


def _nameservers(lab: Lab, words: tuple[str, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for word in words:
        cloud, _, account = word.partition("/")
        if cloud == CLOUDFLARE:
            names += _cloudflare(lab, account or None)
        elif word == ELSEWHERE:
            names += lab.clouds.elsewhere.nameservers
        else:
            names.append(word)
    return tuple(names)


def _cloudflare(lab: Lab, account: str | None) -> tuple[str, ...]:
    """The name servers of an account, of the file's first one for None. Raises LabError."""
    return cloudflare_of(lab).zones.name_servers.of(account_of(lab, account).id)
