"""What can be asked of the IRR and of the RPKI beside it, whichever protocol asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.irr import membership
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.index import RouteIndex
from lab.registry.irr.making import SOURCES
from lab.registry.irr.names import as_number
from lab.registry.irr.objects import text_of
from lab.registry.irr.pseudo import RPKI, anchors_of, derived_objects, derived_text
from lab.registry.irr.records import AsSet, RouteObject

ALL_SOURCES: Final = (RPKI, *SOURCES)
"""Every source, in the order in which answers have them."""


class Specificity(Enum):
    """Which route objects around a prefix are wanted."""

    EXACT = "exact"
    LESS_ONE_LEVEL = "one level less specific"
    LESS_AND_EXACT = "less specific, and exact"
    MORE_ONE_LEVEL = "one level more specific"
    MORE = "more specific"


class Queries:
    """Answers as of now. `vrps` gives the lab's, which are another object when they are others; `now` gives
    UNIX seconds of the calendar.

    Objects that contradict a ROA are shown like any other. `sources` are some of ALL_SOURCES. Answers begin
    with what is derived from the RPKI; in which order they are named matters for as-sets only.
    """

    def __init__(
        self, database: IrrDatabase, vrps: Callable[[], Iterable[Vrp]], now: Callable[[], float]
    ) -> None:
        self._database = database
        self._vrps = vrps
        self._now = now
        self._anchor = anchors_of(database.registry)
        self._derived_from: Iterable[Vrp] = ()
        self._derived = RouteIndex()

    def routes(self, prefix: Prefix, which: Specificity, sources: Iterable[str]) -> list[RouteObject]:
        """The route objects of a prefix, or of those around it."""
        chosen = tuple(sources)
        match which:
            case Specificity.EXACT:
                return self._found(lambda index: index.exact(prefix), chosen)
            case Specificity.LESS_AND_EXACT:
                return self._found(lambda index: index.covering(prefix), chosen)
            case Specificity.LESS_ONE_LEVEL:
                around = self._found(lambda index: index.covering(prefix), chosen)
                lengths = (route.prefix.length for route in around if route.prefix != prefix)
                nearest = max(lengths, default=None)
                return [route for route in around if route.prefix.length == nearest]
            case Specificity.MORE | Specificity.MORE_ONE_LEVEL:
                inside = self._found(lambda index: index.within(prefix), chosen)
                inside = [route for route in inside if route.prefix != prefix]
                return inside if which is Specificity.MORE else _outermost(inside)

    def nearest(self, prefix: Prefix, sources: Iterable[str]) -> list[RouteObject]:
        """The route objects of just this prefix or, without any, those one level less specific."""
        chosen = tuple(sources)
        exact = self.routes(prefix, Specificity.EXACT, chosen)
        return exact or self.routes(prefix, Specificity.LESS_ONE_LEVEL, chosen)

    def of_origin(self, asn: int, sources: Iterable[str]) -> list[RouteObject]:
        """The route objects with this origin."""
        return self._found(lambda index: index.of_origin(asn), tuple(sources))

    def of_maintainer(self, name: str, sources: Iterable[str]) -> list[RouteObject | AsSet]:
        """What a mntner maintains, upper and lower case alike."""
        chosen = tuple(sources)
        routes = self._found(lambda index: index.all(), chosen)
        sets = [each for each in self._database.as_sets() if each.source in chosen]
        every: list[RouteObject | AsSet] = [*routes, *sets]
        return [each for each in every if each.maintainer == name.upper()]

    def as_set(self, name: str, sources: Iterable[str]) -> AsSet | None:
        """The as-set of this name, from the first of the sources that has one."""
        return self._database.as_set(name, tuple(sources))

    def expand(self, word: str, sources: Iterable[str]) -> frozenset[int]:
        """The ASes behind an AS number or an as-set."""
        chosen = tuple(sources)
        return membership.expand(word, lambda name: self.as_set(name, chosen))

    def prefixes(self, word: str, version: int | None, sources: Iterable[str]) -> list[Prefix]:
        """The prefixes of the route objects of an AS, or of the ASes behind an as-set, each once and in
        order. `version` None is both."""
        chosen = tuple(sources)
        asns = self.expand(word, chosen)
        found = {route.prefix for asn in asns for route in self.of_origin(asn, chosen)}
        return sorted(prefix for prefix in found if version in (None, prefix.version))

    def named(self, word: str, sources: Iterable[str]) -> list[RouteObject | AsSet]:
        """What a word means that is no prefix: the routes of an AS, an as-set, or what a mntner maintains."""
        chosen = tuple(sources)
        asn = as_number(word)
        if asn is not None:
            return [*self.of_origin(asn, chosen)]
        found = self.as_set(word, chosen)
        return [found] if found else self.of_maintainer(word, chosen)

    def text(self, found: RouteObject | AsSet) -> str:
        """An object as text."""
        if isinstance(found, RouteObject) and found.source == RPKI:
            return derived_text(found, self._anchor(found.prefix), self._now())
        return text_of(found)

    def _found(
        self, look: Callable[[RouteIndex], Iterable[RouteObject]], sources: tuple[str, ...]
    ) -> list[RouteObject]:
        derived = look(self._derived_index()) if RPKI in sources else ()
        return [*derived, *(route for route in look(self._database.index) if route.source in sources)]

    def _derived_index(self) -> RouteIndex:
        vrps = self._vrps()
        if vrps is not self._derived_from:
            self._derived, self._derived_from = RouteIndex(derived_objects(vrps)), vrps
        return self._derived


def _outermost(routes: list[RouteObject]) -> list[RouteObject]:
    """Those that no other covers; objects of one prefix stay together."""
    prefixes = {route.prefix for route in routes}
    inner = {
        prefix
        for prefix in prefixes
        if any(prefix.supernet(length) in prefixes for length in range(prefix.length))
    }
    return [route for route in routes if route.prefix not in inner]
