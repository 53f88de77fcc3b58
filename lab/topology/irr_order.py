"""The route objects that the steps of a file find in the IRR when their turn comes."""

from __future__ import annotations

from collections.abc import Iterator

from lab.topology.draft import Draft
from lab.topology.irr_entries import IrrRouteEntry
from lab.topology.irr_steps import IrrStep, RouteKey
from lab.topology.problems import Path, Problem, suggestion


class RouteObjects:
    """Those of the file and of the steps so far. One without a source is where its prefix is registered."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._there = {_key(entry) for entry in draft.irr.values() if isinstance(entry, IrrRouteEntry)}

    def check(self, path: Path, body: IrrStep) -> Iterator[Problem]:
        """What a step edits or removes and is not there; then it has happened."""
        if body.add is not None:
            self._there.add(_key(body.add))
        for action, wanted in (("remove", body.remove), ("edit", body.edit)):
            if wanted is None:
                continue
            found = [each for each in self._there if self._is(each, wanted)]
            if not found:
                yield self._missing((*path, action), wanted)
            sources = {self._source(each) for each in found}
            if wanted.source is None and len(sources) > 1:
                hint = f"say which: source: {' or '.join(sorted(map(str, sources)))}"
                message = f"several registries have a route object {wanted}"
                yield self._draft.document.problem((*path, action), message, hint)
            if action == "remove":
                self._there -= set(found)

    def _is(self, known: RouteKey, wanted: RouteKey) -> bool:
        """Without a source every registry is meant; where that of an object is not known, any may be."""
        if (known.prefix, known.origin) != (wanted.prefix, wanted.origin):
            return False
        return wanted.source is None or self._source(known) in (wanted.source, None)

    def _source(self, known: RouteKey) -> str | None:
        return known.source or self._draft.rir_of(known.prefix)

    def _missing(self, path: Path, wanted: RouteKey) -> Problem:
        near = [str(each) for each in self._there if each.prefix == wanted.prefix]
        there = suggestion(None, sorted(near or map(str, self._there)), "there are")
        return self._draft.document.problem(path, f"there is no route object {wanted} in the IRR", there)


def _key(change: RouteKey | IrrRouteEntry) -> RouteKey:
    return RouteKey(prefix=change.prefix, origin=change.origin, source=change.source)
