"""A range of one's own at AWS, and the states it goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.authorization import Authorization


class RangeState(Enum):
    """As the EC2 API calls them (ByoipCidrState)."""

    PENDING_PROVISION = "pending-provision"
    FAILED_PROVISION = "failed-provision"
    PROVISIONED = "provisioned"
    NOT_ADVERTISABLE = "provisioned-not-publicly-advertisable"
    PENDING_ADVERTISING = "pending-advertising"
    ADVERTISED = "advertised"
    PENDING_WITHDRAWAL = "pending-withdrawal"
    PENDING_DEPROVISION = "pending-deprovision"
    FAILED_DEPROVISION = "failed-deprovision"
    DEPROVISIONED = "deprovisioned"


GONE: Final = frozenset({RangeState.FAILED_PROVISION, RangeState.DEPROVISIONED})
"""A range in one of these is not at AWS: it counts for no limit, and anybody may bring it."""

ANNOUNCED: Final = frozenset({RangeState.ADVERTISED, RangeState.PENDING_WITHDRAWAL})
"""A range in one of these is in BGP."""


@dataclass(frozen=True, slots=True)
class ByoipCidr:
    """A range that `account` has brought to `region`, or tries to.

    `status_message` is the pool's ID once it is provisioned, and otherwise what is missing, as the API has
    it. `due` is when the pending state ends, `since` when this state began: UNIX seconds of the calendar.
    `ipam_pool_id` tells that IPAM manages the range; it has no signed message of its own then.
    """

    prefix: Prefix
    account: str
    region: str
    state: RangeState
    since: float
    advertisable: bool = True
    description: str = ""
    status_message: str = ""
    pool_id: str = ""
    ipam_pool_id: str = ""
    authorization: Authorization | None = None
    pool_tags: Mapping[str, str] = field(default_factory=dict)
    due: float | None = None

    @property
    def is_proven(self) -> bool:
        """Whether the account has shown that it holds the range: a pool stands for it, and nobody else may
        bring it."""
        return bool(self.pool_id or self.ipam_pool_id)
