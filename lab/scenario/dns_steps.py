"""The `dns` step: zones that are not at Cloudflare, and reverse zones' delegation at the RIR."""

from __future__ import annotations

from typing import Final

from lab.registry.errors import RegistryError
from lab.registry.events import DnsEdited
from lab.scenario import saved
from lab.scenario.cloudflare_showing import account_of, cloudflare_of
from lab.scenario.lab import Lab, LabError
from lab.topology.dns_scalars import CLOUDFLARE
from lab.topology.dns_steps import DnsStep

ELSEWHERE: Final = "elsewhere"


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
        return f"{', '.join(zones)}: {said}"
    assert step.zone is not None, "the checks ask for one of the two"
    if (new := step.add) is not None:
        content = saved.in_text(lab.clouds.saved, new.content)
        record = lab.clouds.elsewhere.put_record(step.zone, new.name, new.type, content, new.ttl)
        return f"{record.name} has a {record.rtype} record now"
    gone = step.remove
    assert gone is not None, "the checks ask for one of the two"
    removed = lab.clouds.elsewhere.remove_records(step.zone, gone.name, gone.type)
    return f"{len(removed)} record{'' if len(removed) == 1 else 's'} of {step.zone} removed"


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
