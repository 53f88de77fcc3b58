"""Route objects and as-sets as RPSL, and back (RFC 2622 sections 4 and 5.1, RFC 4012 section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from lab.bgp.prefix import Prefix, PrefixError
from lab.registry.errors import RegistryError
from lab.registry.irr.names import as_number, member, set_name
from lab.registry.irr.records import AsSet, RouteObject
from lab.registry.irr.rpsl import Attribute, read, write
from lab.topology.problems import suggestion

CLASSES: Final = ("route", "route6", "as-set")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


def text_of(found: RouteObject | AsSet) -> str:
    """An object as a registry prints it. `descr` is one attribute of as many lines as it has, `remarks` one
    attribute for each line; times are whole seconds, and those of an object without any are left out."""
    return write(_attributes(found))


def key_text(found: RouteObject | AsSet) -> str:
    """The attributes that make the object what it is: its key, and the members of a set."""
    if isinstance(found, AsSet):
        return write((_line("as-set", found.name), *_members(found)))
    return write((_line(found.kind, str(found.prefix)), _line("origin", f"AS{found.origin}")))


def parse(text: str) -> tuple[RouteObject | AsSet, ...]:
    """The objects in a text. Raises RegistryError for a class or a value that is none."""
    return tuple(_object(attributes) for attributes in read(text))


def timestamp(seconds: float) -> str:
    """A time as RPSL has it: UTC, whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)


def _attributes(found: RouteObject | AsSet) -> Iterator[Attribute]:
    if isinstance(found, AsSet):
        yield _line("as-set", found.name)
        yield from _texts(found)
        yield from _members(found)
    else:
        yield _line(found.kind, str(found.prefix))
        yield _line("origin", f"AS{found.origin}")
        yield from _texts(found)
    yield _line("mnt-by", found.maintainer)
    if found.created:
        yield _line("created", timestamp(found.created))
    if found.changed:
        yield _line("last-modified", timestamp(found.changed))
    yield _line("source", found.source)


def _texts(found: RouteObject | AsSet) -> Iterator[Attribute]:
    if found.descr:
        yield Attribute("descr", found.descr)
    yield from (_line("remarks", line) for line in found.remarks)


def _members(found: AsSet) -> Iterator[Attribute]:
    return (_line("members", each) for each in found.members)


def _line(name: str, value: str) -> Attribute:
    return Attribute(name, (value,))


def _object(attributes: tuple[Attribute, ...]) -> RouteObject | AsSet:
    kind = attributes[0].name
    if kind not in CLASSES:
        raise RegistryError(f"the lab's IRR has no object {kind!r}", suggestion(kind, CLASSES))
    return _as_set(attributes) if kind == "as-set" else _route(attributes)


def _route(attributes: tuple[Attribute, ...]) -> RouteObject:
    kind, key = attributes[0].name, attributes[0].value
    try:
        prefix = Prefix.parse(key)
    except PrefixError as error:
        raise RegistryError(str(error)) from None
    if kind != ("route" if prefix.version == 4 else "route6"):
        raise RegistryError(f"{prefix} is no prefix of a {kind} object")
    origin = as_number(_single(attributes, "origin"))
    if not origin:
        raise RegistryError(
            f"the origin of {prefix} is {_single(attributes, 'origin')[:40]!r}", "expected an AS number"
        )
    return RouteObject(
        prefix,
        origin,
        _single(attributes, "source").upper(),
        _single(attributes, "mnt-by").upper(),
        _lines(attributes, "descr"),
        _lines(attributes, "remarks"),
        _time(attributes, "created"),
        _time(attributes, "last-modified"),
    )


def _as_set(attributes: tuple[Attribute, ...]) -> AsSet:
    words = (
        word
        for attribute in attributes
        if attribute.name == "members"
        for word in attribute.value.replace(",", " ").split()
    )
    return AsSet(
        set_name(attributes[0].value),
        tuple(dict.fromkeys(member(word) for word in words)),
        _single(attributes, "source").upper(),
        _single(attributes, "mnt-by").upper(),
        _lines(attributes, "descr"),
        _lines(attributes, "remarks"),
        _time(attributes, "created"),
        _time(attributes, "last-modified"),
    )


def _single(attributes: Iterable[Attribute], name: str) -> str:
    """The value of the first attribute of this name. Raises RegistryError where there is none."""
    for attribute in attributes:
        if attribute.name == name and attribute.value:
            return attribute.value
    key = next(iter(attributes)).value
    raise RegistryError(f"{key[:60]} has no {name!r}", "an object has origin or members, mnt-by and source")


def _lines(attributes: Iterable[Attribute], name: str) -> tuple[str, ...]:
    return tuple(line for attribute in attributes if attribute.name == name for line in attribute.lines)


def _time(attributes: Iterable[Attribute], name: str) -> float:
    value = next((attribute.value for attribute in attributes if attribute.name == name), "")
    try:
        return datetime.strptime(value, _TIME).replace(tzinfo=UTC).timestamp() if value else 0.0
    except ValueError:
        raise RegistryError(
            f"{name} is {value[:40]!r}", "expected a time such as 2018-03-16T16:58:06Z"
        ) from None
