"""The registries and the clouds' control planes of one lab: what they see of it, and what they announce."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.events import Event
from lab.bgp.prefix import Address, Prefix
from lab.bgp.rov import Vrp
from lab.clouds.aws.world import SeenRoute
from lab.engines.base import Engine
from lab.observe.table import Table
from lab.registry.database import RegistryDatabase
from lab.registry.records import Holder, Registration
from lab.state.state import State
from lab.topology.model import Topology

if TYPE_CHECKING:
    from lab.clouds.aws.cloud import Aws
    from lab.clouds.aws.wire.front import AwsFront


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the clouds see of a lab (`lab.clouds.aws.world.World`)."""

    registry: RegistryDatabase
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


class Clouds:
    """One lab's registries and clouds.

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
        self.endpoint = ""
        """Where the APIs are served, as `http://127.0.0.1:8080`; "" where they are not."""
        self.saved: dict[str, Any] = {}
        """What steps of the scenario keep of answers, by the names they give it."""
        self.sdk_clients: dict[tuple[str, str, str], Any] = {}
        """Those that steps have used, by service, region and account: one takes long to make."""
        self._topology = topology
        self._engine = engine
        self._state = state
        self._outlook = Outlook(self.registry, engine, vrps, table)
        self._sites = _sites(topology)
        self._announced: dict[tuple[str, Prefix], bool] = {}
        """By speaker and prefix, whether it is announced for the clouds only."""
        self._aws = self._make_aws() if self._sites and state.is_kept else None
        """Made when it is first asked for: most labs with an AS of AWS never call it."""

    @property
    def has_aws(self) -> bool:
        """Whether a speaker is AWS's."""
        return bool(self._sites)

    @property
    def aws(self) -> Aws | None:
        """All of AWS; None where no speaker is AWS's."""
        if self._aws is None and self._sites:
            self._aws = self._make_aws()
        return self._aws

    def _make_aws(self) -> Aws:
        from lab.clouds.aws.cloud import Aws
        from lab.clouds.aws.ids import Ids
        from lab.scenario.aws_settings import aws_settings

        # The same scenario makes the same IDs; a state that is kept must not see them a second time.
        source = random.SystemRandom() if self._state.is_kept else random.Random(self._topology.name)
        return Aws(aws_settings(self._topology), self._outlook, self._state, Ids(source))

    @cached_property
    def aws_front(self) -> AwsFront:
        """Where requests to AWS go. There must be an `aws`."""
        from lab.clouds.aws.operations import OPERATIONS
        from lab.clouds.aws.wire.front import AwsFront

        assert self.aws is not None
        # Signatures are held against the wall clock: the calendar may run faster.
        return AwsFront(self.aws, OPERATIONS, time.time)

    def next_due(self) -> float | None:
        """When a cloud does something by itself next, in UNIX seconds of the calendar."""
        return None if self._aws is None else self._aws.next_due()

    def work(self) -> None:
        """Let the clouds do what is due by now."""
        if self._aws is not None:
            self._aws.work()

    def take_events(self) -> list[Event]:
        """What the clouds did since the last call, stamped with the engine's time."""
        events = [] if self._aws is None else self._aws.take_events()
        return [replace(event, time=self._engine.now()) for event in events]

    def announce(self) -> bool:
        """Have the clouds' speakers announce what the clouds want announced, and nothing else of it any more.

        Returns whether anything changed.
        """
        wanted = frozenset(self._wanted())
        ending, beginning = sorted(self._announced.keys() - wanted), sorted(wanted - self._announced.keys())
        for speaker, prefix in ending:
            if self._announced[speaker, prefix]:
                self._engine.apply(speaker, StopOriginating(prefix))
            del self._announced[speaker, prefix]
        for speaker, prefix in beginning:
            command = Originate(prefix)
            is_new = command not in self._engine.commands(speaker)
            if is_new:
                self._engine.apply(speaker, command)
            self._announced[speaker, prefix] = is_new
        return bool(ending or beginning)

    def announces(self, speaker: str, prefix: Prefix) -> bool:
        """Whether a speaker announces just this prefix because a cloud wants it to."""
        return (speaker, prefix) in self._announced

    def announces_for_somebody(self, address: Address) -> bool:
        """Whether a cloud announces a range around `address` that somebody has brought to it."""
        return any(prefix.covers(address.host) for _, prefix in self._wanted())

    def _wanted(self) -> Iterator[tuple[str, Prefix]]:
        if self._aws is not None:
            for region, prefix in self._aws.originations():
                for speaker, of_region in self._sites.items():
                    if of_region in (None, region):
                        yield speaker, prefix


def _sites(topology: Topology) -> Mapping[str, str | None]:
    """The AWS speakers and their regions; one without a region belongs to all of them."""
    return {speaker.name: speaker.region for speaker in topology.of_cloud("aws")}
