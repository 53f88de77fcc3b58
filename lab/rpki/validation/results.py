"""What a validation run concludes, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from lab.rpki.objects.errors import ObjectError
from lab.rpki.payloads import Payloads


@dataclass(frozen=True, slots=True)
class Rejected:
    """An object that was not accepted: which check it failed, one sentence, and the text that demands it."""

    uri: str
    check: str
    message: str
    rfc: str

    @classmethod
    def of(cls, uri: str, error: ObjectError) -> Rejected:
        """The object at `uri`, for what an error says of it."""
        return cls(uri, error.check, error.message, error.rfc)

    def __str__(self) -> str:
        return f"{self.uri}: {self.message} [{self.check}, {self.rfc}]"


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that is wrong at `uri` and did not cost anything yet."""

    uri: str
    message: str

    def __str__(self) -> str:
        return f"{self.uri}: {self.message}"


class PointState(Enum):
    """Which version of a publication point was used."""

    FRESH = "fresh"
    LAST_GOOD = "last good"
    """The one before, because of RFC 9286 section 6.6."""
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class PointStatus:
    """How one CA's publication point fared. Times are UNIX seconds, those of the manifest that was used.

    `ca` is the CA's name, `certificate` the URI of its certificate. `reason` says why the state is not FRESH,
    `via` and `fetch_error` how fetching went. `listed` counts the manifest's files, `accepted` those that
    were accepted, `objects` these and the manifest by kind; `signatures` is how many objects had to be
    verified because they were new.
    """

    ca: str
    ta: str
    certificate: str
    repository: str
    notification: str | None
    state: PointState
    reason: str
    via: str
    fetch_error: str
    manifest_number: int | None = None
    this_update: int | None = None
    next_update: int | None = None
    listed: int = 0
    accepted: int = 0
    objects: Mapping[str, int] = field(default_factory=dict, hash=False)
    signatures: int = 0
    vrps: int = 0
    aspas: int = 0


@dataclass(frozen=True, slots=True)
class TrustAnchorStatus:
    """Whether a trust anchor could be used, and if not, or only an older certificate of it, why."""

    name: str
    uris: tuple[str, ...]
    usable: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of one run. Lists are in the order of the walk, which depends on nothing but what was read.

    `at` is the time for which it holds, UNIX seconds, and `next_change` the earliest time after it at which
    time alone may change it: something expires, becomes stale or becomes valid. `accepted` counts objects by
    kind. `seconds` is how long the run took.
    """

    payloads: Payloads
    rejected: tuple[Rejected, ...]
    warnings: tuple[Warned, ...]
    points: tuple[PointStatus, ...]
    trust_anchors: tuple[TrustAnchorStatus, ...]
    accepted: Mapping[str, int]
    at: int
    next_change: int | None
    seconds: float
