"""Random values for the shapes of botocore's service models."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from lab.clouds.aws.wire.models import Shape

DEEPEST = 5
_LETTERS = "abcXYZ019 -_./:+=@,&<>\"'%;~*é\u00a0\u4e2d\U0001f600\t\n"
_PATTERNED = (
    "123456789012", "us-east-1", "t2.micro", "fcap-0123456789abcdef0", "fcapassoc-0123456789abcdef0",
    "192.0.2.1", "123456", "name", "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:name",
)  # fmt: skip
"""Texts of which every pattern of the models accepts one, but for those that accept nothing."""


def some(shape: Shape, source: random.Random, optional: float = 0.7) -> Any:
    """A value that satisfies all constraints of `shape`, with that share of its optional members."""
    return _Maker(source, optional).make(shape, 0)


class _Maker:
    def __init__(self, source: random.Random, optional: float) -> None:
        self._source = source
        self._optional = optional

    def make(self, shape: Shape, depth: int) -> Any:
        if shape.type_name == "structure":
            return self._structure(shape, depth)
        if shape.type_name == "list":
            return self._list(shape, depth)
        return _SCALARS[shape.type_name](shape, self._source)

    def _structure(self, shape: Shape, depth: int) -> dict[str, Any]:
        values = {
            name: self.make(below, depth + 1)
            for name, below in shape.members.items()
            if name in shape.required_members
            or (
                self._source.random() < self._optional
                and (depth < DEEPEST or below.type_name not in ("structure", "list"))
            )
        }
        # A form cannot say that a structure or a list is there and empty.
        full = {name: value for name, value in values.items() if value not in ({}, [])}
        if full or not shape.members or not depth:
            return full
        name, below = next(iter(shape.members.items()))
        return {name: self.make(below, depth + 1)}

    def _list(self, shape: Shape, depth: int) -> list[Any]:
        low = shape.metadata.get("min", 1)
        items = [self.make(shape.member, depth + 1) for _ in range(max(low, self._source.randint(1, 3)))]
        return [item for item in items if item not in ({}, [])][: shape.metadata.get("max", 1000)]


def _text(shape: Shape, source: random.Random) -> str:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 1 << 20)
    if "enum" in shape.metadata:
        return source.choice(shape.metadata["enum"])
    if pattern := _pattern(shape):
        long_enough = [text if len(text) >= low else text * (low // len(text) + 1) for text in _PATTERNED]
        return source.choice(
            [text for text in long_enough if re.fullmatch(pattern, text) and len(text) <= high]
        )
    return "".join(source.choice(_LETTERS) for _ in range(source.randint(low, min(high, low + 12))))


def _pattern(shape: Shape) -> str:
    pattern = shape.metadata.get("pattern", "")
    return "" if re.search(r"\\p|/\^", pattern) else pattern


def _whole(shape: Shape, source: random.Random) -> int:
    widest = 1 << (63 if shape.type_name == "long" else 31)
    return source.randint(shape.metadata.get("min", -widest), shape.metadata.get("max", widest - 1))


def _number(shape: Shape, source: random.Random) -> float:
    return source.uniform(shape.metadata.get("min", -1e6), shape.metadata.get("max", 1e6))


def _boolean(_: Shape, source: random.Random) -> bool:
    return source.random() < 0.5


def _time(_: Shape, source: random.Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=source.randrange(10**11))


def _blob(shape: Shape, source: random.Random) -> bytes:
    return source.randbytes(source.randint(shape.metadata.get("min", 0), shape.metadata.get("max", 40)))


_SCALARS = {
    "string": _text,
    "integer": _whole,
    "long": _whole,
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": _time,
    "blob": _blob,
}
