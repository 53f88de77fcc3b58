"""Dataclasses, named tuples and enums to plain JSON values and back, driven by their type hints.

It exists because `lab.bgp` runs inside speakers, where there is nothing but the standard library.
Prefixes travel as text. Decoding is strict: a wrong or missing member raises JsonError.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from lab.bgp.prefix import Prefix, PrefixError

T = TypeVar("T")


class JsonError(ValueError):
    """A JSON value does not have the shape of the type it should become."""


def to_json(value: Any) -> Any:
    """The value as what `json` can write. Dataclasses carry their name as `type`."""
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, Prefix):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int):
        return value
    if dataclasses.is_dataclass(value):
        fields = {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: to_json(item) for name, item in value._asdict().items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [to_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def from_json(hint: type[T] | Any, value: Any) -> T:
    """The value as an instance of `hint`: a class, a union of dataclasses, or a builtin container of them.

    Raises JsonError where the value does not fit.
    """
    return typing.cast(T, _decode(hint, value))


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _decode(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        return _decode_union(typing.get_args(hint), value)
    if origin is tuple:
        return _decode_tuple(typing.get_args(hint), value)
    if origin in (list, frozenset):
        (item,) = typing.get_args(hint)
        return origin(_decode(item, each) for each in _expect(value, list))
    if origin in (dict, Mapping):
        key, item = typing.get_args(hint)
        return {_decode(key, k): _decode(item, v) for k, v in _expect(value, dict).items()}
    return _decode_class(hint, value)


def _decode_class(hint: Any, value: Any) -> Any:
    if hint is Prefix:
        try:
            return Prefix.parse(_expect(value, str))
        except PrefixError as error:
            raise JsonError(str(error)) from None
    if hint is Any:
        return value
    if hint is type(None) or hint is bool or hint is str:
        return _expect(value, hint)
    if hint is int:
        if isinstance(value, bool):
            raise JsonError("expected int, got a boolean")
        return _expect(value, int)
    if hint is float:
        return _decode_float(value)
    if issubclass(hint, Enum):
        for member in hint:
            if type(member.value) is type(value) and member.value == value:
                return member
        raise JsonError(f"{value!r} is no {hint.__name__}")
    if dataclasses.is_dataclass(hint) or hasattr(hint, "_fields"):
        return _decode_fields(hint, _expect(value, dict))
    raise TypeError(f"{hint!r} has no JSON form")


def _decode_float(value: Any) -> float:
    if isinstance(value, bool):
        raise JsonError("expected float, got a boolean")
    try:
        return float(_expect(value, int | float))
    except OverflowError:
        raise JsonError("expected float, got an integer too large for one") from None


def _decode_fields(cls: type, value: dict[str, Any]) -> Any:
    hints = _hints(cls)
    if value.get("type", cls.__name__) != cls.__name__:
        raise JsonError(f"expected {cls.__name__}, got {value['type']!r}")
    items = {name: item for name, item in value.items() if name != "type"}
    if unknown := items.keys() - hints.keys():
        raise JsonError(f"{cls.__name__} has no member {min(unknown)!r}")
    members = {name: _decode(hints[name], item) for name, item in items.items()}
    try:
        return cls(**members)
    except TypeError as error:  # a member without a default is missing
        raise JsonError(str(error)) from None


def _decode_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in choices:
        return None
    if isinstance(value, dict) and "type" in value:
        for choice in choices:
            if dataclasses.is_dataclass(choice) and getattr(choice, "__name__", "") == value["type"]:
                return _decode_fields(typing.cast(type, choice), value)
        raise JsonError(f"unknown type {value['type']!r}")
    error: JsonError | None = None
    for choice in choices:
        if choice is type(None):
            continue
        try:
            return _decode(choice, value)
        except JsonError as failure:
            error = failure
    raise error or JsonError(f"unexpected {value!r}")


def _decode_tuple(args: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    items = _expect(value, list)
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_decode(args[0], item) for item in items)
    if len(args) != len(items):
        raise JsonError(f"expected {len(args)} items, got {len(items)}")
    return tuple(_decode(hint, item) for hint, item in zip(args, items, strict=True))


def _expect(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise JsonError(f"expected {getattr(kind, '__name__', kind)}, got {type(value).__name__}")
    return value
