"""What people decided for single CIDRs: not to monitor them, or to see them in another scope."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.monitoring.records import Resource


@dataclass(frozen=True, slots=True)
class Choice:
    """`scope_id` is "" for the scope that a CIDR is in by itself."""

    resource_id: str
    prefix: Prefix
    ipam_id: str
    monitored: bool = True
    scope_id: str = ""


class Choices:
    """The choices for every IPAM. One that differs in nothing from what IPAM does by itself is not kept."""

    def __init__(self, basics: Basics, tables: IpamTables) -> None:
        self._scopes = tables.scopes
        self._table = basics.state.table("aws_ipam_resource_choices", Choice)

    def of(self, ipam_id: str, resource: Resource) -> Choice:
        """What was chosen for a CIDR in one IPAM. The choice of a scope ends with the scope."""
        plain = Choice(resource.id, resource.prefix, ipam_id)
        made = self._table.get(_key(plain), plain) if self._table else plain
        is_there = not made.scope_id or made.scope_id in self._scopes
        return made if is_there else replace(made, scope_id="")

    def change(self, choice: Choice, *, monitored: bool, scope_id: str) -> None:
        """Choose something else."""
        changed = replace(choice, monitored=monitored, scope_id=scope_id)
        if changed != Choice(choice.resource_id, choice.prefix, choice.ipam_id):
            self._table.put(_key(choice), changed)
        elif _key(choice) in self._table:
            self._table.remove(_key(choice))


def _key(choice: Choice) -> str:
    return f"{choice.ipam_id} {choice.resource_id} {choice.prefix}"
