"""One walk down from the trust anchors, CA by CA (RFC 6480 section 6, RFC 6487 section 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import Refreshed
from lab.rpki.objects.certificate import Certificate
from lab.rpki.objects.certificate_names import common_name
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.payloads import Payloads, Source
from lab.rpki.uris import parse_rsync
from lab.rpki.validation.acceptance import Accepted, accept
from lab.rpki.validation.issuer import Issuer
from lab.rpki.validation.limits import Share, over_limit
from lab.rpki.validation.oversized_aspas import without_oversized
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
from lab.rpki.validation.trust_anchors import find_trust_anchor
from lab.rpki.validation.versions import FailedFetchError, PointVersion
from lab.rpki.validation.waiting import Waiting, WaitingCa


@dataclass(frozen=True, slots=True)
class _Settled:
    """Which version of a point is used (None: it is lost), and why not the one in the source."""

    version: PointVersion | None
    accepted: Accepted | None
    reason: str
    signatures: int


class Walk:
    """One run: `begin` with the locators, go `down`, take the `result`."""

    def __init__(self, reading: Reading, store: Store, share: Share) -> None:
        self._reading = reading
        self._store = store
        self._share = share
        self._waiting = Waiting()
        self._asked: set[tuple[str, str | None]] = set()
        self._refused = 0
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
        shares = self._share.divided([f"the trust anchor {tal.name}" for tal in tals[:allowed]])
        for tal, share in zip(tals, shares, strict=False):
            self._anchor(tal, share)
        for tal in tals[allowed:]:
            error = over_limit("trust anchors", len(tals), allowed)
            self._rejected.append(Rejected.of(tal.uris[0], error))
            self._anchors.append(TrustAnchorStatus(tal.name, tal.uris, False, error.message))

    def down(self) -> None:
        """Visit every CA."""
        while (next_ca := self._waiting.next()) is not None:
            self._visit(*next_ca)

    def result(self, seconds: float) -> Validation:
        """What was found, `seconds` after the run began."""
        horizon = self._reading.horizon
        payloads, oversized = without_oversized(self._payloads, self._reading.limits.providers_per_aspa)
        return Validation(
            Payloads.of(payloads),
            (*self._rejected, *oversized),
            (*self._warnings, *(Warned("the store", text) for text in self._store.complaints[self._known :])),
            tuple(self._points),
            tuple(self._anchors),
            dict(sorted(self._counts.items())),
            horizon.now,
            horizon.next_change,
            seconds,
        )

    # --- trust anchors ------------------------------------------------------------------------------------

    def _anchor(self, tal: TrustAnchorLocator, share: Share) -> None:
        found = find_trust_anchor(tal, self._reading, self._store)
        self._rejected.extend(found.rejected)
        self._warnings.extend(found.warnings)
        if found.issuer is not None:
            self._wait(found.issuer, share)
            self._counts["trust anchor"] += 1
        self._anchors.append(TrustAnchorStatus(tal.name, tal.uris, found.issuer is not None, found.reason))

    # --- CAs ----------------------------------------------------------------------------------------------

    def _wait(self, issuer: Issuer, share: Share) -> None:
        """Visit a CA later. For as many as may be visited, others for which there is no room are settled from
        the store: waiting takes memory too."""
        refused = None
        try:
            share.take("points", 1)
        except ObjectError as error:
            refused = error
            self._refused += 1
            if self._refused > self._reading.limits.points:
                self._rejected.append(Rejected.of(issuer.uri, error))
                return
        self._waiting.add(WaitingCa(issuer, share, refused))

    def _visit(self, issuer: Issuer, share: Share, refused: ObjectError | None) -> None:
        refreshed = Refreshed(False, "none", False)
        try:
            if refused is not None:
                raise refused
            with share.timed("fetch_seconds"):
                refreshed = self._refresh(issuer, share)
            with share.timed("seconds"):
                settled = self._settle(issuer, share, refreshed)
        except ObjectError as error:
            uri = issuer.manifest_uri if refused is None else issuer.uri
            settled = self._without(issuer, share, FailedFetchError(uri, error), "")
        if settled.accepted is not None:
            self._take(settled.accepted, issuer, share)
        self._points.append(_status(issuer, refreshed, settled))

    def _refresh(self, issuer: Issuer, share: Share) -> Refreshed:
        """Fetch a point. Raises ObjectError if that takes one server more than the CA may have asked."""
        server = parse_rsync(issuer.repository).module_uri, issuer.certificate.notify_uri
        if server not in self._asked:
            share.take("servers", 1)
            self._asked.add(server)
        refreshed = self._reading.source.refresh(issuer.repository, issuer.certificate.notify_uri)
        if refreshed.error and refreshed.error not in self._fetch_errors:
            self._fetch_errors.add(refreshed.error)
            self._warnings.append(Warned(issuer.repository, refreshed.error))
        if refreshed.ok:
            self._waiting.answered(issuer)
        return refreshed

    def _settle(self, issuer: Issuer, share: Share, refreshed: Refreshed) -> _Settled:
        """Which version is used after fetching (RFC 9286 section 6.6)."""
        unfetched = "" if refreshed.ok else refreshed.error or "it could not be fetched"
        stored = self._store.point(issuer.key)
        try:
            fetched = PublicationPoint(issuer, share, self._reading).fetch(stored)
            accepted = accept(fetched.version, issuer, self._reading.horizon, share)
        except FailedFetchError as failed:
            return self._without(issuer, share, failed, unfetched)
        except ObjectError as error:
            return self._without(issuer, share, FailedFetchError(issuer.manifest_uri, error), unfetched)
        if fetched.version is not stored:
            self._store.keep_point(issuer.key, fetched.version)
        return _Settled(fetched.version, accepted, unfetched, fetched.signatures)

    def _without(self, issuer: Issuer, share: Share, failed: FailedFetchError, unfetched: str) -> _Settled:
        """Go on with the version that was good last, if it can still be used."""
        self._rejected.append(Rejected.of(failed.uri, failed.error))
        reason = unfetched or f"{failed.uri}: {failed.error.message}"
        stored = self._store.point(issuer.key)
        version = PublicationPoint(issuer, share, self._reading).usable(stored)
        if version is not None:
            try:
                version.times.check(self._reading.horizon)
                accepted = accept(version, issuer, self._reading.horizon, share)
            except ObjectError as error:
                reason += f"; and of the last good version, {error.message}"
            else:
                self._warnings.append(Warned(issuer.manifest_uri, f"the last good version is used: {reason}"))
                return _Settled(version, accepted, reason, 0)
        self._warnings.append(Warned(issuer.manifest_uri, f"the publication point is lost: {reason}"))
        return _Settled(None, None, reason, 0)

    def _take(self, accepted: Accepted, issuer: Issuer, share: Share) -> None:
        self._rejected.extend(accepted.rejected)
        self._counts.update(accepted.counts)
        self._payloads.extend(accepted.payloads)
        children = []
        for uri, certificate in accepted.children:
            try:
                children.append(_child(uri, certificate, issuer, accepted.expires, share))
            except ObjectError as error:
                self._rejected.append(Rejected.of(uri, error))
        shares = share.divided([child.repository for child in children])
        for child, part in zip(children, shares, strict=True):
            self._wait(child, part)


def _child(uri: str, certificate: Certificate, issuer: Issuer, expires: int, share: Share) -> Issuer:
    """A child CA as an issuer. Raises ObjectError if it is its own ancestor, or too deep."""
    if certificate.ski in issuer.above:
        raise ObjectError(
            "loop", f"the key {certificate.ski.hex()} is that of a CA above", "RFC 6487 section 7.2"
        )
    allowed = share.limits.depth
    if share.depth >= allowed:
        raise over_limit("CAs below each other", share.depth + 1, allowed)
    return Issuer(
        certificate,
        uri,
        certificate.resources.resolved(issuer.resources),
        issuer.ta,
        min(expires, certificate.not_after),
        issuer.above | {certificate.ski},
    )


def _status(issuer: Issuer, refreshed: Refreshed, settled: _Settled) -> PointStatus:
    certificate, version, accepted = issuer.certificate, settled.version, settled.accepted
    status = PointStatus(
        common_name(certificate.subject),
        issuer.ta,
        issuer.uri,
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
