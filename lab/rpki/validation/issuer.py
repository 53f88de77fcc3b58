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

_CERTIFICATES: Final = "RFC 6487 section 7.2"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA in its place in the tree.

    `uris` are where its certificate may be said to be: that of its file, or those of the TAL. `resources`
    inherit nothing. `expires` is the UNIX time at which the first certificate, CRL or manifest above it runs
    out; `above` are the key identifiers from the trust anchor down to its own.
    """

    certificate: Certificate
    uris: tuple[str, ...]
    resources: Resources
    ta: str
    expires: int
    above: frozenset[bytes]

    @property
    def repository(self) -> str:
        """The directory URI of its publication point, with the slash at its end."""
        return f"{(self.certificate.ca_repository or '').rstrip('/')}/"

    @property
    def manifest_uri(self) -> str:
        """Where its manifest is."""
        return self.certificate.manifest_uri or ""

    def basis(self, *others: str) -> str:
        """A digest of all that the verification of what it issues rests on, its resources and the time
        excepted."""
        certificate = self.certificate
        digest = hashlib.sha256()
        texts = (*self.uris, self.repository, self.manifest_uri, *others)
        for part in (certificate.spki, certificate.subject, *(text.encode() for text in texts)):
            digest.update(len(part).to_bytes(4, "big") + part)
        return digest.hexdigest()

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
    repository = f"{(certificate.ca_repository or '').rstrip('/')}/"
    manifest = certificate.manifest_uri or ""
    if not manifest.startswith(repository) or "/" in manifest[len(repository) :]:
        raise ObjectError(
            "sia", f"the manifest {manifest} is not in the CA's repository {repository}", "RFC 6481 section 2"
        )
