"""A version of a publication point whose every file was there with the right hash: what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.resources import Resources
from lab.rpki.validation.issuer import Issuer
from lab.rpki.validation.listing import Times
from lab.rpki.validation.outcomes import Failed, Outcome

Stamp = tuple[int, ...]


class FailedFetchError(Exception):
    """A publication point has no valid, current and whole version (RFC 9286 section 6.6); `uri` is what is
    wrong."""

    def __init__(self, uri: str, error: ObjectError) -> None:
        super().__init__(uri, error)
        self.uri = uri
        self.error = error


class FileRecord(NamedTuple):
    """One file of a version: its SHA-256 hash, the source's stamp of it when it was read, and what became of
    it."""

    digest: bytes
    stamp: Stamp | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PointVersion:
    """`basis` is what verifying it rested on (`Issuer.basis`), `resources` those of the issuer for which the
    outcomes say what they over-claim. `files` are all that the manifest lists, in its order."""

    basis: str
    resources: Resources
    crl_uri: str
    manifest_digest: bytes
    number: int
    times: Times
    files: Mapping[str, FileRecord]

    def under(self, issuer: Issuer) -> PointVersion:
        """The same for an issuer that holds other resources now."""
        if self.resources == issuer.resources:
            return self
        files = {
            name: record._replace(outcome=_again(record.outcome, issuer))
            for name, record in self.files.items()
        }
        return replace(self, resources=issuer.resources, files=files)


def _again(outcome: Outcome, issuer: Issuer) -> Outcome:
    if isinstance(outcome, Failed):
        return outcome
    return outcome._replace(excess=issuer.excess(outcome.resources))
