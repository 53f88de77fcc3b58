"""All of Cloudflare in one lab: the rooms put together, calls carried out as a whole, and time passing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from lab.clouds.cloudflare.alerting.notifications import Notifications
from lab.clouds.cloudflare.alerting.policies import Policies
from lab.clouds.cloudflare.basics import Basics, earliest
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
from lab.state.state import State

T = TypeVar("T")


class Cloudflare:
    """Every account of Cloudflare as one lab has it. One thread at a time.

    Its rooms are attributes; each changes its tables only within `perform` or `work`.
    """

    def __init__(self, settings: CloudflareSettings, world: World, state: State, ids: Ids) -> None:
        """Raises lab.state.errors.StateError where `state` holds what cannot be read, or prefixes or zones of
        an account that `settings` does not have."""
        basics = Basics(settings, world, state, ids)
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

    def perform(self, action: Callable[[], T]) -> T:
        """Do something as a whole, or, if it raises, not at all. What is due by now happens first."""
        self.work()
        with self._as_a_whole():
            return action()

    def next_due(self) -> float | None:
        """When something happens next by itself, in UNIX seconds of the calendar; None if nothing will."""
        return earliest(room.next_due() for room in (self.prefixes, self.bindings, self.bgp_prefixes))

    def work(self) -> None:
        """Let everything happen that is due by now, in its order."""
        now = self.basics.world.now()
        while (due := self.next_due()) is not None and due <= now:
            with self._as_a_whole():
                for room in (self.prefixes, self.bindings, self.bgp_prefixes):
                    room.work(due)

    @contextlib.contextmanager
    def _as_a_whole(self) -> Iterator[None]:
        """A transaction that takes the events back, too, of what is taken back."""
        mark = len(self.basics.events)
        try:
            with self.basics.state.transaction():
                yield
        except BaseException:
            del self.basics.events[mark:]
            raise

    def originations(self) -> frozenset[Origination]:
        """What Cloudflare wants announced now, at each of its sites."""
        return self.bgp_prefixes.originations()

    def take_events(self) -> list[CloudflareEvent]:
        """What happened since the last call. Times are 0: the lab knows its own."""
        events = list(self.basics.events)
        self.basics.events.clear()
        return events
