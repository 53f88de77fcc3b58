"""All of Cloudflare in one lab: the rooms put together, calls carried out as a whole, and time passing."""

from __future__ import annotations

from lab.clouds.cloudflare.alerting.notifications import Notifications
from lab.clouds.cloudflare.alerting.policies import Policies
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.events import CloudflareEvent
from lab.clouds.cloudflare.identity.accounts import Identity
from lab.clouds.cloudflare.identity.owners import check_owners
from lab.clouds.cloudflare.ids import Ids
from lab.clouds.cloudflare.maps.address_maps import AddressMaps
from lab.clouds.cloudflare.prefixes.bgp_prefixes import BgpPrefixes, Origination
from lab.clouds.cloudflare.prefixes.bindings import Bindings
from lab.clouds.cloudflare.prefixes.delegations import Delegations
from lab.clouds.cloudflare.prefixes.loa_documents import LoaDocuments
from lab.clouds.cloudflare.prefixes.prefixes import Prefixes
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.clouds.cloudflare.spectrum.apps import SpectrumApps
from lab.clouds.cloudflare.world import World
from lab.clouds.cloudflare.zones.answering import Authoritative
from lab.clouds.cloudflare.zones.dns_records import DnsRecords
from lab.clouds.cloudflare.zones.name_servers import NameServers
from lab.clouds.cloudflare.zones.zones import Zones
from lab.clouds.control_plane import ControlPlane
from lab.state.state import State


class Cloudflare(ControlPlane[CloudflareEvent]):
    """Every account of Cloudflare as one lab has it. Its rooms are attributes."""

    def __init__(self, settings: CloudflareSettings, world: World, state: State, ids: Ids) -> None:
        """Raises lab.state.errors.StateError where `state` holds what cannot be read, or prefixes or zones of
        an account that `settings` does not have."""
        basics = Basics(settings, world, state, ids)
        super().__init__(state, world.now, basics.events)
        self.basics = basics
        with state.transaction():
            self.identity = Identity(basics)
            self.loa_documents = LoaDocuments(basics)
            self.prefixes = Prefixes(basics, self.loa_documents)
            check_owners(
                self.identity, ((f"the prefix {kept.prefix}", kept.account) for kept in self.prefixes.all())
            )
            self.delegations = Delegations(basics, self.prefixes)
            self.bgp_prefixes = BgpPrefixes(basics, self.prefixes)
            self.bindings = Bindings(basics, self.prefixes, self.delegations, self.bgp_prefixes)
            self.zones = Zones(basics, NameServers(basics))
            check_owners(
                self.identity, ((f"the zone {kept.name}", kept.account) for kept in self.zones.all())
            )
            self.maps = AddressMaps(basics, self.delegations, self.zones)
            self.dns_records = DnsRecords(basics, self.zones)
            self.spectrum = SpectrumApps(basics, self.zones, self.dns_records, self.delegations)
            self.authoritative = Authoritative(basics, self.zones, self.dns_records, self.maps, self.spectrum)
            self.policies = Policies(basics)
            self.notifications = Notifications(basics, self.policies, self.prefixes, self.bgp_prefixes)
        self._timed = (self.prefixes, self.bindings, self.bgp_prefixes)

    def originations(self) -> frozenset[Origination]:
        """What Cloudflare wants announced now, at each of its sites."""
        return self.bgp_prefixes.originations()
