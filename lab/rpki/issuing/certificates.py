"""Resource certificates and CRLs as templates, which `encoding.signed` signs (RFC 6487).

The functions make what the profile wants. A template is a plain object: to make a wrong one, change its
fields or its list of extensions before it is signed. Extensions themselves are shared: put another one in the
place of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from lab.rpki.issuing.encoding import SHA256_WITH_RSA, bit_string, common_name, tlv, x509_time
from lab.rpki.objects import oids
from lab.rpki.objects.der import CONTEXT_0, OCTET_STRING, SEQUENCE, URI_NAME, element
from lab.rpki.objects.resources import Resources, as_extension, ip_extension
from lab.rpki.objects.signature import key_identifier
from lab.rpki.objects.templates import (
    BasicConstraints,
    Extension,
    RevokedCertificate,
    TbsCertificate,
    TbsCertList,
    Validity,
)

_KEY_IDENTIFIER: Final = 0x80
"""[0] IMPLICIT of an authority key identifier (RFC 5280 section 4.2.1.1)."""
_VERSION_3: Final = 2
_CRL_VERSION_2: Final = 1


@dataclass(frozen=True, slots=True)
class Issuer:
    """What certificates say about who issued them: its name in DER, its key's identifier, and the rsync URIs
    of its certificate and its CRL."""

    name: bytes
    identifier: bytes
    certificate_uri: str
    crl_uri: str


@dataclass(frozen=True, slots=True)
class CaLocations:
    """Where a CA publishes: the rsync URIs of its directory and its manifest, the https URI of RRDP if it has
    one."""

    repository: str
    manifest: str
    notification: str | None = None


def subject_name(spki: bytes) -> bytes:
    """The name in DER of a CA by its key, so that a new key has a new name (RFC 6487 section 4.5)."""
    return common_name(key_identifier(spki).hex())


def trust_anchor_certificate(
    *, serial: int, not_before: int, not_after: int, spki: bytes, resources: Resources, locations: CaLocations
) -> TbsCertificate:
    """A certificate to be signed by its own key (RFC 8630 section 2.3). Times are UNIX seconds."""
    name = subject_name(spki)
    extensions = [*_ca_head(spki), *_ca_tail(locations, resources)]
    return _certificate(serial, name, not_before, not_after, name, spki, extensions)


def ca_certificate(
    *,
    serial: int,
    issuer: Issuer,
    not_before: int,
    not_after: int,
    spki: bytes,
    resources: Resources,
    locations: CaLocations,
) -> TbsCertificate:
    """A CA's certificate to be signed by its issuer's key (RFC 6487). Times are UNIX seconds."""
    extensions = [*_ca_head(spki), *issuer_extensions(issuer), *_ca_tail(locations, resources)]
    return _certificate(serial, issuer.name, not_before, not_after, subject_name(spki), spki, extensions)


def ee_certificate(
    *,
    serial: int,
    issuer: Issuer,
    not_before: int,
    not_after: int,
    spki: bytes,
    resources: Resources,
    object_uri: str,
) -> TbsCertificate:
    """The certificate of one signed object, published at the rsync URI `object_uri`. Times are UNIX seconds.

    Its name has the serial number in it: one key may serve several objects, and their names must differ.
    """
    extensions = [
        subject_key_identifier(spki),
        KEY_USAGE_OF_EE,
        *issuer_extensions(issuer),
        subject_information_access((oids.SIGNED_OBJECT, object_uri)),
        POLICY,
        *resource_extensions(resources),
    ]
    name = common_name(f"{key_identifier(spki).hex()}-{serial:x}")
    return _certificate(serial, issuer.name, not_before, not_after, name, spki, extensions)


def crl(
    *, issuer: Issuer, number: int, this_update: int, next_update: int, revoked: Iterable[tuple[int, int]]
) -> TbsCertList:
    """A CRL to be signed by the issuer's key (RFC 6487 section 5). `revoked` are serials and when: UNIX
    seconds."""
    entries = [
        RevokedCertificate(user_certificate=serial, revocation_date=x509_time(when))
        for serial, when in revoked
    ]
    return TbsCertList(
        version=_CRL_VERSION_2,
        signature=SHA256_WITH_RSA,
        issuer=tlv(issuer.name),
        this_update=x509_time(this_update),
        next_update=x509_time(next_update),
        revoked_certificates=entries or None,
        crl_extensions=[
            authority_key_identifier(issuer.identifier),
            extension(oids.CRL_NUMBER, asn1.encode_der(number)),
        ],
    )


# --- extensions ---------------------------------------------------------------------------------------------


def extension(oid: ObjectIdentifier, value: bytes, *, critical: bool = False) -> Extension:
    """An extension with its value in DER."""
    return Extension(extn_id=oid, critical=critical, extn_value=value)


BASIC_CONSTRAINTS: Final = extension(
    oids.BASIC_CONSTRAINTS,
    asn1.encode_der(BasicConstraints(ca=True, path_len_constraint=None)),
    critical=True,
)
KEY_USAGE_OF_CA: Final = extension(oids.KEY_USAGE, bit_string(b"\x06", 1), critical=True)
"""keyCertSign and cRLSign."""
KEY_USAGE_OF_EE: Final = extension(oids.KEY_USAGE, bit_string(b"\x80", 7), critical=True)
"""digitalSignature."""
POLICY: Final = extension(
    oids.CERTIFICATE_POLICIES,
    element(SEQUENCE, element(SEQUENCE, asn1.encode_der(oids.POLICY_IP_ADDR_ASN))),
    critical=True,
)


@lru_cache(maxsize=1024)
def subject_key_identifier(spki: bytes) -> Extension:
    """RFC 6487 section 4.8.2."""
    return extension(oids.SUBJECT_KEY_IDENTIFIER, element(OCTET_STRING, key_identifier(spki)))


@lru_cache(maxsize=1024)
def authority_key_identifier(identifier: bytes) -> Extension:
    """RFC 6487 section 4.8.3."""
    return extension(oids.AUTHORITY_KEY_IDENTIFIER, element(SEQUENCE, element(_KEY_IDENTIFIER, identifier)))


@lru_cache(maxsize=1024)
def issuer_extensions(issuer: Issuer) -> tuple[Extension, Extension, Extension]:
    """The key, the CRL and the certificate of who issued it (RFC 6487 sections 4.8.3, 4.8.6, 4.8.7)."""
    full_name = element(CONTEXT_0, _uri(issuer.crl_uri))
    point = element(SEQUENCE, element(CONTEXT_0, full_name))
    return (
        authority_key_identifier(issuer.identifier),
        extension(oids.CRL_DISTRIBUTION_POINTS, element(SEQUENCE, point)),
        extension(oids.AUTHORITY_INFO_ACCESS, _locations(((oids.CA_ISSUERS, issuer.certificate_uri),))),
    )


def subject_information_access(*locations: tuple[ObjectIdentifier, str]) -> Extension:
    """Methods and URIs (RFC 6487 section 4.8.8)."""
    return extension(oids.SUBJECT_INFO_ACCESS, _locations(locations))


def resource_extensions(resources: Resources) -> list[Extension]:
    """The IP and the AS resources, as far as there are any (RFC 6487 sections 4.8.10 and 4.8.11)."""
    values = ((oids.IP_RESOURCES, ip_extension(resources)), (oids.AS_RESOURCES, as_extension(resources)))
    return [extension(oid, value, critical=True) for oid, value in values if value is not None]


def _ca_head(spki: bytes) -> list[Extension]:
    return [BASIC_CONSTRAINTS, subject_key_identifier(spki), KEY_USAGE_OF_CA]


def _ca_tail(locations: CaLocations, resources: Resources) -> list[Extension]:
    places = [(oids.CA_REPOSITORY, locations.repository), (oids.RPKI_MANIFEST, locations.manifest)]
    if locations.notification is not None:
        places.append((oids.RPKI_NOTIFY, locations.notification))
    return [subject_information_access(*places), POLICY, *resource_extensions(resources)]


def _locations(locations: Iterable[tuple[ObjectIdentifier, str]]) -> bytes:
    return element(
        SEQUENCE,
        b"".join(element(SEQUENCE, asn1.encode_der(method) + _uri(uri)) for method, uri in locations),
    )


def _uri(uri: str) -> bytes:
    return element(URI_NAME, uri.encode("ascii"))


def _certificate(
    serial: int,
    issuer: bytes,
    not_before: int,
    not_after: int,
    subject: bytes,
    spki: bytes,
    extensions: list[Extension],
) -> TbsCertificate:
    return TbsCertificate(
        version=_VERSION_3,
        serial_number=serial,
        signature=SHA256_WITH_RSA,
        issuer=tlv(issuer),
        validity=Validity(not_before=x509_time(not_before), not_after=x509_time(not_after)),
        subject=asn1.decode_der(asn1.TLV, subject),
        subject_public_key_info=tlv(spki),
        extensions=extensions,
    )
