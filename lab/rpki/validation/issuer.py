"""A CA whose certificate is valid, and what that decides about the certificates that it issues (RFC 6487)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from lab.rpki.objects.certificate import Certificate
from lab.rpki.objects.certificate_names import same_name
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.signature import verify

RULES: Final = 1
"""Raised whenever a check of listed files changes: what was concluded by the older ones is then not used."""
_CERTIFICATES: Final = "RFC 6487 section 7.2"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA in its place in the tree.

    `uri` is where its certificate was, for people: it decides nothing. `resources` inherit nothing.
    `expires` is the UNIX time at which the first certificate, CRL or manifest above it runs out; `above` are
    the key identifiers from the trust anchor down to its own.
    """

    certificate: Certificate
    uri: str
    resources: Resources
    ta: str
    expires: int
    above: frozenset[bytes]

    @property
    def repository(self) -> str:
        """The directory URI of its publication point, with the slash at its end."""
        return _directory(self.certificate)

    @property
    def manifest_uri(self) -> str:
        """Where its manifest is."""
        return self.certificate.manifest_uri or ""

    @property
    def key(self) -> str:
        """What its publication point is remembered by: what no other CA can sign, and where it is.

        Its certificate may be renamed, renewed or issued by another CA without making it another one.
        """
        return _digest(self.certificate.spki, self.repository.encode(), self.manifest_uri.encode())

    def basis(self, *others: str) -> str:
        """A digest of all that the verification of what it issues rests on, its resources and the time
        excepted."""
        texts = (str(RULES), self.repository, self.manifest_uri, *others)
        certificate = self.certificate
        return _digest(certificate.spki, certificate.subject, *(text.encode() for text in texts))

    def check_issued(self, certificate: Certificate, crl_uri: str) -> None:
        """Hold a certificate against its issuer: names, keys, locations and the signature. Raises
        ObjectError."""
        own = self.certificate
        if not same_name(certificate.issuer, own.subject):
            raise ObjectError(
                "issuer-name",
                "the issuer's name is not the subject of the issuer's certificate",
                _CERTIFICATES,
            )
        if certificate.aki != own.ski:
            seen = (certificate.aki or b"").hex() or "missing"
            raise ObjectError(
                "aki",
                f"the authority key identifier is {seen}, and the issuer's key is {own.ski.hex()}",
                "RFC 6487 section 4.8.3",
            )
        if certificate.crl_uri != crl_uri:
            raise ObjectError(
                "crldp",
                f"the CRL is said to be at {certificate.crl_uri}, and the manifest's is {crl_uri}",
                "RFC 6487 section 4.8.6",
            )
        verify(
            own.spki, certificate.tbs, certificate.signature, "signature", "the certificate", _CERTIFICATES
        )

    def excess(self, resources: Resources) -> str:
        """What a certificate claims that this issuer does not hold, as text for people; empty if nothing."""
        claimed = resources.resolved(self.resources)
        if self.resources.covers(claimed):
            return ""
        return str(claimed.beyond(self.resources))


def over_claim(excess: str) -> ObjectError:
    """The error for a certificate that claims more than its issuer holds (RFC 6487, not RFC 8360)."""
    return ObjectError(
        "over-claim", f"the certificate claims {excess}, which its issuer does not hold", _CERTIFICATES
    )


def check_ca_locations(certificate: Certificate) -> None:
    """Whether a CA's manifest is in its repository (RFC 6481 section 2). Raises ObjectError."""
    repository = _directory(certificate)
    manifest = certificate.manifest_uri or ""
    if not manifest.startswith(repository) or "/" in manifest[len(repository) :]:
        raise ObjectError(
            "sia", f"the manifest {manifest} is not in the CA's repository {repository}", "RFC 6481 section 2"
        )


def _directory(certificate: Certificate) -> str:
    return f"{(certificate.ca_repository or '').rstrip('/')}/"


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()
