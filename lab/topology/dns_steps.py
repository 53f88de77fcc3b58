"""The steps that edit reverse DNS, as written in a file. Which members may stand together: `dns_checks`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lab.topology.dns_scalars import DelegatedSpace, DelegateWord, HostName, RecordName, RecordTypeWord
from lab.topology.scalars import PrintedText
from lab.topology.step_model import StepModel


class RecordAddition(StepModel):
    """A record. `name` is relative to the zone, `@` is the zone itself; `ttl` is in seconds."""

    name: RecordName
    type: RecordTypeWord
    content: PrintedText
    ttl: Annotated[int, Field(strict=True, ge=1, le=86400)] = 300


class RecordRemoval(StepModel):
    """The records of a name, of one `type` or of every one."""

    name: RecordName
    type: RecordTypeWord | None = None


class DnsStep(StepModel):
    """Either: `add` a record to a `zone` that is hosted elsewhere than at Cloudflare, or `remove` some.

    Or `delegate` the reverse zones of a prefix, or one zone, at the RIR: to `cloudflare` (the name servers of
    its first account) or `cloudflare/ACCOUNT`, to `elsewhere` (who hosts the zones of the other steps) or to
    name servers by their names. `to: []` takes the delegation away.
    `$name` in a record's content stands for what an earlier step saved.
    """

    zone: HostName | None = None
    add: RecordAddition | None = None
    remove: RecordRemoval | None = None
    delegate: DelegatedSpace | None = None
    to: tuple[DelegateWord, ...] | None = None

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        if self.add is not None:
            name = _whole_name(self.add.name, self.zone)
            return f"the DNS record {name} {self.add.type} is added: {_short(self.add.content)}"
        if self.remove is not None:
            kind = f" {self.remove.type}" if self.remove.type else ""
            return f"the DNS records {_whole_name(self.remove.name, self.zone)}{kind} are removed"
        servers = ", ".join(self.to or ())
        if servers:
            return f"the reverse zones of {self.delegate} are delegated to {servers}"
        return f"the reverse zones of {self.delegate} are delegated no more"


def _whole_name(name: str, zone: str | None) -> str:
    return str(zone) if name == "@" else f"{name}.{zone}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:60]}…"
