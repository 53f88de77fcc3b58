"""What a maintainer does in the IRR of its RIR."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lab.bgp.prefix import Prefix
from lab.registry.comments import check_line_count
from lab.registry.errors import RegistryError
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.making import lines_of, new_as_set, new_route, source_name
from lab.registry.irr.names import set_name
from lab.registry.irr.records import AsSet, RouteObject
from lab.topology.problems import suggestion

TEXT_FIELDS: Final = ("descr", "remarks")
"""The attributes that are text, and the maintainer's to fill."""

_MNTNER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,78}[A-Za-z0-9]")


class IrrEditor:
    """Edits an IRR by the rules of the RIRs. Every method raises RegistryError, and then changes nothing.

    An RIR takes route objects of the space that is registered with it, and of no other: RIPE stopped taking
    out-of-region objects in 2018, and here it is the same at all five.
    """

    def __init__(self, database: IrrDatabase) -> None:
        self._database = database

    def add_route(
        self,
        prefix: Prefix,
        origin: int,
        *,
        source: str | None = None,
        descr: str = "",
        remarks: str = "",
        maintainer: str = "",
    ) -> RouteObject:
        """Create a route object, at the RIR where `prefix` is registered; naming another is refused."""
        if maintainer and not _MNTNER.fullmatch(maintainer):
            raise RegistryError(
                f"{maintainer[:80]!r} is not the name of a mntner", "expected for example EXAMPLE-MNT"
            )
        self._check_source(prefix, source)
        made = new_route(self._database.registry, prefix, origin, None, descr, remarks, maintainer)
        if self._matching(prefix, origin, made.source):
            raise RegistryError(
                f"{made.source} has a {made.kind} object for {prefix} with origin AS{origin} already",
                "edit it, or remove it first",
            )
        return self._put(made)

    def remove_route(self, prefix: Prefix, origin: int, source: str | None = None) -> RouteObject:
        """Delete a route object. `source` is needed where several registries have one."""
        found = self._route(prefix, origin, source)
        with self._database.state.transaction():
            return self._database.remove_route(found)

    def add_lines(
        self, prefix: Prefix, origin: int, field: str, text: str, source: str | None = None
    ) -> RouteObject:
        """Write lines at the end of `descr` or `remarks` of a route object."""
        found = self._route(prefix, origin, source)
        name = _field(field)
        before: tuple[str, ...] = getattr(found, name)
        lines = (*before, *lines_of(text, found.source))
        if lines == before:
            raise RegistryError(f"there is nothing to write into {name}: the text is empty")
        check_line_count(len(lines))
        return self._put(_with_lines(found, name, lines))

    def clear_lines(self, prefix: Prefix, origin: int, field: str, source: str | None = None) -> RouteObject:
        """Remove all lines of `descr` or `remarks` of a route object."""
        return self._put(_with_lines(self._route(prefix, origin, source), _field(field), ()))

    def put_as_set(
        self,
        name: str,
        members: Iterable[str],
        source: str | None = None,
        *,
        descr: str = "",
        remarks: str = "",
    ) -> AsSet:
        """Create an as-set, or give it other members and lines. With `source` None that is where it is, if it
        is anywhere, else the RIR of the AS in a hierarchical name, else RIPE."""
        where = source
        if where is None and (found := self._database.as_set(set_name(name))) is not None:
            where = found.source
        made = new_as_set(self._database.registry, name, members, where, descr, remarks)
        with self._database.state.transaction():
            return self._database.put_as_set(made)

    def remove_as_set(self, name: str, source: str | None = None) -> AsSet:
        """Delete an as-set. `source` is needed where several registries have one. The sets that have it as a
        member keep the name, and get nothing by it."""
        where = None if source is None else source_name(source)
        alike = [each for each in self._database.as_sets() if each.name == name.upper()]
        found = [each for each in alike if where in (None, each.source)]
        if len(found) > 1:
            sources = ", ".join(each.source for each in found)
            raise RegistryError(f"several registries have an as-set {name.upper()}", f"say which: {sources}")
        if not found:
            names = [each.name for each in self._database.as_sets()]
            raise RegistryError(
                f"there is no as-set {name!r}{f' at {where}' if where else ''}",
                f"there is one at {alike[0].source}" if alike else suggestion(name, names, "there are"),
            )
        with self._database.state.transaction():
            return self._database.remove_as_set(found[0])

    def _check_source(self, prefix: Prefix, source: str | None) -> None:
        registration = self._database.registry.find(prefix)
        if source is None or registration is None or source_name(source) == registration.rir:
            return
        raise RegistryError(
            f"{source_name(source)} takes no route object for {prefix}, which is registered with"
            f" {registration.rir}",
            f"an RIR takes those of its own space only; create it at {registration.rir}",
        )

    def _route(self, prefix: Prefix, origin: int, source: str | None) -> RouteObject:
        where = None if source is None else source_name(source)
        found = self._matching(prefix, origin, where)
        if len(found) == 1:
            return found[0]
        if found:
            raise RegistryError(
                f"several registries have a route object for {prefix} with origin AS{origin}",
                f"say which: {', '.join(each.source for each in found)}",
            )
        alike = [f"AS{each.origin} at {each.source}" for each in self._database.exact(prefix)]
        at = f" at {where}" if where else ""
        raise RegistryError(
            f"there is no route object for {prefix} with origin AS{origin}{at}",
            f"those of this prefix: {', '.join(alike[:12])}" if alike else self._nearest(prefix),
        )

    def _nearest(self, prefix: Prefix) -> str:
        alike = [each for each in self._database.routes() if each.prefix.version == prefix.version]
        if not alike:
            return ""
        nearest = min(alike, key=lambda each: abs(each.prefix.value - prefix.value))
        return f"the nearest is that for {nearest.prefix} with origin AS{nearest.origin}"

    def _matching(self, prefix: Prefix, origin: int, source: str | None) -> list[RouteObject]:
        return [
            each
            for each in self._database.exact(prefix)
            if each.origin == origin and source in (None, each.source)
        ]

    def _put(self, route: RouteObject) -> RouteObject:
        with self._database.state.transaction():
            return self._database.put_route(route)


def _field(word: str) -> str:
    name = word.strip().rstrip(":").lower()
    if name in TEXT_FIELDS:
        return name
    raise RegistryError(
        f"a route object has no field {word!r} for text", suggestion(word, TEXT_FIELDS, "its fields")
    )


def _with_lines(route: RouteObject, field: str, lines: tuple[str, ...]) -> RouteObject:
    return replace(route, descr=lines) if field == "descr" else replace(route, remarks=lines)
