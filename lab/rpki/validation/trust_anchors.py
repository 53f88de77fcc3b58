"""Trust anchors: from a locator to a certificate that may begin a tree (RFC 8630)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.rpki.fetching.source import Source
from lab.rpki.objects.certificate import Certificate, CertificateKind, parse_certificate
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.signature import verify
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.validation.horizon import Horizon
from lab.rpki.validation.issuer import Issuer, check_ca_locations
from lab.rpki.validation.results import Rejected

MISSING: Final = "missing-trust-anchor"
"""The check that a URI of a TAL fails at which there is nothing."""
_RFC: Final = "RFC 8630 section 3"


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A trust anchor's certificate in DER and what it begins. `rejected` are those tried before."""

    data: bytes
    issuer: Issuer
    rejected: tuple[Rejected, ...]


class NoTrustAnchorError(Exception):
    """None of a locator's URIs has a certificate that is right; `rejected` says what is wrong with each."""

    def __init__(self, rejected: tuple[Rejected, ...]) -> None:
        super().__init__(rejected)
        self.rejected = rejected


def fetch_trust_anchor(tal: TrustAnchorLocator, source: Source, limit: int, horizon: Horizon) -> TrustAnchor:
    """The first certificate of at most `limit` bytes at the locator's URIs that is right. Raises
    NoTrustAnchorError."""
    rejected: list[Rejected] = []
    for uri in tal.uris:
        data = source.trust_anchor((uri,), limit)
        try:
            if data is None:
                raise ObjectError(
                    MISSING,
                    f"there is no certificate, or it has more than {limit} bytes",
                    _RFC,
                )
            return TrustAnchor(data, check_trust_anchor(data, tal, horizon), tuple(rejected))
        except ObjectError as error:
            rejected.append(Rejected.of(uri, error))
    raise NoTrustAnchorError(tuple(rejected))


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
        tuple(uri for uri in tal.uris if uri.startswith("rsync://")),
        certificate.resources,
        tal.name,
        certificate.not_after,
        frozenset((certificate.ski,)),
    )


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
