"""One CA's publication point as it was fetched: whole, current and newer than before, or not (RFC 9286
section 6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from lab.rpki.fetching.source import Source
from lab.rpki.objects.crl import Crl
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.signed_object import Profile
from lab.rpki.validation.horizon import Horizon, utc
from lab.rpki.validation.issuer import Issuer
from lab.rpki.validation.limits import Limits, Share, over_limit
from lab.rpki.validation.listed_files import ListedFiles, hash_mismatch, missing_file
from lab.rpki.validation.listing import (
    SignedManifest,
    Times,
    times_of,
    verify_crl,
    verify_manifest,
)
from lab.rpki.validation.verification import Rules
from lab.rpki.validation.versions import FailedFetchError, PointVersion

_NEWER: Final = "RFC 9286 section 4.2.1"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run reads publication points with."""

    source: Source
    profile: Profile
    limits: Limits
    horizon: Horizon
    workers: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A version that was fetched, and how many of its files had to be verified."""

    version: PointVersion
    signatures: int


class PublicationPoint:
    """The files of one CA."""

    def __init__(self, issuer: Issuer, share: Share, reading: Reading) -> None:
        self._issuer = issuer
        self._share = share
        self._reading = reading

    def usable(self, stored: PointVersion | None) -> PointVersion | None:
        """The version that was good before, for the CA as it is today; None if it does not fit that."""
        if stored is None or stored.basis != self._basis(stored.crl_uri):
            return None
        return stored.under(self._issuer)

    def fetch(self, stored: PointVersion | None) -> Fetched:
        """The version in the source. What is as in the one that was good before is not verified again.

        Raises FailedFetchError.
        """
        uri = self._issuer.manifest_uri
        try:
            return self._fetch(uri, stored)
        except ObjectError as error:
            raise FailedFetchError(uri, error) from None

    def _fetch(self, uri: str, stored: PointVersion | None) -> Fetched:
        reading = self._reading
        usable = self.usable(stored)
        data = self._manifest(uri)
        digest = hashlib.sha256(data).digest()
        if usable is not None and usable.manifest_digest == digest:
            self._check_times(usable.times, usable.crl_uri)
            return self._unchanged(usable)
        signed = verify_manifest(data, self._issuer, reading.profile)
        signed.check_current(reading.horizon)
        if stored is not None and stored.manifest_digest != digest:
            _check_newer(signed, stored)
        return self._changed(signed, digest, usable)

    def _unchanged(self, version: PointVersion) -> Fetched:
        files = self._listed_files(version.crl_uri, len(version.files))
        if files.are_unchanged(version.files):
            return Fetched(version, 0)
        listed = ((name, record.digest) for name, record in version.files.items())
        records, signatures = files.read(listed, version.files)
        return Fetched(replace(version, files=records), signatures)

    def _changed(self, signed: SignedManifest, digest: bytes, usable: PointVersion | None) -> Fetched:
        times = times_of(signed, self._crl(signed))
        self._check_times(times, signed.crl_uri)
        same_crl_uri = usable is not None and usable.crl_uri == signed.crl_uri
        known = usable.files if usable is not None and same_crl_uri else {}
        listed = signed.manifest.files
        files, signatures = self._listed_files(signed.crl_uri, len(listed)).read(listed, known)
        version = PointVersion(
            self._basis(signed.crl_uri),
            self._issuer.resources,
            signed.crl_uri,
            digest,
            signed.manifest.number,
            times,
            files,
        )
        return Fetched(version, signatures)

    def _manifest(self, uri: str) -> bytes:
        limit = self._reading.limits.object_size
        data = self._reading.source.read(uri, limit)
        if data is None:
            raise ObjectError(
                "missing-manifest",
                f"there is no manifest, or it has more than {limit} bytes",
                "RFC 9286 section 6.2",
            )
        self._share.take("bytes", len(data))
        return data

    def _crl(self, signed: SignedManifest) -> Crl:
        data = self._reading.source.read(signed.crl_uri, self._reading.limits.object_size)
        if data is None:
            raise FailedFetchError(signed.crl_uri, missing_file(signed.crl_name))
        if hashlib.sha256(data).digest() != dict(signed.manifest.files)[signed.crl_name]:
            raise FailedFetchError(signed.crl_uri, hash_mismatch(signed.crl_name))
        try:
            return verify_crl(data, self._issuer)
        except ObjectError as error:
            raise FailedFetchError(signed.crl_uri, error) from None

    def _check_times(self, times: Times, crl_uri: str) -> None:
        times.check_manifest(self._reading.horizon)
        try:
            times.check_crl(self._reading.horizon)
        except ObjectError as error:
            raise FailedFetchError(crl_uri, error) from None

    def _listed_files(self, crl_uri: str, count: int) -> ListedFiles:
        """Where to read `count` files from. Raises ObjectError if that is too many."""
        limits = self._reading.limits
        if count > limits.objects_per_point:
            raise over_limit("files on one manifest", count, limits.objects_per_point)
        self._share.take("objects", count)
        rules = Rules(
            self._issuer,
            crl_uri,
            self._reading.profile,
            limits.prefixes_per_roa,
            limits.providers_per_aspa,
        )
        return ListedFiles(
            self._reading.source, rules, limits.object_size, self._share, self._reading.workers
        )

    def _basis(self, crl_uri: str) -> str:
        reading = self._reading
        bounds = (str(reading.limits.prefixes_per_roa), str(reading.limits.providers_per_aspa))
        return self._issuer.basis(crl_uri, reading.profile.value, *bounds)


def _check_newer(signed: SignedManifest, stored: PointVersion) -> None:
    """Whether a manifest follows the one that was good before. Raises ObjectError."""
    manifest = signed.manifest
    if manifest.number <= stored.number:
        raise ObjectError(
            "manifest-number",
            f"the manifest has number {manifest.number}, and number {stored.number} was seen before",
            _NEWER,
        )
    if manifest.this_update <= stored.times.this_update:
        raise ObjectError(
            "manifest-this-update",
            f"the manifest was made at {utc(manifest.this_update)}, and one of "
            f"{utc(stored.times.this_update)} was seen before",
            _NEWER,
        )
