"""The registries, the DNS and the clouds' control planes of one lab, and what the clouds announce."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lab.bgp.commands import Originate
from lab.bgp.events import Event
from lab.bgp.prefix import Address, Prefix
from lab.bgp.rov import Vrp
from lab.dns.resolving import LabDns
from lab.dns.zones import ZoneHost
from lab.engines.base import Engine
from lab.observe.events import AlertRaised
from lab.observe.table import Table
from lab.registry.database import RegistryDatabase
from lab.registry.irr.database import IrrDatabase
from lab.registry.reverse.delegations import Delegations
from lab.registry.reverse.hosting import ElsewhereDns
from lab.registry.reverse.rir_dns import RirDns
from lab.scenario.cloud_announcements import CloudAnnouncements
from lab.scenario.irr_filters import IrrFilters
from lab.scenario.outlook import Outlook
from lab.state.state import State
from lab.topology.model import Topology

if TYPE_CHECKING:
    from lab.clouds.aws.cloud import Aws
    from lab.clouds.aws.wire.front import AwsFront
    from lab.clouds.cloudflare.cloud import Cloudflare
    from lab.clouds.cloudflare.wire.front import CloudflareFront


class Clouds:
    """One lab's registries, DNS and clouds.

    They change in transactions of `state`. What they announce follows with `announce`, never in between.
    """

    def __init__(
        self,
        topology: Topology,
        engine: Engine,
        state: State,
        vrps: Callable[[], Iterable[Vrp]],
        table: Callable[[], Table],
    ) -> None:
        """Raises lab.state.errors.StateError where `state` cannot be read."""
        self.registry = RegistryDatabase(topology, state, engine.calendar)
        self.irr = IrrDatabase(topology, state, engine.calendar, self.registry)
        self.delegations = Delegations(state, self.registry)
        self.elsewhere = ElsewhereDns(state, engine.calendar)
        """The name servers of those who do not use Cloudflare's."""
        self.dns = LabDns(self._dns_hosts, RirDns(self.delegations))
        self.endpoint = ""
        """Where the APIs are served, as `http://127.0.0.1:8080`; "" where they are not."""
        self.whois_address: tuple[str, int] | None = None
        """Where whois is served, if it is; `dns_address` likewise."""
        self.dns_address: tuple[str, int] | None = None
        self.saved: dict[str, Any] = {}
        """What steps of the scenario keep of answers, by the names they give it."""
        self.sdk_clients: dict[tuple[str, str, str], Any] = {}
        """Those that steps have used, by service, region and account: one takes long to make."""
        self._topology = topology
        self._engine = engine
        self._state = state
        self._outlook = Outlook(
            self.registry, self.irr, self.dns, self.delegations, self.elsewhere, engine, vrps, table
        )
        self._regions = {speaker.name: speaker.region for speaker in topology.of_cloud("aws")}
        """AWS's speakers; one without a region belongs to all of them."""
        self._sites = tuple(speaker.name for speaker in topology.of_cloud("cloudflare"))
        self._announcements = CloudAnnouncements(engine)
        self._filters = IrrFilters(topology, engine, self.irr)
        self._aws = self._make_aws() if self.has_aws and state.is_kept else None
        """Made when it is first asked for: most labs with an AS of a cloud never call it."""
        self._cloudflare = self._make_cloudflare() if self.has_cloudflare and state.is_kept else None

    @property
    def has_aws(self) -> bool:
        """Whether a speaker is AWS's."""
        return bool(self._regions)

    @property
    def has_cloudflare(self) -> bool:
        """Whether a speaker is Cloudflare's."""
        return bool(self._sites)

    @property
    def aws(self) -> Aws | None:
        """All of AWS; None where no speaker is AWS's."""
        if self._aws is None and self.has_aws:
            self._aws = self._make_aws()
        return self._aws

    @property
    def cloudflare(self) -> Cloudflare | None:
        """All of Cloudflare; None where no speaker is Cloudflare's."""
        if self._cloudflare is None and self.has_cloudflare:
            self._cloudflare = self._make_cloudflare()
        return self._cloudflare

    def _make_aws(self) -> Aws:
        from lab.clouds.aws.cloud import Aws
        from lab.clouds.aws.ids import Ids
        from lab.scenario.aws_settings import aws_settings

        return Aws(aws_settings(self._topology), self._outlook, self._state, Ids(self._chance("")))

    def _make_cloudflare(self) -> Cloudflare:
        from lab.clouds.cloudflare.cloud import Cloudflare
        from lab.clouds.cloudflare.ids import Ids
        from lab.scenario.cloudflare_settings import cloudflare_settings

        ids = Ids(self._chance("cloudflare"))
        return Cloudflare(cloudflare_settings(self._topology), self._outlook, self._state, ids)

    def _chance(self, whose: str) -> random.Random:
        """Where IDs come from: the same scenario makes the same ones; a state that is kept must not see them
        a second time."""
        return random.SystemRandom() if self._state.is_kept else random.Random(self._topology.name + whose)

    @cached_property
    def aws_front(self) -> AwsFront:
        """Where requests to AWS go. There must be an `aws`."""
        from lab.clouds.aws.operations import OPERATIONS
        from lab.clouds.aws.wire.front import AwsFront

        assert self.aws is not None
        # Signatures are held against the wall clock: the calendar may run faster.
        return AwsFront(self.aws, OPERATIONS, time.time)

    @cached_property
    def cloudflare_front(self) -> CloudflareFront:
        """Where requests to Cloudflare go. There must be a `cloudflare`."""
        from lab.clouds.cloudflare.operations import OPERATIONS
        from lab.clouds.cloudflare.wire.front import CloudflareFront

        assert self.cloudflare is not None
        return CloudflareFront(self.cloudflare, OPERATIONS)

    def next_due(self) -> float | None:
        """When a cloud does something by itself next, in UNIX seconds of the calendar."""
        times = [cloud.next_due() for cloud in self._made()]
        return min((time for time in times if time is not None), default=None)

    def work(self) -> None:
        """Let the clouds do what is due by now."""
        for cloud in self._made():
            cloud.work()

    def notice(self, alerts: Sequence[AlertRaised]) -> None:
        """Tell the clouds' own route leak detection what the lab's detector has raised."""
        cloudflare = self._cloudflare
        if cloudflare is not None and alerts:
            cloudflare.perform(lambda: cloudflare.notifications.notice(alerts))

    def take_events(self) -> list[Event]:
        """What the clouds did since the last call, stamped with the engine's time."""
        events = [event for cloud in self._made() for event in cloud.take_events()]
        return [replace(event, time=self._engine.now()) for event in events]

    def filter(self) -> bool:
        """Have those who filter by the IRR do so by what it says now. Returns whether anything changed."""
        return self._filters.apply()

    def announce(self) -> bool:
        """Have the clouds' speakers announce what the clouds want announced, and nothing else of it any more.

        Returns whether anything changed.
        """
        return self._announcements.follow({(name, each.prefix): each for name, each in self._wanted()})

    def announces(self, speaker: str, prefix: Prefix) -> bool:
        """Whether a speaker announces just this prefix because a cloud wants it to."""
        return self._announcements.has(speaker, prefix)

    def aws_that_advertises(self, address: Address) -> Aws | None:
        """All of AWS, if it advertises a range around `address` that somebody has brought to it."""
        aws = self._aws
        advertised = () if aws is None else aws.originations()
        return aws if any(prefix.covers(address.host) for _, prefix in advertised) else None

    def _made(self) -> Iterator[Aws | Cloudflare]:
        if self._aws is not None:
            yield self._aws
        if self._cloudflare is not None:
            yield self._cloudflare

    def _dns_hosts(self) -> tuple[ZoneHost, ...]:
        cloudflare = () if self._cloudflare is None else self._cloudflare.authoritative.hosts
        return (self.elsewhere, *cloudflare)

    def _wanted(self) -> Iterator[tuple[str, Originate]]:
        """What each of the clouds' speakers is to announce."""
        if self._aws is not None:
            for region, prefix in self._aws.originations():
                for speaker, of_region in self._regions.items():
                    if of_region in (None, region):
                        yield speaker, Originate(prefix)
        if self._cloudflare is not None:
            for each in self._cloudflare.originations():
                for site in self._sites:
                    yield site, Originate(each.prefix, each.path, each.prepend)
