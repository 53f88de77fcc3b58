"""In which state a range must be for what is asked of it. All raise AwsError IncorrectState."""

from __future__ import annotations

from typing import Final

from lab.clouds.aws.byoip.range import ByoipCidr, RangeState
from lab.clouds.aws.errors import AwsError

_MAY_LEAVE: Final = frozenset(
    {
        RangeState.PROVISIONED,
        RangeState.NOT_ADVERTISABLE,
        RangeState.FAILED_PROVISION,
        RangeState.FAILED_DEPROVISION,
    }
)
_MAY_MOVE: Final = frozenset({RangeState.PROVISIONED, RangeState.ADVERTISED})


def check_state(record: ByoipCidr, state: RangeState, verb: str) -> None:
    """A range can be `verb` (`advertised`, `withdrawn`) in this one state only."""
    if record.state is state:
        return
    if not record.advertisable:
        reason = "it was provisioned with --no-publicly-advertisable, which cannot be changed"
    elif record.state is RangeState.FAILED_PROVISION:
        reason = record.status_message
    else:
        reason = f"it must be {state.value}"
    raise _refusal(record, verb, reason)


def check_may_leave(record: ByoipCidr) -> None:
    """A range leaves AWS when it is neither advertised nor pending, and there."""
    if record.state in _MAY_LEAVE:
        return
    if record.state is RangeState.ADVERTISED:
        reason = "withdraw it first"
    elif record.state is RangeState.DEPROVISIONED:
        reason = "nothing of it is left at AWS"
    else:
        reason = "wait until that is over"
    raise _refusal(record, "deprovisioned", reason)


def check_may_move(record: ByoipCidr) -> None:
    """A range moves to IPAM when it is at rest."""
    if record.state not in _MAY_MOVE:
        raise _refusal(record, "moved to IPAM", "it must be provisioned or advertised")


def _refusal(record: ByoipCidr, verb: str, reason: str) -> AwsError:
    return AwsError(
        "IncorrectState",
        f"The range {record.prefix} is in state {record.state.value} and cannot be {verb}: {reason}",
    )
