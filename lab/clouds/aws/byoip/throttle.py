"""Calls that may be made once in a while only (EC2 User Guide: advertise and withdraw, every 10 seconds)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError

INTERVAL: Final = 10.0


@dataclass(frozen=True, slots=True)
class LastCall:
    """When a call was last accepted, in UNIX seconds of the calendar."""

    time: float


class Throttle:
    """Counts accepted calls: one that is refused for another reason does not make the next one wait."""

    def __init__(self, basics: Basics) -> None:
        self._world = basics.world
        self._table = basics.state.table("aws_byoip_throttle", LastCall)

    def admit(self, caller: Caller, call: str) -> None:
        """Count one `call`. Raises RequestLimitExceeded less than 10 seconds after the account's last one in
        this region."""
        key = f"{caller.account} {caller.region} {call}"
        now = self._world.now()
        last = self._table.get(key)
        if last is not None and 0 <= now - last.time < INTERVAL:
            raise AwsError(
                "RequestLimitExceeded",
                f"{call} can be called once every {INTERVAL:.0f} seconds, whatever the range: "
                f"the last call was {now - last.time:.1f} seconds ago",
            )
        self._table.put(key, LastCall(now))
