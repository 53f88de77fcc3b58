"""How IPAMs, scopes and pools come, change and go: each takes a while, in which it takes no other change."""

from __future__ import annotations

import dataclasses
from typing import Final, TypeVar

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import Manager, Pool, Scope, Stage
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.aws.tags import Tags
from lab.clouds.due_times import earliest
from lab.state.state import Table

R = TypeVar("R", Manager, Scope, Pool)

_NEXT: Final = {Stage.CREATING: Stage.CREATED, Stage.MODIFYING: Stage.MODIFIED}


def require_settled(record: Manager | Scope | Pool) -> None:
    """Raises AwsError IncorrectState while a change of `record` is under way."""
    if record.due is not None:
        raise AwsError(
            "IncorrectState",
            f"{record.id} is in state {record.stage.value}; wait until it is create-complete or "
            "modify-complete, and try again.",
        )


class Lifecycle:
    """Lets changes begin and, when they are due, end."""

    def __init__(self, basics: Basics, tags: Tags, tables: IpamTables) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables

    @property
    def due(self) -> float:
        """When a change that begins now ends, in UNIX seconds."""
        return self._basics.world.now() + self._basics.settings.delays.ipam

    def modify(self, table: Table[R], changed: R) -> R:
        """Keep a settled record that was changed. Raises AwsError IncorrectState."""
        require_settled(changed)
        return table.put(changed.id, dataclasses.replace(changed, stage=Stage.MODIFYING, due=self.due))

    def delete(self, table: Table[R], record: R) -> R:
        """Begin the end of a settled record. Raises AwsError IncorrectState."""
        require_settled(record)
        return self.end(table, record)

    def end(self, table: Table[R], record: R) -> R:
        """Begin the end of a record that goes with another one, whatever its state."""
        return table.put(record.id, dataclasses.replace(record, stage=Stage.DELETING, due=self.due))

    def next_due(self) -> float | None:
        """When the next change ends."""
        tables = self._tables
        return earliest(
            record.due
            for table in (tables.managers, tables.scopes, tables.pools)
            for record in table.values()
        )

    def work(self, now: float) -> None:
        """End the changes that are due."""
        self._advance(self._tables.managers, now)
        self._advance(self._tables.scopes, now)
        self._advance(self._tables.pools, now)

    def _advance(self, table: Table[R], now: float) -> None:
        for record in table.values():
            if record.due is None or record.due > now:
                continue
            if record.stage is Stage.DELETING:
                table.remove(record.id)
                self._tags.forget(record.id)
            else:
                table.put(record.id, dataclasses.replace(record, stage=_NEXT[record.stage], due=None))
