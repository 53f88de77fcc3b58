"""What registries and clouds see of a lab."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.clouds.aws.world import SeenRoute
from lab.dns.resolving import LabDns
from lab.engines.base import Engine
from lab.observe.table import Table
from lab.registry.database import RegistryDatabase
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.records import RouteObject
from lab.registry.records import Holder, Registration
from lab.registry.reverse.delegations import Delegations
from lab.registry.reverse.hosting import ElsewhereDns


@dataclass(frozen=True, slots=True)
class Outlook:
    """The `World` of AWS (`lab.clouds.aws.world`) and that of Cloudflare (`lab.clouds.cloudflare.world`)."""

    registry: RegistryDatabase
    irr: IrrDatabase
    dns: LabDns
    delegations: Delegations
    elsewhere: ElsewhereDns
    engine: Engine
    valid: Callable[[], Iterable[Vrp]]
    table: Callable[[], Table]

    def now(self) -> float:
        """UNIX seconds of the lab's calendar."""
        return self.engine.calendar()

    def registration(self, prefix: Prefix) -> Registration | None:
        """The most specific registration that covers `prefix`."""
        return self.registry.find(prefix)

    def holder(self, handle: str) -> Holder | None:
        """The organization or person behind a registration."""
        return self.registry.holder(handle)

    def vrps(self) -> Iterable[Vrp]:
        """What the lab's relying party has validated."""
        return self.valid()

    def routes(self, prefix: Prefix) -> Iterator[SeenRoute]:
        """The collector's routes to `prefix`, and to less and more specific ones."""
        for found, seen in self.table().paths.items():
            if found.covers(prefix) or prefix.covers(found):
                for name, path in seen.items():
                    yield SeenRoute(found, path, name)

    def route_objects(self, prefix: Prefix) -> Iterable[RouteObject]:
        """The route objects of exactly `prefix`."""
        return self.irr.exact(prefix)

    def covering_route_objects(self, prefix: Prefix) -> Iterable[RouteObject]:
        """Those of `prefix` and of less specific prefixes, the most specific first."""
        return self.irr.covering(prefix)

    def reverse_servers(self, zone: str) -> tuple[str, ...]:
        """The name servers that a RIR has delegated this reverse zone to."""
        return self.delegations.nameservers(zone)

    def servers_elsewhere(self, name: str) -> tuple[str, ...]:
        """The name servers that a zone elsewhere has for `name`."""
        return self.elsewhere.servers_of(name)

    def txt(self, name: str) -> tuple[str, ...]:
        """The texts at a name in the DNS."""
        return self.dns.txt(name)
