"""One walk down from the trust anchors, CA by CA, breadth first (RFC 6480 section 6, RFC 6487 section 7)."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import Refreshed
from lab.rpki.objects.certificate import CertificateKind, parse_certificate
from lab.rpki.objects.certificate_names import common_name
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.payloads import Payloads, Source
from lab.rpki.validation.acceptance import Accepted, accept
from lab.rpki.validation.issuer import Issuer
from lab.rpki.validation.limits import Share, over_limit
from lab.rpki.validation.publication_point import PublicationPoint, Reading
from lab.rpki.validation.results import (
    PointState,
    PointStatus,
    Rejected,
    TrustAnchorStatus,
    Validation,
    Warned,
)
from lab.rpki.validation.store import Store
from lab.rpki.validation.trust_anchors import (
    MISSING,
    NoTrustAnchorError,
    check_trust_anchor,
    fetch_trust_anchor,
)
from lab.rpki.validation.versions import FailedFetchError, PointVersion


@dataclass(frozen=True, slots=True)
class _Settled:
    """Which version of a point is used (None: it is lost), and why not the one in the source."""

    version: PointVersion | None
    reason: str
    signatures: int


class Walk:
    """One run: `begin` with the locators, go `down`, take the `result`."""

    def __init__(self, reading: Reading, store: Store, share: Share) -> None:
        self._reading = reading
        self._store = store
        self._share = share
        self._waiting: deque[tuple[Issuer, Share]] = deque()
        self._payloads: list[tuple[Vrp | Aspa, Source]] = []
        self._rejected: list[Rejected] = []
        self._warnings: list[Warned] = []
        self._points: list[PointStatus] = []
        self._anchors: list[TrustAnchorStatus] = []
        self._counts: Counter[str] = Counter()
        self._fetch_errors: set[str] = set()
        self._known = len(store.complaints)

    def begin(self, tals: Sequence[TrustAnchorLocator]) -> None:
        """Find the trust anchors' certificates."""
        allowed = self._reading.limits.trust_anchors
        for tal in tals[:allowed]:
            self._anchor(tal)
        for tal in tals[allowed:]:
            error = over_limit("trust anchors", len(tals), allowed)
            self._rejected.append(Rejected.of(tal.uris[0], error))
            self._anchors.append(TrustAnchorStatus(tal.name, tal.uris, False, error.message))

    def down(self) -> None:
        """Visit every CA."""
        while self._waiting:
            issuer, share = self._waiting.popleft()
            with share.timed():
                self._visit(issuer, share)

    def result(self, seconds: float) -> Validation:
        """What was found, `seconds` after the run began."""
        horizon = self._reading.horizon
        return Validation(
            Payloads.of(self._payloads),
            tuple(self._rejected),
            (*self._warnings, *(Warned("the store", text) for text in self._store.complaints[self._known :])),
            tuple(self._points),
            tuple(self._anchors),
            dict(sorted(self._counts.items())),
            horizon.now,
            horizon.next_change,
            seconds,
        )

    # --- trust anchors ------------------------------------------------------------------------------------

    def _anchor(self, tal: TrustAnchorLocator) -> None:
        reading = self._reading
        key = hashlib.sha256(tal.spki).hexdigest()
        reason = ""
        issuer: Issuer | None
        try:
            found = fetch_trust_anchor(tal, reading.source, reading.limits.trust_anchor_size, reading.horizon)
        except NoTrustAnchorError as none:
            self._rejected.extend(none.rejected)
            reason = "; ".join(f"{each.uri}: {each.message}" for each in none.rejected)
            issuer = self._stored_anchor(tal, key)
        else:
            issuer = found.issuer
            # Offline trees have a certificate at one of its URIs; who fetches says what cannot be fetched.
            self._rejected += [each for each in found.rejected if each.check != MISSING]
            self._store.keep_anchor(key, found.data)
        if issuer is not None:
            try:
                self._wait(issuer, self._share.below())
                self._counts["trust anchor"] += 1
            except ObjectError as error:
                self._rejected.append(Rejected.of(tal.uris[0], error))
                issuer, reason = None, error.message
        self._anchors.append(TrustAnchorStatus(tal.name, tal.uris, issuer is not None, reason))

    def _stored_anchor(self, tal: TrustAnchorLocator, key: str) -> Issuer | None:
        data = self._store.anchor(key)
        if data is None:
            return None
        try:
            issuer = check_trust_anchor(data, tal, self._reading.horizon)
        except ObjectError:
            return None
        self._warnings.append(Warned(tal.uris[0], "the certificate that was good last is used"))
        return issuer

    # --- CAs ----------------------------------------------------------------------------------------------

    def _wait(self, issuer: Issuer, share: Share) -> None:
        """Visit a CA later. Raises ObjectError if there is no room for it: waiting takes memory too."""
        share.take("points", 1)
        self._waiting.append((issuer, share))

    def _visit(self, issuer: Issuer, share: Share) -> None:
        refreshed = Refreshed(False, "none", False)
        try:
            share.check_time()
            refreshed = self._refresh(issuer)
            settled = self._settle(issuer, share, refreshed)
        except ObjectError as error:
            settled = self._without(issuer, share, FailedFetchError(issuer.manifest_uri, error), "")
        accepted = None
        if settled.version is not None:
            accepted = accept(settled.version, issuer, self._reading.horizon)
            self._take(accepted, issuer, share)
        self._points.append(_status(issuer, refreshed, settled, accepted))

    def _refresh(self, issuer: Issuer) -> Refreshed:
        refreshed = self._reading.source.refresh(issuer.repository, issuer.certificate.notify_uri)
        if refreshed.error and refreshed.error not in self._fetch_errors:
            self._fetch_errors.add(refreshed.error)
            self._warnings.append(Warned(issuer.repository, refreshed.error))
        return refreshed

    def _settle(self, issuer: Issuer, share: Share, refreshed: Refreshed) -> _Settled:
        """Which version is used after fetching (RFC 9286 section 6.6)."""
        unfetched = "" if refreshed.ok else refreshed.error or "it could not be fetched"
        key = issuer.basis()
        stored = self._store.point(key)
        try:
            fetched = PublicationPoint(issuer, share, self._reading).fetch(stored)
        except FailedFetchError as failed:
            return self._without(issuer, share, failed, unfetched)
        if fetched.version is not stored:
            self._store.keep_point(key, fetched.version)
        return _Settled(fetched.version, unfetched, fetched.signatures)

    def _without(self, issuer: Issuer, share: Share, failed: FailedFetchError, unfetched: str) -> _Settled:
        """Go on with the version that was good last, if it can still be used."""
        self._rejected.append(Rejected.of(failed.uri, failed.error))
        reason = unfetched or f"{failed.uri}: {failed.error.message}"
        stored = self._store.point(issuer.basis())
        version = PublicationPoint(issuer, share, self._reading).usable(stored)
        if version is not None:
            try:
                version.times.check(self._reading.horizon)
            except ObjectError as error:
                reason += f"; and of the last good version, {error.message}"
            else:
                self._warnings.append(Warned(issuer.manifest_uri, f"the last good version is used: {reason}"))
                return _Settled(version, reason, 0)
        self._warnings.append(Warned(issuer.manifest_uri, f"the publication point is lost: {reason}"))
        return _Settled(None, reason, 0)

    def _take(self, accepted: Accepted, issuer: Issuer, share: Share) -> None:
        self._rejected.extend(accepted.rejected)
        self._counts.update(accepted.counts)
        try:
            share.take("vrps", len(accepted.payloads))
        except ObjectError as error:
            self._rejected.append(Rejected.of(issuer.manifest_uri, error))
            accepted.vrps = accepted.aspas = 0
        else:
            self._payloads.extend(accepted.payloads)
        for uri, data in accepted.children:
            try:
                self._wait(_child(uri, data, issuer, accepted.expires, share), share.below())
            except ObjectError as error:
                self._rejected.append(Rejected.of(uri, error))


def _child(uri: str, data: bytes, issuer: Issuer, expires: int, share: Share) -> Issuer:
    """A child CA as an issuer. Raises ObjectError if it is its own ancestor, or too deep."""
    certificate = parse_certificate(data, CertificateKind.CA)
    if certificate.ski in issuer.above:
        raise ObjectError(
            "loop", f"the key {certificate.ski.hex()} is that of a CA above", "RFC 6487 section 7.2"
        )
    allowed = share.limits.depth
    if share.depth >= allowed:
        raise over_limit("CAs below each other", share.depth + 1, allowed)
    return Issuer(
        certificate,
        (uri,),
        certificate.resources.resolved(issuer.resources),
        issuer.ta,
        min(expires, certificate.not_after),
        issuer.above | {certificate.ski},
    )


def _status(
    issuer: Issuer, refreshed: Refreshed, settled: _Settled, accepted: Accepted | None
) -> PointStatus:
    certificate, version = issuer.certificate, settled.version
    status = PointStatus(
        common_name(certificate.subject),
        issuer.ta,
        issuer.uris[0] if issuer.uris else "",
        issuer.repository,
        certificate.notify_uri,
        PointState.LOST,
        settled.reason,
        refreshed.via,
        refreshed.error,
    )
    if version is None or accepted is None:
        return status
    return replace(
        status,
        state=PointState.LAST_GOOD if settled.reason else PointState.FRESH,
        manifest_number=version.number,
        this_update=version.times.this_update,
        next_update=version.times.next_update,
        listed=len(version.files),
        accepted=len(version.files) - len(accepted.rejected),
        objects=dict(accepted.counts),
        signatures=settled.signatures,
        vrps=accepted.vrps,
        aspas=accepted.aspas,
    )
