"""The figures of one validation run for `openmetrics`, and the times that fetching took."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from lab.rpki.fetching.source import Refreshed, Source
from lab.rpki.outputs.openmetrics import RepositoryFetch, RunStatistics
from lab.rpki.uris import UriError, parse_rsync
from lab.rpki.validation import outcomes
from lab.rpki.validation.results import Validation

_OTHER: Final = "other"
_TYPES: Final = {
    outcomes.CA: "cer",
    outcomes.ROUTER: "cer",
    outcomes.CRL: "crl",
    "manifest": "mft",
    outcomes.ROA: "roa",
    outcomes.ASPA: "asa",
}
"""The kinds of objects by the endings of their files."""


class TimedSource:
    """A source that remembers how fetching from each server went in the run at hand."""

    def __init__(self, source: Source, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._monotonic = monotonic
        self._fetches: dict[str, RepositoryFetch] = {}

    @property
    def fetches(self) -> tuple[RepositoryFetch, ...]:
        """One for each server, in the order in which they were asked."""
        return tuple(self._fetches.values())

    def begin(self) -> None:
        self._fetches.clear()
        self._source.begin()

    def refresh(self, ca_repository: str, notification: str | None) -> Refreshed:
        began = self._monotonic()
        refreshed = self._source.refresh(ca_repository, notification)
        passed = self._monotonic() - began
        uri = notification or _module(ca_repository)
        before = self._fetches.get(uri)
        total = passed + (before.seconds if before else 0.0)
        self._fetches[uri] = RepositoryFetch(uri, refreshed.via, refreshed.ok, total)
        return refreshed

    def read(self, uri: str, limit: int) -> bytes | None:
        return self._source.read(uri, limit)

    def list(self, directory: str) -> tuple[str, ...]:
        return self._source.list(directory)

    def trust_anchor(self, uris: Sequence[str], limit: int) -> bytes | None:
        return self._source.trust_anchor(uris, limit)

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        return self._source.stamp(uri)


def run_statistics(validation: Validation, fetches: Sequence[RepositoryFetch] = ()) -> RunStatistics:
    """The figures of a run; a rejected object counts for the trust anchor whose repository it is in."""
    valid: Counter[tuple[str, str]] = Counter()
    for anchor in validation.trust_anchors:
        valid[anchor.name, "cer"] += anchor.usable
    for point in validation.points:
        for kind, count in point.objects.items():
            valid[point.ta, _TYPES.get(kind, _OTHER)] += count
    anchors = {point.repository: point.ta for point in validation.points}
    anchors |= {uri: anchor.name for anchor in validation.trust_anchors for uri in anchor.uris}
    rejected = Counter(
        (_anchor(each.uri, anchors), _type(each.uri), each.check) for each in validation.rejected
    )
    return RunStatistics(validation.at, validation.seconds, valid, rejected, tuple(fetches))


def _anchor(uri: str, anchors: Mapping[str, str]) -> str:
    """The trust anchor of an object: that of the CA in whose directory it is; empty if there is none."""
    return anchors.get(uri) or anchors.get(f"{uri.rpartition('/')[0]}/", "")


def _type(uri: str) -> str:
    ending = uri.rpartition(".")[2]
    return ending if ending in _TYPES.values() else _OTHER


def _module(uri: str) -> str:
    try:
        return parse_rsync(uri).module_uri
    except UriError:
        return uri
