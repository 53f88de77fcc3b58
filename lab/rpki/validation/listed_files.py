"""The files that a manifest lists: there, with the right hash, and what becomes of each (RFC 9286 section
6.4f)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from lab.rpki.fetching.source import Source
from lab.rpki.objects.errors import ObjectError
from lab.rpki.validation.limits import Share
from lab.rpki.validation.outcomes import Failed, Outcome, Verified, weight
from lab.rpki.validation.verification import Rules, verify_file
from lab.rpki.validation.versions import FailedFetchError, FileRecord, Stamp
from lab.rpki.validation.workers import Plain, map_all

_BATCH: Final = 20_000
"""Files after which those that read them in several processes hear of each other's use."""
_MISSING: Final = "missing"
_HASH: Final = "hash"
_USED_UP: Final = ("seconds", "bytes", "vrps")
_Item = tuple[str, bytes, Outcome | None]


@dataclass(frozen=True, slots=True)
class ListedFiles:
    """Reads what one manifest lists."""

    source: Source
    rules: Rules
    size_limit: int
    share: Share
    workers: int

    def read(
        self,
        listed: Iterable[tuple[str, bytes]],
        known: Mapping[str, FileRecord],
    ) -> tuple[dict[str, FileRecord], int]:
        """Every listed file, in order, and how many had to be verified.

        `known` are records made by the same rules: with the same hash a file is not verified again, and with
        the same stamp too it is not even read. Raises FailedFetchError for the first file that is missing or
        wrong, and ObjectError when a limit is reached.
        """
        records: dict[str, FileRecord | None] = {}
        wanted: list[_Item] = []
        base = self.rules.issuer.repository
        for name, digest in listed:
            record = known.get(name)
            if record is not None and record.digest != digest:
                record = None
            if record is None or record.stamp is None or self.source.stamp(base + name) != record.stamp:
                wanted.append((name, digest, None if record is None else record.outcome))
                record = None
            records[name] = record
        built = 0
        for start in range(0, len(wanted), _BATCH):
            built += self._read_batch(wanted[start : start + _BATCH], records, built)
        signatures = sum(known_outcome is None for _, _, known_outcome in wanted)
        return {name: record for name, record in records.items() if record is not None}, signatures

    def are_unchanged(self, records: Mapping[str, FileRecord]) -> bool:
        """Whether every file is still the one that was read when these records were made."""
        stamp, base = self.source.stamp, self.rules.issuer.repository
        return all(
            record.stamp is not None and record.stamp == stamp(base + name)
            for name, record in records.items()
        )

    def _read_batch(self, batch: list[_Item], records: dict[str, FileRecord | None], built: int) -> int:
        """Fill in `records`; how many VRPs were made, after those that were `built` before."""
        share, base = self.share, self.rules.issuer.repository
        room = _Room(share.clock, share.deadline(), share.room("bytes"), share.room("vrps") - built)
        found = map_all(partial(self._read_one, room), batch, self.workers)
        share.take("bytes", sum(size for _, _, size, _, _ in found))
        made: int = sum(vrps for _, _, _, vrps, _ in found)
        if built + made > share.room("vrps"):
            raise share.refusal("vrps", built + made)
        for (name, digest, known), (problem, stamp, _, _, outcome) in zip(batch, found, strict=True):
            if problem in _USED_UP:
                raise share.refusal(problem)
            if problem:
                error = missing_file(name) if problem == _MISSING else hash_mismatch(name)
                raise FailedFetchError(base + name, error)
            records[name] = FileRecord(digest, stamp, known or _outcome(outcome))
        return made

    def _read_one(self, room: _Room, item: _Item) -> Plain:
        if lacking := room.lacking():
            return lacking, None, 0, 0, ()
        name, digest, known = item
        uri = self.rules.issuer.repository + name
        stamp: Stamp | None = self.source.stamp(uri)
        data = self.source.read(uri, self.size_limit)
        if data is None:
            return _MISSING, None, 0, 0, ()
        room.bytes -= len(data)
        if hashlib.sha256(data).digest() != digest:
            return _HASH, None, len(data), 0, ()
        if known is not None:
            return "", stamp, len(data), 0, ()
        outcome = verify_file(name, data, self.rules)
        vrps = weight(outcome.kind, outcome.payload) if isinstance(outcome, Verified) else 0
        room.vrps -= vrps
        return "", stamp, len(data), vrps, tuple(outcome)


@dataclass(slots=True)
class _Room:
    """What one process that reads files may still use: each has its own copy."""

    clock: Callable[[], float]
    deadline: float
    bytes: float
    vrps: float

    def lacking(self) -> str:
        """What is used up, empty if nothing is."""
        if self.clock() > self.deadline:
            return "seconds"
        if self.bytes < 0:
            return "bytes"
        return "vrps" if self.vrps < 0 else ""


def _outcome(plain: Plain) -> Outcome:
    return Verified._make(plain) if len(plain) == len(Verified._fields) else Failed._make(plain)


def missing_file(name: str) -> ObjectError:
    """The error for a listed file that is not there (or larger than is read)."""
    return ObjectError(
        "missing-file", f"{name} is on the manifest and not there, or too large", "RFC 9286 section 6.4"
    )


def hash_mismatch(name: str) -> ObjectError:
    """The error for a listed file that is not the one the manifest means."""
    return ObjectError(
        "hash-mismatch", f"{name} is not the file whose hash is on the manifest", "RFC 9286 section 6.5"
    )
