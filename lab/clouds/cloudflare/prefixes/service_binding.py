"""A service binding, and how it reaches Cloudflare's sites one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from lab.bgp.prefix import Prefix
from lab.clouds.due_times import earliest
from lab.topology.cloudflare_section import ServiceName


class ProvisioningState(Enum):
    """How far a binding is, as the API shows it."""

    PROVISIONING = "provisioning"
    ACTIVE = "active"
    MAGIC_TRANSIT_ROUTE_MISSING = "magic_transit_route_missing"


@dataclass(frozen=True, slots=True)
class ServiceBinding:
    """Packets to `cidr` go to `service`, at each site from the time that `arrives` has for it.

    While it is removed (`deleted` is set) `leaves` has when each site has forgotten it. `worked` is the time
    up to which what is due of it has been noted. Times are UNIX seconds of the calendar.
    """

    id: str
    prefix_id: str
    account: str
    cidr: Prefix
    service: ServiceName
    created: float
    state: ProvisioningState = ProvisioningState.PROVISIONING
    arrives: Mapping[str, float] = field(default_factory=dict)
    deleted: float | None = None
    leaves: Mapping[str, float] = field(default_factory=dict)
    worked: float = 0.0

    @property
    def is_being_deleted(self) -> bool:
        """Whether it was deleted, and some sites still know it."""
        return self.deleted is not None

    @property
    def times(self) -> Mapping[str, float]:
        """When each site follows what was asked for last."""
        return self.leaves if self.is_being_deleted else self.arrives

    @property
    def everywhere(self) -> float:
        """When the last site follows it."""
        return max(self.times.values(), default=self.created)

    @property
    def majority(self) -> float:
        """When more than half of the sites follow it."""
        times = sorted(self.times.values())
        return times[len(times) // 2] if times else self.created

    def is_ready(self, site: str, now: float) -> bool:
        """Whether `site` follows what was asked for last."""
        return now >= self.times.get(site, self.everywhere)

    def next_due(self) -> float | None:
        """When the next site follows; None where all do."""
        return earliest(time for time in self.times.values() if time > self.worked)
