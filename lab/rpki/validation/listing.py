"""A publication point's manifest and the CRL on it (RFC 9286 sections 4 and 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.rpki.objects import oids
from lab.rpki.objects.certificate import is_serial
from lab.rpki.objects.certificate_names import same_name
from lab.rpki.objects.crl import Crl, parse_crl
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.manifest import Manifest, parse_manifest
from lab.rpki.objects.signature import verify
from lab.rpki.objects.signed_object import Profile, parse_signed_object
from lab.rpki.validation.horizon import Horizon
from lab.rpki.validation.issuer import Issuer
from lab.rpki.validation.verification import check_signed_object

_STALE_CRL: Final = "RFC 6487 section 5"


@dataclass(frozen=True, slots=True)
class Times:
    """When a manifest and its CRL may be used, and what the CRL revokes. UNIX seconds; `serial` is that of
    the manifest's own certificate."""

    this_update: int
    next_update: int
    serial: int
    not_before: int
    not_after: int
    crl_this_update: int
    crl_next_update: int
    revoked: frozenset[int]

    @property
    def expires(self) -> int:
        """When the first of them runs out."""
        return min(self.next_update, self.not_after, self.crl_next_update)

    def check(self, horizon: Horizon) -> None:
        """Raises ObjectError if the manifest or its CRL cannot be used now (RFC 9286 section 6.3)."""
        self.check_manifest(horizon)
        self.check_crl(horizon)

    def check_manifest(self, horizon: Horizon) -> None:
        """Raises ObjectError if the manifest cannot be used now, or is revoked."""
        _check_times(self.this_update, self.next_update, self.not_before, self.not_after, horizon)
        if self.serial in self.revoked:
            raise ObjectError("revoked", "the manifest's own certificate is revoked", "RFC 9286 section 6.2")

    def check_crl(self, horizon: Horizon) -> None:
        """Raises ObjectError if the CRL cannot be used now."""
        horizon.check_current("CRL", self.crl_this_update, self.crl_next_update, _STALE_CRL)


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest that its CA signed, whatever the time. `crl_uri` is that of the one CRL it lists."""

    manifest: Manifest
    crl_name: str
    crl_uri: str
    serial: int
    not_before: int
    not_after: int

    def check_current(self, horizon: Horizon) -> None:
        """Raises ObjectError if it cannot be used now."""
        manifest = self.manifest
        _check_times(manifest.this_update, manifest.next_update, self.not_before, self.not_after, horizon)


def verify_manifest(data: bytes, issuer: Issuer, profile: Profile) -> SignedManifest:
    """The manifest of a CA from its bytes. Raises ObjectError (RFC 9286 sections 5.1 and 6.2)."""
    signed = parse_signed_object(data, oids.MANIFEST, profile)
    manifest = parse_manifest(signed.content)
    crls = [name for name, _ in manifest.files if name.endswith(".crl")]
    if len(crls) != 1:
        raise ObjectError(
            "manifest-crl", f"the manifest lists {len(crls)} CRLs, not one", "RFC 9286 section 4.2.1"
        )
    crl_uri = issuer.repository + crls[0]
    check_signed_object(signed, issuer.manifest_uri, issuer, crl_uri)
    certificate = signed.certificate
    if any(certificate.resources):
        raise ObjectError(
            "manifest-resources",
            f"the manifest's certificate holds {certificate.resources} instead of inheriting",
            "RFC 9286 section 5.1",
        )
    return SignedManifest(
        manifest, crls[0], crl_uri, certificate.serial, certificate.not_before, certificate.not_after
    )


def _check_times(
    this_update: int, next_update: int, not_before: int, not_after: int, horizon: Horizon
) -> None:
    horizon.check_current("manifest", this_update, next_update, "RFC 9286 section 6.3")
    horizon.check_certificate(not_before, not_after)


def verify_crl(data: bytes, issuer: Issuer) -> Crl:
    """The CRL of a CA from its bytes. Raises ObjectError (RFC 6487 section 5)."""
    crl = parse_crl(data)
    own = issuer.certificate
    if not same_name(crl.issuer, own.subject):
        raise ObjectError("issuer-name", "the CRL's issuer is not the CA", "RFC 6487 section 5")
    if crl.aki != own.ski:
        raise ObjectError(
            "aki",
            f"the CRL's authority key identifier is {crl.aki.hex()}, and the CA's key is {own.ski.hex()}",
            "RFC 6487 section 5",
        )
    verify(own.spki, crl.tbs, crl.signature, "crl-signature", "the CRL", "RFC 6487 section 5")
    return crl


def times_of(signed: SignedManifest, crl: Crl) -> Times:
    """When they may be used, together."""
    return Times(
        signed.manifest.this_update,
        signed.manifest.next_update,
        signed.serial,
        signed.not_before,
        signed.not_after,
        crl.this_update,
        crl.next_update,
        frozenset(serial for serial in crl.revoked if is_serial(serial)),
    )
