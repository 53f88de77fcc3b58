"""One file of the RPKI: its kind, what it says, and everything wrong with it that the file itself shows.

Whether its issuer signed it, holds enough and has not revoked it is for a relying party to find out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from cryptography.x509 import ObjectIdentifier

from lab.rpki.inspection.fields import (
    MISSING,
    OTHER_HASH,
    Beside,
    Fields,
    aspa_fields,
    certificate_fields,
    crl_fields,
    manifest_fields,
    roa_fields,
    tal_fields,
)
from lab.rpki.inspection.kinds import envelope, kind_of
from lab.rpki.objects import oids
from lab.rpki.objects.aspa import check_aspa, parse_aspa
from lab.rpki.objects.certificate import (
    Certificate,
    CertificateKind,
    certificate_kind,
    parse_certificate,
)
from lab.rpki.objects.crl import parse_crl
from lab.rpki.objects.der import decode, parse, whole
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.manifest import parse_manifest
from lab.rpki.objects.roa import check_roa, parse_roa
from lab.rpki.objects.signature import verify
from lab.rpki.objects.signed_object import Profile, SignedObject, parse_signed_object
from lab.rpki.objects.tal import parse_tal
from lab.rpki.objects.templates import SignedStructure, TbsCertificate
from lab.rpki.objects.times import unix_time
from lab.rpki.validation.horizon import Horizon, utc
from lab.rpki.validation.issuer import check_ca_locations

T = TypeVar("T")

_ENDINGS: Final = {
    ".tal": "TAL",
    ".cer": "certificate",
    ".crl": "CRL",
    ".mft": "manifest",
    ".roa": "ROA",
    ".asa": "ASPA",
}
_NAMES_RFC: Final = "RFC 6481 section 2.2"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is (`kind` is for people: `ROA`, `trust anchor certificate`), says, and has wrong."""

    kind: str
    fields: Fields
    problems: tuple[ObjectError, ...]


def inspect(
    data: bytes,
    name: str,
    now: int,
    *,
    profile: Profile = Profile.CURRENT,
    beside: Beside | None = None,
) -> Inspection | None:
    """Look at a file called `name` as of `now` (UNIX seconds); None if it is nothing of the RPKI.

    With `beside` a manifest's files are held against their hashes.
    """
    ending = _ENDINGS.get(name[-4:])
    found = kind_of(data)
    kind = found or ending
    if kind is None:
        return None
    sight = _Sight(data, Horizon(now), profile, beside)
    if ending is not None and found is not None and not found.startswith(ending):
        sight.problem("file-name", f"a {found} is called {name}", _NAMES_RFC)
    kind = _LOOKERS[kind](sight)
    size = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return Inspection(kind, sight.fields | size, tuple(sight.problems))


def inspection_data(found: Inspection) -> dict[str, Any]:
    """It as JSON data."""
    problems = [{"check": each.check, "message": each.message, "rfc": each.rfc} for each in found.problems]
    return {"kind": found.kind, **found.fields, "problems": problems}


@dataclass(slots=True)
class _Sight:
    """A file as it is looked at, and what was seen so far."""

    data: bytes
    horizon: Horizon
    profile: Profile
    beside: Beside | None
    fields: Fields = field(default_factory=dict)
    problems: list[ObjectError] = field(default_factory=list)

    def problem(self, check: str, message: str, rfc: str) -> None:
        self.note(ObjectError(check, message, rfc))

    def note(self, error: ObjectError) -> None:
        if all(error.args != other.args for other in self.problems):
            self.problems.append(error)

    def attempt(self, action: Callable[[], T]) -> T | None:
        """What `action` returns; None, with the problem noted, if it raises ObjectError."""
        try:
            return action()
        except ObjectError as error:
            self.note(error)
            return None


# --- TALs, certificates and CRLs ------------------------------------------------------------------------


def _look_at_tal(sight: _Sight) -> str:
    def read() -> Fields:
        try:
            text = sight.data.decode("utf-8")
        except UnicodeDecodeError:
            raise ObjectError("tal", "the TAL is not text", "RFC 8630 section 2.2") from None
        return tal_fields(parse_tal(text, "in this file"))

    sight.fields |= sight.attempt(read) or {}
    return "TAL"


def _look_at_certificate(sight: _Sight) -> str:
    kind = sight.attempt(lambda: _certificate_kind(sight.data))
    if kind is None:
        return "certificate"
    if kind is CertificateKind.ROUTER:
        sight.fields |= _bare_fields(sight.data)
        return "BGPsec router certificate (not checked)"
    certificate = sight.attempt(lambda: parse_certificate(sight.data, kind))
    if certificate is None:
        sight.fields |= _bare_fields(sight.data)
    else:
        sight.fields |= certificate_fields(certificate)
        _check_validity(sight, certificate)
        sight.attempt(lambda: check_ca_locations(certificate))
        if kind is CertificateKind.TRUST_ANCHOR:
            sight.attempt(lambda: _check_self_signature(certificate))
    return f"{kind.value} certificate"


def _certificate_kind(data: bytes) -> CertificateKind:
    tbs = parse(TbsCertificate, decode(SignedStructure, data, "the certificate").tbs, "the certificate")
    if whole(tbs.issuer) == whole(tbs.subject):
        return CertificateKind.TRUST_ANCHOR
    return certificate_kind(data)


def _bare_fields(data: bytes) -> Fields:
    """What is to be seen of a certificate that breaks its profile."""
    tbs = parse(TbsCertificate, decode(SignedStructure, data, "the certificate").tbs, "the certificate")
    return {
        "serial": tbs.serial_number,
        "valid_from": utc(unix_time(tbs.validity.not_before)),
        "valid_until": utc(unix_time(tbs.validity.not_after)),
    }


def _check_self_signature(certificate: Certificate) -> None:
    signed, rfc = (certificate.tbs, certificate.signature), "RFC 8630 section 2.3"
    verify(certificate.spki, *signed, "signature", "the certificate", rfc)


def _check_validity(sight: _Sight, certificate: Certificate) -> None:
    times = certificate.not_before, certificate.not_after
    sight.attempt(lambda: sight.horizon.check_certificate(*times))


def _look_at_crl(sight: _Sight) -> str:
    crl = sight.attempt(lambda: parse_crl(sight.data))
    if crl is not None:
        sight.fields |= crl_fields(crl)
        times = crl.this_update, crl.next_update
        sight.attempt(lambda: sight.horizon.check_current("CRL", *times, "RFC 6487 section 5"))
    return "CRL"


# --- signed objects -------------------------------------------------------------------------------------


def _look_at_manifest(sight: _Sight) -> str:
    content, certificate = _open(sight, oids.MANIFEST)
    manifest = None if content is None else sight.attempt(lambda: parse_manifest(content))
    if manifest is not None:
        sight.fields = manifest_fields(manifest, sight.beside) | sight.fields
        times = manifest.this_update, manifest.next_update
        sight.attempt(lambda: sight.horizon.check_current("manifest", *times, "RFC 9286 section 6.3"))
        _check_beside(sight, sight.fields["files"])
    if certificate is not None and any(certificate.resources):
        message = "its certificate holds resources instead of inheriting them"
        sight.problem("manifest-resources", message, "RFC 9286 section 5.1")
    return "manifest"


def _check_beside(sight: _Sight, files: list[Fields]) -> None:
    """A manifest with none of its files beside it was copied here alone: that is no fault of it."""
    states = {entry["file"]: entry.get("state") for entry in files}
    if set(states.values()) == {MISSING}:
        return
    for name, state in states.items():
        if state == MISSING:
            sight.problem("missing-file", f"{name} is not there", "RFC 9286 section 6.4")
        elif state == OTHER_HASH:
            message = f"{name} is not the file whose hash is listed"
            sight.problem("hash-mismatch", message, "RFC 9286 section 6.5")


def _look_at_roa(sight: _Sight) -> str:
    content, certificate = _open(sight, oids.ROUTE_ORIGIN_AUTHZ)
    roa = None if content is None else sight.attempt(lambda: parse_roa(content))
    if roa is not None:
        sight.fields = roa_fields(roa) | sight.fields
        if certificate is not None:
            sight.attempt(lambda: check_roa(roa, certificate, sight.profile))
    return "ROA"


def _look_at_aspa(sight: _Sight) -> str:
    content, certificate = _open(sight, oids.ASPA)
    aspa = None if content is None else sight.attempt(lambda: parse_aspa(content))
    if aspa is not None:
        sight.fields = aspa_fields(aspa) | sight.fields
        if certificate is not None:
            sight.attempt(lambda: check_aspa(aspa, certificate))
    return "ASPA"


def _look_at_other(sight: _Sight) -> str:
    content_type, _, _ = envelope(sight.data)
    _open(sight, content_type)
    return f"signed object of type {content_type.dotted_string} (its content is not checked)"


def _open(sight: _Sight, content_type: ObjectIdentifier) -> tuple[bytes | None, Certificate | None]:
    """The content and EE certificate of a signed object, also of one whose envelope has something wrong."""
    signed = sight.attempt(lambda: _signed_object(sight, content_type))
    content, certificate = _parts(sight) if signed is None else (signed.content, signed.certificate)
    if signed is not None and signed.signing_time is not None:
        sight.fields["signing_time"] = utc(signed.signing_time)
    if certificate is not None:
        sight.fields["certificate"] = certificate_fields(certificate)
        _check_validity(sight, certificate)
    elif (bare := sight.attempt(lambda: _bare_fields(bytes(envelope(sight.data)[2].data)))) is not None:
        sight.fields["certificate"] = bare
    return content, certificate


def _signed_object(sight: _Sight, content_type: ObjectIdentifier) -> SignedObject:
    return parse_signed_object(sight.data, content_type, sight.profile)


def _parts(sight: _Sight) -> tuple[bytes | None, Certificate | None]:
    opened = sight.attempt(lambda: envelope(sight.data))
    if opened is None:
        return None, None
    _, content, certificates = opened
    inside = bytes(certificates.data)
    return content, sight.attempt(lambda: parse_certificate(inside, CertificateKind.EE))


_LOOKERS: Final[dict[str, Callable[[_Sight], str]]] = {
    "TAL": _look_at_tal,
    "certificate": _look_at_certificate,
    "CRL": _look_at_crl,
    "manifest": _look_at_manifest,
    "ROA": _look_at_roa,
    "ASPA": _look_at_aspa,
    "signed object": _look_at_other,
}
