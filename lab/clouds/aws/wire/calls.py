"""What a call leaves on the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lab.bgp.prefix import Prefix, PrefixError
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.events import AwsCalled
from lab.clouds.aws.wire.models import OperationModel
from lab.clouds.aws.wire.refusals import shown

_RANGES: Final = ("Cidr", "CidrBlock", "Ipv6CidrBlock")
_NAMES: Final = ("Id", "Arn", "Asn", "PublicIp", "Region", "Locale")


def only_reads(operation: str) -> bool:
    """Whether an operation changes nothing, by its name."""
    return operation.startswith(("Describe", "Get", "List"))


def called(
    name: str, caller: Caller, model: OperationModel, asked: Mapping[str, Any], request_id: str, error: str
) -> AwsCalled:
    """The event of a call by the account called `name`. It tells what the call was about, by the ranges and
    the resources that it names; messages, signatures and tokens are left out."""
    about = _about(model, asked)
    subject = f" {' '.join(about)}" if about else ""
    outcome = f": {error}" if error else ""
    return AwsCalled(
        time=0.0,
        at="",
        operation=model.name,
        account=caller.account,
        region=caller.region,
        request=request_id,
        error=error,
        text=f"{name} ({caller.account}) calls {model.name}{subject} in {caller.region}{outcome}",
        prefix=_prefix(asked),
    )


def _about(model: OperationModel, asked: Mapping[str, Any]) -> list[str]:
    return [
        shown(value)
        for member, value in asked.items()
        if isinstance(value, str)
        and (member in _RANGES or member.endswith(_NAMES))
        and not model.input_shape.members[member].metadata.get("sensitive")
    ]


def _prefix(asked: Mapping[str, Any]) -> Prefix | None:
    for member in _RANGES:
        if isinstance(asked.get(member), str):
            try:
                return Prefix.parse(asked[member])
            except PrefixError:
                return None
    return None
