"""The table as the collector sees it: per prefix and vantage point, one AS path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lab.bgp.prefix import Prefix
from lab.bgp.rib import RouterView


@dataclass(frozen=True)
class Table:
    """`paths` maps each prefix to the AS path seen by each vantage point (by speaker name) that has a route.

    A path starts with the vantage point's own ASN (a route server's excepted) and ends with the origin.
    """

    paths: Mapping[Prefix, Mapping[str, tuple[int, ...]]]
    vantage_points: frozenset[str]

    @classmethod
    def from_view(cls, view: RouterView, vantage_points: Iterable[str] = ()) -> Table:
        """The table from the collector's RIBs.

        `vantage_points` names all that are watched, so that those without any route count in `visibility`.
        """
        paths = {
            prefix: {
                route.neighbor: route.attributes.as_path
                for route in sorted(routes, key=lambda route: route.neighbor)
                if not route.is_own and route.attributes.as_path
            }
            for prefix, routes in sorted(view.adj_in.items())
        }
        paths = {prefix: seen for prefix, seen in paths.items() if seen}
        watching = {name for seen in paths.values() for name in seen}
        return cls(paths, frozenset(watching | set(vantage_points)))

    def origins(self, prefix: Prefix) -> dict[int, tuple[str, ...]]:
        """Each origin AS of a prefix, with the vantage points that see it; more than one is a MOAS."""
        found: dict[int, list[str]] = {}
        for name, path in self.paths.get(prefix, {}).items():
            found.setdefault(path[-1], []).append(name)
        return {asn: tuple(found[asn]) for asn in sorted(found)}

    def moas(self) -> dict[Prefix, tuple[int, ...]]:
        """The prefixes with several origin ASes, and those ASes."""
        every = {prefix: tuple(self.origins(prefix)) for prefix in self.paths}
        return {prefix: origins for prefix, origins in every.items() if len(origins) > 1}

    def visibility(self, prefix: Prefix) -> float:
        """The share of the vantage points, 0 to 1, that have a route to exactly this prefix."""
        if not self.vantage_points:
            return 0.0
        return len(self.paths.get(prefix, {})) / len(self.vantage_points)
