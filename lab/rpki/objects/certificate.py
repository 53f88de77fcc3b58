"""Resource certificates (RFC 6487), held against the profile as far as that goes without the issuer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography.x509 import ObjectIdentifier

from lab.rpki.objects import oids
from lab.rpki.objects.certificate_names import check_name
from lab.rpki.objects.der import decode, parse, whole, whole_octets
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.extensions import (
    authority_key_identifier,
    basic_constraints,
    check_policies,
    distribution_point,
    key_purposes,
    key_usage,
    subject_key_identifier,
)
from lab.rpki.objects.locations import ca_locations, issuer_location, object_location
from lab.rpki.objects.resources import Resources, parse_as_extension, parse_ip_extension
from lab.rpki.objects.signature import check_algorithms, key_identifier, public_key
from lab.rpki.objects.templates import Extension, SignedStructure, TbsCertificate
from lab.rpki.objects.times import unix_time

KEY_CERT_SIGN_AND_CRL_SIGN: Final = b"\x06", 1
DIGITAL_SIGNATURE: Final = b"\x80", 7
"""Key usages as the bits of their BIT STRING and how many pad it."""


class CertificateKind(Enum):
    """The certificates of RFC 6487, and of RFC 8209 for BGPsec routers."""

    TRUST_ANCHOR = "trust anchor"
    CA = "CA"
    EE = "EE"
    ROUTER = "router"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A resource certificate. Names are DER, times UNIX seconds, `tbs` the bytes that are signed.

    A trust anchor has no `crl_uri` and no `issuer_uri`; only CAs have the three that follow `issuer_uri`,
    only EE certificates a `signed_object_uri`.
    """

    kind: CertificateKind
    tbs: bytes
    signature: bytes
    serial: int
    issuer: bytes
    subject: bytes
    not_before: int
    not_after: int
    spki: bytes
    ski: bytes
    aki: bytes | None
    resources: Resources
    crl_uri: str | None
    issuer_uri: str | None
    ca_repository: str | None
    manifest_uri: str | None
    notify_uri: str | None
    signed_object_uri: str | None


def certificate_kind(data: bytes) -> CertificateKind:
    """Whether a certificate file of a publication point is a CA's or a router's (RFC 8209 section 3.1.3).

    What is neither is taken for a CA's, which then says what is wrong with it. Raises ObjectError.
    """
    _, tbs = _open(data)
    values = {extension.extn_id: extension.extn_value for extension in tbs.extensions}
    purposes = values.get(oids.EXTENDED_KEY_USAGE)
    if purposes is None or oids.BASIC_CONSTRAINTS in values:
        return CertificateKind.CA
    return CertificateKind.ROUTER if oids.BGPSEC_ROUTER in key_purposes(purposes) else CertificateKind.CA


def parse_certificate(data: bytes, kind: CertificateKind) -> Certificate:
    """A TRUST_ANCHOR, CA or EE certificate. Raises ObjectError for what RFC 6487 section 4 does not allow."""
    signed, tbs = _open(data)
    check_algorithms(signed, tbs.signature, "the certificate", "RFC 5280 section 4.1.1.2")
    if tbs.version != 2:
        raise ObjectError(
            "version",
            f"the certificate has version {number_text(tbs.version + 1)}, not 3",
            "RFC 6487 section 4.1",
        )
    if not is_serial(tbs.serial_number):
        raise ObjectError(
            "serial",
            f"the serial number {_short(tbs.serial_number)} is negative or has more than 20 octets",
            "RFC 6487 section 4.2",
        )
    issuer, subject = whole(tbs.issuer), whole(tbs.subject)
    check_name(issuer, "issuer", "RFC 6487 section 4.4")
    check_name(subject, "subject", "RFC 6487 section 4.5")
    spki = whole(tbs.subject_public_key_info)
    public_key(spki)
    values = _extensions(tbs.extensions, kind)
    ski = subject_key_identifier(values[oids.SUBJECT_KEY_IDENTIFIER])
    if ski != key_identifier(spki):
        raise ObjectError(
            "ski", "the subject key identifier is not the hash of the key", "RFC 6487 section 4.8.2"
        )
    check_policies(values[oids.CERTIFICATE_POLICIES])
    is_ca = kind is not CertificateKind.EE
    _check_usage(values, is_ca)
    aki = values.get(oids.AUTHORITY_KEY_IDENTIFIER)
    crl = values.get(oids.CRL_DISTRIBUTION_POINTS)
    aia = values.get(oids.AUTHORITY_INFO_ACCESS)
    sia = values[oids.SUBJECT_INFO_ACCESS]
    repository, manifest, notification = ca_locations(sia) if is_ca else (None, None, None)
    return Certificate(
        kind,
        whole(signed.tbs),
        whole_octets(signed.signature, "the certificate's signature"),
        tbs.serial_number,
        issuer,
        subject,
        unix_time(tbs.validity.not_before),
        unix_time(tbs.validity.not_after),
        spki,
        ski,
        None if aki is None else authority_key_identifier(aki),
        _resources(values, kind),
        None if crl is None else distribution_point(crl),
        None if aia is None else issuer_location(aia),
        repository,
        manifest,
        notification,
        None if is_ca else object_location(sia),
    )


def is_serial(number: int) -> bool:
    """Whether a certificate may have this serial number: not negative, at most 20 octets (RFC 5280 section
    4.1.2.2)."""
    return 0 <= number < 1 << 159


def _open(data: bytes) -> tuple[SignedStructure, TbsCertificate]:
    signed = decode(SignedStructure, data, "the certificate")
    return signed, parse(TbsCertificate, signed.tbs, "the certificate")


# --- extensions -----------------------------------------------------------------------------------------

_CRITICAL: Final = {
    oids.BASIC_CONSTRAINTS: ("basic constraints", True, "4.8.1"),
    oids.SUBJECT_KEY_IDENTIFIER: ("subject key identifier", False, "4.8.2"),
    oids.AUTHORITY_KEY_IDENTIFIER: ("authority key identifier", False, "4.8.3"),
    oids.KEY_USAGE: ("key usage", True, "4.8.4"),
    oids.CRL_DISTRIBUTION_POINTS: ("CRL distribution points", False, "4.8.6"),
    oids.AUTHORITY_INFO_ACCESS: ("authority information access", False, "4.8.7"),
    oids.SUBJECT_INFO_ACCESS: ("subject information access", False, "4.8.8"),
    oids.CERTIFICATE_POLICIES: ("certificate policies", True, "4.8.9"),
    oids.IP_RESOURCES: ("IP resources", True, "4.8.10"),
    oids.AS_RESOURCES: ("AS resources", True, "4.8.11"),
}
"""The extensions of RFC 6487: their name, whether they are critical, and the section."""

_ALWAYS: Final = (
    oids.SUBJECT_KEY_IDENTIFIER,
    oids.KEY_USAGE,
    oids.SUBJECT_INFO_ACCESS,
    oids.CERTIFICATE_POLICIES,
)
_WITH_AN_ISSUER: Final = (
    oids.AUTHORITY_KEY_IDENTIFIER,
    oids.CRL_DISTRIBUTION_POINTS,
    oids.AUTHORITY_INFO_ACCESS,
)
_REQUIRED: Final = {
    CertificateKind.TRUST_ANCHOR: (oids.BASIC_CONSTRAINTS, *_ALWAYS),
    CertificateKind.CA: (oids.BASIC_CONSTRAINTS, *_ALWAYS, *_WITH_AN_ISSUER),
    CertificateKind.EE: (*_ALWAYS, *_WITH_AN_ISSUER),
}
_FORBIDDEN: Final = {
    CertificateKind.TRUST_ANCHOR: (oids.CRL_DISTRIBUTION_POINTS, oids.AUTHORITY_INFO_ACCESS),
    CertificateKind.CA: (),
    CertificateKind.EE: (oids.BASIC_CONSTRAINTS,),
}


def _extensions(extensions: list[Extension], kind: CertificateKind) -> Mapping[ObjectIdentifier, bytes]:
    values: dict[ObjectIdentifier, bytes] = {}
    for extension in extensions:
        oid = extension.extn_id
        known = _CRITICAL.get(oid)
        if known is None:
            _check_unknown(extension)
            continue
        name, critical, section = known
        if oid in values:
            raise ObjectError("extensions", f"the {name} extension stands twice", "RFC 5280 section 4.2")
        if extension.critical is not critical:
            must = "must" if critical else "must not"
            raise ObjectError(
                "critical", f"the {name} extension {must} be critical", f"RFC 6487 section {section}"
            )
        values[oid] = extension.extn_value
    for oid in _REQUIRED[kind]:
        if oid not in values:
            name, _, section = _CRITICAL[oid]
            raise ObjectError("extensions", f"the {name} extension is missing", f"RFC 6487 section {section}")
    for oid in _FORBIDDEN[kind]:
        if oid in values:
            name, _, section = _CRITICAL[oid]
            raise ObjectError(
                "extensions",
                f"a certificate of this kind ({kind.value}) has no {name} extension",
                f"RFC 6487 section {section}",
            )
    return values


def _check_unknown(extension: Extension) -> None:
    oid = extension.extn_id
    if oid == oids.EXTENDED_KEY_USAGE:
        raise ObjectError(
            "extensions", "only router certificates have an extended key usage", "RFC 6487 section 4.8.5"
        )
    if extension.critical:
        raise ObjectError(
            "extensions",
            f"the critical extension {oid.dotted_string} is not one of the RPKI's",
            "RFC 6487 section 8",
        )


def _check_usage(values: Mapping[ObjectIdentifier, bytes], is_ca: bool) -> None:
    usage = key_usage(values[oids.KEY_USAGE])
    if usage != (KEY_CERT_SIGN_AND_CRL_SIGN if is_ca else DIGITAL_SIGNATURE):
        wanted = "keyCertSign and cRLSign" if is_ca else "digitalSignature"
        raise ObjectError("key-usage", f"the key usage is not just {wanted}", "RFC 6487 section 4.8.4")
    if is_ca:
        constraints = basic_constraints(values[oids.BASIC_CONSTRAINTS])
        if not constraints.ca:
            raise ObjectError(
                "basic-constraints", "the certificate says it is no CA's", "RFC 6487 section 4.8.1"
            )
        if constraints.path_len_constraint is not None:
            raise ObjectError("basic-constraints", "the path length is constrained", "RFC 6487 section 4.8.1")


def _resources(values: Mapping[ObjectIdentifier, bytes], kind: CertificateKind) -> Resources:
    addresses = values.get(oids.IP_RESOURCES)
    numbers = values.get(oids.AS_RESOURCES)
    if addresses is None and numbers is None:
        raise ObjectError("resources", "the certificate holds no resources", "RFC 6487 section 4.8.10")
    ipv4, ipv6 = ((), ()) if addresses is None else parse_ip_extension(addresses)
    resources = Resources(ipv4, ipv6, () if numbers is None else parse_as_extension(numbers))
    if kind is CertificateKind.TRUST_ANCHOR and resources.inherits:
        raise ObjectError("resources", "a trust anchor has nobody to inherit from", "RFC 8630 section 2.3")
    return resources


def _short(number: int) -> str:
    text = hex(number)
    return text if len(text) <= 24 else f"{text[:21]}..."
