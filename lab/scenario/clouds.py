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
from lab.bgp.prefix import Prefix
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
    """One lab's registries and clouds. `aws` is None where no speaker is AWS's.

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
        self.aws: Aws | None = None
        self.endpoint = ""
        """Where the APIs are served, as `http://127.0.0.1:8080`; "" where they are not."""
        self.saved: dict[str, Any] = {}
        """What steps of the scenario keep of answers, by the names they give it."""
        self.sdk_clients: dict[tuple[str, str, str], Any] = {}
        """Those that steps have used, by service, region and account: one takes long to make."""
        self._engine = engine
        self._sites = _sites(topology)
        self._announced: frozenset[tuple[str, Prefix]] = frozenset()
        if self._sites:
            # Imported here because a lab without AWS needs none of it.
            from lab.clouds.aws.cloud import Aws
            from lab.clouds.aws.ids import Ids
            from lab.scenario.aws_settings import aws_settings

            # The same scenario makes the same IDs; a state that is kept must not see them a second time.
            source = random.SystemRandom() if state.is_kept else random.Random(topology.name)
            outlook = Outlook(self.registry, engine, vrps, table)
            self.aws = Aws(aws_settings(topology), outlook, state, Ids(source))

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
        return None if self.aws is None else self.aws.next_due()

    def work(self) -> None:
        """Let the clouds do what is due by now."""
        if self.aws is not None:
            self.aws.work()

    def take_events(self) -> list[Event]:
        """What the clouds did since the last call, stamped with the engine's time."""
        events = [] if self.aws is None else self.aws.take_events()
        return [replace(event, time=self._engine.now()) for event in events]

    def announce(self) -> bool:
        """Have the clouds' speakers announce what the clouds want announced, and nothing else of it any more.

        Returns whether anything changed.
        """
        wanted = frozenset(self._wanted())
        for speaker, prefix in sorted(self._announced - wanted):
            self._engine.apply(speaker, StopOriginating(prefix))
        for speaker, prefix in sorted(wanted - self._announced):
            self._engine.apply(speaker, Originate(prefix))
        changed = wanted != self._announced
        self._announced = wanted
        return changed

    def _wanted(self) -> Iterator[tuple[str, Prefix]]:
        if self.aws is not None:
            for region, prefix in self.aws.originations():
                for speaker, of_region in self._sites.items():
                    if of_region in (None, region):
                        yield speaker, prefix


def _sites(topology: Topology) -> Mapping[str, str | None]:
    """The AWS speakers and their regions; one without a region belongs to all of them."""
    return {speaker.name: speaker.region for speaker in topology.routers() if speaker.cloud == "aws"}
