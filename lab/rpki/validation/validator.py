"""A relying party: from trust anchor locators and a source to validated payloads (RFC 6480 section 6)."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from lab.rpki.fetching.source import Source
from lab.rpki.objects.signed_object import Profile
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.validation.horizon import Horizon
from lab.rpki.validation.limits import Limits, Share
from lab.rpki.validation.publication_point import Reading
from lab.rpki.validation.results import Validation
from lab.rpki.validation.store import Store
from lab.rpki.validation.walk import Walk
from lab.rpki.validation.workers import processors


class Validator:
    """A relying party that can run again and again, each time verifying only what is new.

    `tals` have different names. `workers` is how many processes verify a large publication point. Not
    thread-safe.
    """

    def __init__(
        self,
        tals: Iterable[TrustAnchorLocator],
        source: Source,
        *,
        profile: Profile = Profile.CURRENT,
        limits: Limits | None = None,
        store: Store | None = None,
        workers: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tals = tuple(tals)
        self._source = source
        self._profile = profile
        self._limits = Limits() if limits is None else limits
        self._store = Store() if store is None else store
        self._workers = processors() if workers is None else workers
        self._clock = clock
        names = Counter(tal.name for tal in self._tals)
        if twice := [name for name, count in names.items() if count > 1]:
            raise ValueError(f"two TALs are called {twice[0]!r}; each needs a name of its own")

    def run(self, now: int) -> Validation:
        """Fetch, and validate what there is, as of `now` (UNIX seconds)."""
        with _collection_paused():
            return self._run(now)

    def _run(self, now: int) -> Validation:
        began = self._clock()
        self._source.begin()
        reading = Reading(self._source, self._profile, self._limits, Horizon(now), self._workers)
        walk = Walk(reading, self._store, Share.of_all(self._limits, self._clock))
        walk.begin(self._tals)
        walk.down()
        self._store.finish(now)
        return walk.result(self._clock() - began)


def validate(
    tals: Iterable[TrustAnchorLocator],
    source: Source,
    now: int,
    *,
    profile: Profile = Profile.CURRENT,
    limits: Limits | None = None,
    store: Store | None = None,
) -> Validation:
    """One run: what follows from `tals` as of `now` (UNIX seconds)."""
    return Validator(tals, source, profile=profile, limits=limits, store=store).run(now)


@contextmanager
def _collection_paused() -> Iterator[None]:
    """A run makes very many objects and no cycles: looking for some again and again takes a fifth of its
    time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
