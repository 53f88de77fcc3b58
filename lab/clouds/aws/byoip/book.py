"""The ranges of all accounts: looking them up, and moving them from state to state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.range import GONE, ByoipCidr, RangeState
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.events import ByoipChanged
from lab.clouds.due_times import earliest

REMEMBERED: Final = 86400.0
"""How long a deprovisioned range is still listed, in seconds of the calendar."""


class Book:
    """One record for each account and range."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._table = basics.state.table("aws_byoip_ranges", ByoipCidr)

    def all(self) -> list[ByoipCidr]:
        """Every range, those included that failed or were deprovisioned in the last day."""
        return [record for record in self._table.values() if self._is_listed(record)]

    def find(self, account: str, prefix: Prefix) -> ByoipCidr | None:
        """What `account` has under exactly `prefix`."""
        record = self._table.get(_key(account, prefix))
        return record if record and self._is_listed(record) else None

    def covering(self, prefix: Prefix) -> ByoipCidr | None:
        """The range that has `prefix`, of any account; one that is at AWS before one that waits or failed."""
        found = [record for record in self.all() if record.prefix.covers(prefix)]
        return max(found, key=lambda record: (record.is_proven, record.since), default=None)

    def overlapping(self, prefix: Prefix) -> list[ByoipCidr]:
        """The ranges at AWS that share addresses with `prefix`, of any account and region."""
        return [
            record
            for record in self._table.values()
            if record.state not in GONE and (record.prefix.covers(prefix) or prefix.covers(record.prefix))
        ]

    def of_another(self, account: str, prefix: Prefix) -> str:
        """That another account has proven addresses of `prefix` to be its own, as text for people; or ""."""
        for record in self.overlapping(prefix):
            if record.account != account and record.is_proven:
                return f"Addresses of {prefix} are provisioned by another AWS account"
        return ""

    def asked_for(self, caller: Caller, prefix: Prefix) -> ByoipCidr:
        """The caller's range that is exactly `prefix`, in the caller's region.

        Raises AwsError InvalidParameterValue, which names the range that was probably meant.
        """
        record = self.find(caller.account, prefix)
        if record is not None and record.region == caller.region:
            return record
        raise AwsError("InvalidParameterValue", self._not_found(caller, prefix, record))

    def _not_found(self, caller: Caller, prefix: Prefix, elsewhere: ByoipCidr | None) -> str:
        if elsewhere is not None:
            return f"The range {prefix} is in {elsewhere.region}, not in {caller.region}: call that Region"
        for record in self.overlapping(prefix):
            if record.account == caller.account:
                relation = "only a portion of" if record.prefix.covers(prefix) else "more than"
                return (
                    f"{prefix} is {relation} the range that was provisioned: use exactly {record.prefix} "
                    f"(in {record.region})"
                )
        return f"The range {prefix} is not provisioned in {caller.region} by account {caller.account}"

    def add(self, record: ByoipCidr, why: str) -> ByoipCidr:
        """A new range, or one that is tried again; ranges that are no longer listed are dropped."""
        for key, known in self._table.items():
            if not self._is_listed(known):
                self._table.remove(key)
        before = self.find(record.account, record.prefix)
        self._note(record, before.state.value if before else "", why)
        return self._put(record)

    def move(self, record: ByoipCidr, state: RangeState, why: str, **changes: Any) -> ByoipCidr:
        """Bring a range into another state, now; `due` is unset unless it is among `changes`."""
        changes.setdefault("due", None)
        moved = replace(record, state=state, since=self._basics.world.now(), **changes)
        self._note(moved, record.state.value, why)
        return self._put(moved)

    def amend(self, record: ByoipCidr, **changes: Any) -> ByoipCidr:
        """Change what does not concern the state."""
        return self._put(replace(record, **changes))

    def drop(self, record: ByoipCidr, why: str) -> None:
        """Forget a range."""
        self._note(replace(record, state=RangeState.DEPROVISIONED), record.state.value, why)
        self._table.remove(_key(record.account, record.prefix))

    def next_due(self) -> float | None:
        """When the first pending state ends."""
        return earliest(record.due for record in self._table.values())

    def due(self, now: float) -> Iterable[ByoipCidr]:
        """The ranges whose pending state ends at or before `now`, in that order."""
        waiting = [record for record in self._table.values() if record.due is not None and record.due <= now]
        return sorted(waiting, key=lambda record: record.due or 0)

    def _put(self, record: ByoipCidr) -> ByoipCidr:
        return self._table.put(_key(record.account, record.prefix), record)

    def _is_listed(self, record: ByoipCidr) -> bool:
        left = record.state is RangeState.DEPROVISIONED
        return not left or record.since + REMEMBERED > self._basics.world.now()

    def _note(self, record: ByoipCidr, before: str, why: str) -> None:
        self._basics.events.append(
            ByoipChanged(0, "", record.prefix, record.account, record.region, before, record.state.value, why)
        )


def _key(account: str, prefix: Prefix) -> str:
    return f"{account} {prefix}"
