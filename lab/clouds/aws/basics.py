"""What every room of AWS is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.clouds.aws.events import AwsCalled, ByoipChanged
from lab.clouds.aws.ids import Ids
from lab.clouds.aws.settings import AwsSettings
from lab.clouds.aws.world import World
from lab.state.state import State


@dataclass(frozen=True, slots=True)
class Basics:
    """The settings, the world outside, the state that survives, and the events that the lab will take."""

    settings: AwsSettings
    world: World
    state: State
    ids: Ids
    events: list[AwsCalled | ByoipChanged] = field(default_factory=list)
