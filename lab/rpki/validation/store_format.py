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
from lab.rpki.validation.outcomes import ASPA, CA, CRL, OTHER, ROA, ROUTER, Failed, Held, Outcome, Verified
from lab.rpki.validation.versions import FileRecord, PointVersion

FORMAT: Final = 2
"""Raised whenever what is written, or what it means, changes: what an older program wrote is then not used.
"""
_ONLY_INTEGERS: Final = frozenset((int,))
_VERSIONS: Final = frozenset((4, 6))


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
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise StoreFormatError(f"it is not as this program writes it: {error}") from None


def _head(body: bytes) -> bytes:
    return f"byoip-lab publication point {FORMAT} {hashlib.blake2b(body).hexdigest()}\n".encode("ascii")


def _version(document: dict[str, Any]) -> PointVersion:
    columns = (document["digests"], document["stamps"], document["outcomes"])
    return PointVersion(
        _text(document["basis"]),
        Resources(*_held(document["resources"])),
        _text(document["crl_uri"]),
        bytes.fromhex(document["manifest"]),
        _integers([document["number"]])[0],
        _times(_integers(document["times"]), _integers(document["revoked"])),
        {
            _text(name): FileRecord(
                bytes.fromhex(digest), None if stamp is None else _integers(stamp), _decoded(outcome)
            )
            for name, digest, stamp, outcome in zip(document["names"], *columns, strict=True)
        },
    )


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("there is something else where text should be")
    return value


def _integers(values: Any) -> tuple[int, ...]:
    numbers = tuple(values)
    if not _ONLY_INTEGERS.issuperset(map(type, numbers)):
        raise TypeError("there is something else where integers should be")
    return numbers


def _times(times: tuple[int, ...], revoked: tuple[int, ...]) -> Times:
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
        return Failed(*map(_text, row))
    kind, serial, not_before, not_after, held, excess, *payload = row
    found: tuple[Any, ...]
    if kind == CA:
        (certificate,) = payload
        found = (bytes.fromhex(certificate),)
    else:
        found = _integers(payload)
        if not _is_payload(kind, found):
            raise ValueError("there is a payload that is none")
    _integers((serial, not_before, not_after))
    families = None if held is None else _held(held)
    return Verified(kind, serial, not_before, not_after, families, _text(excess), found)


def _is_payload(kind: str, payload: tuple[int, ...]) -> bool:
    """Whether it has the shape that `outcomes` says."""
    if kind == ROA:
        return len(payload) % 4 == 1 and _VERSIONS.issuperset(payload[1::4])
    return len(payload) >= 1 if kind == ASPA else kind in (ROUTER, CRL, OTHER) and not payload


def _held(families: list[list[list[int]] | None]) -> Held:
    ipv4, ipv6, asns = (
        None if family is None else tuple(_range(*_integers(pair)) for pair in family) for family in families
    )
    return ipv4, ipv6, asns


def _range(first: int, last: int) -> tuple[int, int]:
    return first, last
