"""A version of a publication point as bytes: a line with a checksum, then JSON.

JSON because reading it runs no code, whoever wrote it. Files are columns rather than rows: that is read
faster.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from lab.rpki.objects.resources import Resources
from lab.rpki.validation.listing import Times
from lab.rpki.validation.outcomes import CA, Failed, Held, Outcome, Verified
from lab.rpki.validation.versions import FileRecord, PointVersion

FORMAT: Final = 1
"""Raised whenever what is written, or what it means, changes: what an older program wrote is then not used.
"""


class StoreFormatError(ValueError):
    """Bytes are no version that this program wrote."""


def encode(version: PointVersion) -> bytes:
    """`version` as bytes."""
    records = version.files.values()
    times = version.times
    document = {
        "basis": version.basis,
        "resources": version.resources,
        "crl_uri": version.crl_uri,
        "manifest": version.manifest_digest.hex(),
        "number": version.number,
        "times": [
            times.this_update,
            times.next_update,
            times.serial,
            times.not_before,
            times.not_after,
            times.crl_this_update,
            times.crl_next_update,
        ],
        "revoked": sorted(times.revoked),
        "names": list(version.files),
        "digests": [record.digest.hex() for record in records],
        "stamps": [record.stamp for record in records],
        "outcomes": [_encoded(record.outcome) for record in records],
    }
    data = json.dumps(document, separators=(",", ":")).encode("ascii")
    return _head(data) + data


def decode(data: bytes) -> PointVersion:
    """What `encode` wrote. Raises StoreFormatError."""
    head, _, body = data.partition(b"\n")
    if head + b"\n" != _head(body):
        raise StoreFormatError("it is damaged, or of another version of this program")
    try:
        return _version(json.loads(body))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise StoreFormatError(f"it is not as this program writes it: {error}") from None


def _head(body: bytes) -> bytes:
    return f"byoip-lab publication point {FORMAT} {hashlib.blake2b(body).hexdigest()}\n".encode("ascii")


def _version(document: dict[str, Any]) -> PointVersion:
    columns = (document["digests"], document["stamps"], document["outcomes"])
    return PointVersion(
        document["basis"],
        Resources(*_held(document["resources"])),
        document["crl_uri"],
        bytes.fromhex(document["manifest"]),
        document["number"],
        _times(document["times"], document["revoked"]),
        {
            name: FileRecord(
                bytes.fromhex(digest), None if stamp is None else tuple(stamp), _decoded(outcome)
            )
            for name, digest, stamp, outcome in zip(document["names"], *columns, strict=True)
        },
    )


def _times(times: list[int], revoked: list[int]) -> Times:
    this_update, next_update, serial, not_before, not_after, crl_this_update, crl_next_update = times
    return Times(
        this_update,
        next_update,
        serial,
        not_before,
        not_after,
        crl_this_update,
        crl_next_update,
        frozenset(revoked),
    )


def _encoded(outcome: Outcome) -> list[Any]:
    """One flat row where that can be: many small lists take long to read."""
    if isinstance(outcome, Failed):
        return list(outcome)
    *facts, payload = outcome
    return [*facts, payload[0].hex()] if outcome.kind == CA else [*facts, *payload]


def _decoded(row: list[Any]) -> Outcome:
    if len(row) == len(Failed._fields):
        return Failed(*row)
    kind, serial, not_before, not_after, held, excess, *payload = row
    found = (bytes.fromhex(payload[0]),) if kind == CA else tuple(payload)
    return Verified(kind, serial, not_before, not_after, None if held is None else _held(held), excess, found)


def _held(families: list[list[list[int]] | None]) -> Held:
    ipv4, ipv6, asns = (
        None if family is None else tuple((first, last) for first, last in family) for family in families
    )
    return ipv4, ipv6, asns
