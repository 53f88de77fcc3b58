"""The register of operations: one small function each, between the wire and the domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lab.clouds.aws.caller import Caller

if TYPE_CHECKING:
    from lab.clouds.aws.cloud import Aws

Parameters = Mapping[str, Any]
"""What was asked, by the API's member names; values as botocore's parsers give them (text, numbers, lists,
dicts, datetimes). Members that were not sent are absent."""
Members = dict[str, Any]
"""What to answer, by the API's member names. None stands for a member that is left out."""
Operation = Callable[["Aws", Caller, Parameters], Members]

OPERATIONS: dict[tuple[str, str], Operation] = {}
"""By service (`ec2`, `ram`, `sts`) and operation, once `lab.clouds.aws.operations` is imported."""


def operation(service: str, name: str) -> Callable[[Operation], Operation]:
    """Register the function that answers an operation of botocore's service model."""

    def register(function: Operation) -> Operation:
        if (service, name) in OPERATIONS:
            raise ValueError(f"{service} {name} is registered twice")
        OPERATIONS[service, name] = function
        return function

    return register
