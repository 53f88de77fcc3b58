"""The JSON that RAM answers with, written by the output shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lab.clouds.aws.wire.models import OperationModel, Shape, StructureShape
from lab.clouds.aws.wire.scalars import ModelError, check_type


def json_answer(model: OperationModel, members: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an answer. Raises ModelError for what the output shape does not have."""
    return _structure(model.output_shape, members)


def _structure(shape: StructureShape, members: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(members, Mapping):
        raise ModelError(f"{shape.name} is a structure, not {type(members).__name__}")
    unknown = [name for name in members if name not in shape.members]
    if unknown:
        raise ModelError(f"{shape.name} has no member {', '.join(unknown)}")
    return {name: _value(shape.members[name], value) for name, value in members.items() if value is not None}


def _value(shape: Shape, value: Any) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, value)
    if shape.type_name == "list":
        if not isinstance(value, list | tuple):
            raise ModelError(f"{shape.name} is a list, not {type(value).__name__}")
        return [_value(shape.member, item) for item in value]
    check_type(shape, value)
    return _seconds(value) if isinstance(value, datetime) else value


def _seconds(value: datetime) -> float:
    """UNIX seconds, to the millisecond, as RAM shows times."""
    if value.tzinfo is None:
        raise ModelError(f"{value} has no time zone")
    return round(value.timestamp(), 3)
