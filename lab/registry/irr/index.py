"""Route objects by prefix and by origin."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from lab.bgp.prefix import WIDTH, Prefix
from lab.registry.irr.records import RouteObject


class RouteIndex:
    """Some route objects, for look-ups that cost no more than what they find. Immutable.

    Of one prefix they come in the order of their origins, and then of their sources.
    """

    def __init__(self, routes: Iterable[RouteObject] = ()) -> None:
        self._by_prefix: dict[Prefix, list[RouteObject]] = defaultdict(list)
        self._by_origin: dict[int, list[RouteObject]] = defaultdict(list)
        for route in sorted(routes, key=lambda route: (route.prefix, route.origin, route.source)):
            self._by_prefix[route.prefix].append(route)
            self._by_origin[route.origin].append(route)
        self._prefixes = list(self._by_prefix)

    def all(self) -> tuple[RouteObject, ...]:
        """Every object, in the order of the prefixes."""
        return tuple(route for routes in self._by_prefix.values() for route in routes)

    def exact(self, prefix: Prefix) -> tuple[RouteObject, ...]:
        """Those of just this prefix."""
        return tuple(self._by_prefix.get(prefix, ()))

    def covering(self, prefix: Prefix) -> tuple[RouteObject, ...]:
        """Those of `prefix` and of less specific prefixes, the most specific first."""
        around = (prefix.supernet(length) for length in range(prefix.length, -1, -1))
        return tuple(route for each in around for route in self._by_prefix.get(each, ()))

    def within(self, prefix: Prefix) -> tuple[RouteObject, ...]:
        """Those of `prefix` and of more specific prefixes, in the order of the prefixes."""
        after = prefix.value + (1 << (WIDTH[prefix.version] - prefix.length))
        first = bisect_left(self._prefixes, prefix)
        last = bisect_left(self._prefixes, Prefix(prefix.version, after, 0))
        return tuple(route for each in self._prefixes[first:last] for route in self._by_prefix[each])

    def of_origin(self, asn: int) -> tuple[RouteObject, ...]:
        """Those whose origin is this AS, in the order of the prefixes."""
        return tuple(self._by_origin.get(asn, ()))
