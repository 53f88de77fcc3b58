"""The IRR of a lab: route objects and as-sets at the five RIRs, as the file says, and edited from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from lab.bgp.prefix import Prefix
from lab.registry.database import RegistryDatabase
from lab.registry.irr import membership
from lab.registry.irr.from_file import TakenEntries
from lab.registry.irr.index import RouteIndex
from lab.registry.irr.making import SOURCES, new_as_set, new_route
from lab.registry.irr.records import AsSet, RouteObject
from lab.state.derived import Derived
from lab.state.state import State
from lab.topology.model import IrrAsSet, IrrRoute, Topology


class IrrDatabase:
    """Route objects and as-sets. One thread at a time.

    Objects stay when their space goes to another holder or RIR: some registries clean up after a transfer,
    some do not, and those of a former holder are what a new one meets. Whoever wants them gone removes them.

    All of it lives in `state`; an entry of the topology is taken into it once (`lab.registry.irr.from_file`).
    `registry` says where a prefix is registered, and to whom; `now` gives UNIX seconds of the calendar.
    """

    def __init__(
        self, topology: Topology, state: State, now: Callable[[], float], registry: RegistryDatabase
    ) -> None:
        """Raises lab.state.errors.StateError where `state` holds what cannot be read, and RegistryError for
        an object of the topology that no registry can hold."""
        self.state = state
        self.registry = registry
        self._now = now
        self._routes = state.table("irr_routes", RouteObject)
        self._as_sets = state.table("irr_as_sets", AsSet)
        taken_routes = TakenEntries(state, self._routes)
        taken_as_sets = TakenEntries(state, self._as_sets)
        with state.transaction():
            taken_routes.take(topology.irr, self._route_of_file)
            taken_as_sets.take(topology.as_sets, self._as_set_of_file)
        self._index = Derived(state, self._routes, RouteIndex)

    # --- asking -----------------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """A number that grows with every change: while it is the same, so is every answer."""
        return self.state.changes

    @property
    def index(self) -> RouteIndex:
        """The route objects as they are now."""
        return self._index.get()

    def routes(self) -> tuple[RouteObject, ...]:
        """Every route object, in the order of the prefixes."""
        return self.index.all()

    def exact(self, prefix: Prefix) -> tuple[RouteObject, ...]:
        """The route objects of just this prefix."""
        return self.index.exact(prefix)

    def covering(self, prefix: Prefix) -> tuple[RouteObject, ...]:
        """Those of `prefix` and of less specific prefixes, the most specific first."""
        return self.index.covering(prefix)

    def within(self, prefix: Prefix) -> tuple[RouteObject, ...]:
        """Those of `prefix` and of more specific prefixes, in the order of the prefixes."""
        return self.index.within(prefix)

    def of_origin(self, asn: int) -> tuple[RouteObject, ...]:
        """Those whose origin is this AS, in the order of the prefixes."""
        return self.index.of_origin(asn)

    def as_sets(self) -> tuple[AsSet, ...]:
        """Every as-set, in the order of the names, and of one name in that of the registries."""
        return tuple(sorted(self._as_sets.values(), key=lambda each: (each.name, each.source)))

    def as_set(self, name: str, sources: Iterable[str] = SOURCES) -> AsSet | None:
        """The as-set of this name, upper and lower case alike, from the first registry that has one."""
        found = (self._as_sets.get(f"{name.upper()} {source}") for source in sources)
        return next((each for each in found if each is not None), None)

    def expand(self, name: str, sources: Iterable[str] = SOURCES) -> frozenset[int]:
        """The ASes behind an as-set or an AS number, sets in sets included; unknown sets have none."""
        chosen = tuple(sources)
        return membership.expand(name, lambda each: self.as_set(each, chosen))

    def rir_of(self, prefix: Prefix) -> str | None:
        """The registry that is to have the route objects of a prefix: the RIR where it is registered."""
        registration = self.registry.find(prefix)
        return registration.rir if registration is not None else None

    # --- changing ---------------------------------------------------------------------------------------

    def put_route(self, route: RouteObject) -> RouteObject:
        """Create or change a route object, dated now. In a transaction of the state only."""
        old = self._routes.get(route.key)
        now = self._now()
        return self._routes.put(route.key, replace(route, created=old.created if old else now, changed=now))

    def remove_route(self, route: RouteObject) -> RouteObject:
        """Take a route object away. In a transaction of the state only. Raises KeyError."""
        return self._routes.remove(route.key)

    def put_as_set(self, as_set: AsSet) -> AsSet:
        """Create or change an as-set, dated now. In a transaction of the state only."""
        old = self._as_sets.get(as_set.key)
        now = self._now()
        return self._as_sets.put(
            as_set.key, replace(as_set, created=old.created if old else now, changed=now)
        )

    def remove_as_set(self, as_set: AsSet) -> AsSet:
        """Take an as-set away. In a transaction of the state only. Raises KeyError."""
        return self._as_sets.remove(as_set.key)

    # --- the file ---------------------------------------------------------------------------------------

    def _route_of_file(self, said: IrrRoute) -> RouteObject:
        made = new_route(self.registry, said.prefix, said.origin, said.source, said.descr, said.remarks)
        return replace(made, created=self._now(), changed=self._now())

    def _as_set_of_file(self, said: IrrAsSet) -> AsSet:
        made = new_as_set(self.registry, said.name, said.members, said.source)
        return replace(made, created=self._now(), changed=self._now())
