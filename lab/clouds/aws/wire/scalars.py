"""Numbers, booleans, times and blobs as text, in forms and in XML."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from lab.clouds.aws.wire.constraints import refuse_value
from lab.clouds.aws.wire.models import Shape

_INTEGER: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?", re.ASCII)
_BITS: Final = {"integer": 32, "long": 64}
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (datetime,),
    "blob": (bytes,),
}
_BEYOND_ENUMS: Final = {"AttachmentStatus": ("available",)}
"""What AWS documents and answers, though its own enum lacks it: an attached internet gateway is available."""


class ModelError(TypeError):
    """An operation answered what its model does not allow: a fault of ours."""


def from_text(shape: Shape, text: str, where: str) -> Any:
    """The value that `text` stands for. Raises RefusedError, which names the parameter `where`."""
    reader = _READERS.get(shape.type_name)
    return reader(shape, text, where) if reader else text


def integer_in_range(shape: Shape, value: int, where: str) -> int:
    """`value`, if the shape's type can hold it. Raises RefusedError."""
    limit = 1 << (_BITS[shape.type_name] - 1)
    if not -limit <= value < limit:
        refuse_value(shape, str(value), where, f"a whole number of {_BITS[shape.type_name]} bits")
    return value


def to_text(shape: Shape, value: Any) -> str:
    """How XML shows a value. Raises ModelError if it is not one of its shape."""
    check_type(shape, value)
    match shape.type_name:
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            return timestamp_text(value)
        case "blob":
            return base64.b64encode(value).decode()
        case "float" | "double":
            return repr(float(value))
        case _:
            return str(value)


def check_type(shape: Shape, value: Any) -> None:
    """Raises ModelError if an answer's scalar is not of its shape's type, or is none of its enum."""
    types = _TYPES[shape.type_name]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise ModelError(f"{shape.name} is a {shape.type_name}, not {type(value).__name__}")
    choices = shape.metadata.get("enum")
    if choices and value not in choices and value not in _BEYOND_ENUMS.get(shape.name, ()):
        raise ModelError(f"{value!r} is none of {shape.name}: {', '.join(choices)}")


def timestamp_text(value: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds, as EC2 and STS write it. Raises ModelError without a time zone."""
    if value.tzinfo is None:
        raise ModelError(f"{value} has no time zone")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _integer(shape: Shape, text: str, where: str) -> int:
    if not _INTEGER.fullmatch(text):
        refuse_value(shape, text, where, "a whole number")
    return integer_in_range(shape, int(text), where)


def _number(shape: Shape, text: str, where: str) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        refuse_value(shape, text, where, "a number")
    return float(text)


def _boolean(shape: Shape, text: str, where: str) -> bool:
    if text not in ("true", "false"):
        refuse_value(shape, text, where, "true or false")
    return text == "true"


def _timestamp(shape: Shape, text: str, where: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        refuse_value(shape, text, where, "a time such as 2026-12-31T23:59:59Z")


def _blob(shape: Shape, text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        refuse_value(shape, text, where, "base64")


_READERS: Final[dict[str, Callable[[Shape, str, str], Any]]] = {
    "integer": _integer,
    "long": _integer,
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
}
