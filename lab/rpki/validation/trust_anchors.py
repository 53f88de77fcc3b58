"""Trust anchors: from a locator to a certificate that may begin a tree (RFC 8630)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from lab.rpki.objects.certificate import Certificate, CertificateKind, parse_certificate
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.signature import verify
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.validation.horizon import Horizon, utc
from lab.rpki.validation.issuer import Issuer, check_ca_locations
from lab.rpki.validation.publication_point import Reading
from lab.rpki.validation.results import Rejected, Warned
from lab.rpki.validation.store import Store

_MISSING: Final = "missing-trust-anchor"
_RFC: Final = "RFC 8630 section 3"


@dataclass(slots=True)
class FoundAnchor:
    """What became of a locator. `issuer` is None if nothing can be used; `reason` says why not what is
    there."""

    issuer: Issuer | None = None
    reason: str = ""
    rejected: list[Rejected] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)


def find_trust_anchor(tal: TrustAnchorLocator, reading: Reading, store: Store) -> FoundAnchor:
    """The first certificate at the locator's URIs that is right, or the one that was used before."""
    key = hashlib.sha256(tal.spki).hexdigest()
    stored = _stored(tal, store.anchor(key), Horizon(reading.horizon.now))
    found = FoundAnchor()
    for uri in tal.uris:
        data = reading.source.trust_anchor((uri,), reading.limits.trust_anchor_size)
        try:
            issuer = _fetched(data, tal, reading)
            if stored is not None and is_superseded(issuer.certificate, stored.certificate):
                raise ObjectError(
                    "trust-anchor-superseded",
                    f"the certificate is older than one that was used before, valid from "
                    f"{utc(stored.certificate.not_before)} on",
                    "RFC 10097",
                )
        except ObjectError as error:
            found.rejected.append(Rejected.of(uri, error))
        else:
            if data is not None:
                store.keep_anchor(key, data)
            found.issuer = issuer
            # Offline trees have a certificate at one of its URIs; who fetches says what cannot be fetched.
            found.rejected = [each for each in found.rejected if each.check != _MISSING]
            return found
    found.reason = "; ".join(f"{each.uri}: {each.message}" for each in found.rejected)
    found.issuer = stored
    if stored is not None:
        reading.horizon.holds(stored.certificate.not_before, stored.certificate.not_after)
        found.warnings.append(Warned(tal.uris[0], "the certificate that was good last is used"))
    return found


def _fetched(data: bytes | None, tal: TrustAnchorLocator, reading: Reading) -> Issuer:
    if data is None:
        limit = reading.limits.trust_anchor_size
        raise ObjectError(_MISSING, f"there is no certificate, or it has more than {limit} bytes", _RFC)
    return check_trust_anchor(data, tal, reading.horizon)


def _stored(tal: TrustAnchorLocator, data: bytes | None, horizon: Horizon) -> Issuer | None:
    if data is None:
        return None
    try:
        return check_trust_anchor(data, tal, horizon)
    except ObjectError:
        return None


def check_trust_anchor(data: bytes, tal: TrustAnchorLocator, horizon: Horizon) -> Issuer:
    """Hold a trust anchor's certificate against its locator (RFC 8630 section 3). Raises ObjectError."""
    certificate = parse_certificate(data, CertificateKind.TRUST_ANCHOR)
    if certificate.spki != tal.spki:
        raise ObjectError("trust-anchor-key", f"the key is not the one in the TAL {tal.name}", _RFC)
    _check_self_signed(certificate)
    check_ca_locations(certificate)
    horizon.check_certificate(certificate.not_before, certificate.not_after)
    return Issuer(
        certificate,
        next((uri for uri in tal.uris if uri.startswith("rsync://")), ""),
        certificate.resources,
        tal.name,
        certificate.not_after,
        frozenset((certificate.ski,)),
    )


def is_superseded(fetched: Certificate, stored: Certificate) -> bool:
    """Whether the trust anchor's certificate that was used before is to be preferred (RFC 10097).

    The one that became valid later wins, and of two that did so at the same time the one that expires first:
    somebody may play an old one back.
    """
    if fetched.not_before != stored.not_before:
        return fetched.not_before < stored.not_before
    return fetched.not_after > stored.not_after


def _check_self_signed(certificate: Certificate) -> None:
    if certificate.issuer != certificate.subject:
        raise ObjectError(
            "issuer-name",
            "the trust anchor's certificate was issued by somebody else",
            "RFC 8630 section 2.3",
        )
    if certificate.aki is not None and certificate.aki != certificate.ski:
        raise ObjectError(
            "aki",
            f"the authority key identifier is {certificate.aki.hex()}, and its own key is "
            f"{certificate.ski.hex()}",
            "RFC 6487 section 4.8.3",
        )
    verify(certificate.spki, certificate.tbs, certificate.signature, "signature", "the certificate", _RFC)
