"""Signed objects (RFC 6488): the CMS envelope of manifests, ROAs and ASPAs, and its signature."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, GeneralizedTime, UTCTime
from cryptography.x509 import ObjectIdentifier

from lab.rpki.objects import oids
from lab.rpki.objects.ber import to_der
from lab.rpki.objects.certificate import Certificate, CertificateKind, parse_certificate
from lab.rpki.objects.der import CONTEXT_0, SEQUENCE, SET, decode, element, is_tag, parse
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.signature import verify
from lab.rpki.objects.templates import (
    AlgorithmIdentifier,
    Attribute,
    ContentInfo,
    EncapsulatedContentInfo,
    SignedData,
    SignerInfo,
)
from lab.rpki.objects.times import unix_time

CMS_VERSION: Final = 3
_SIGNATURE_ALGORITHMS: Final = (oids.RSA_ENCRYPTION, oids.SHA256_WITH_RSA)
_ATTRIBUTES_RFC: Final = "RFC 6488 section 2.1.6.4"


class Profile(Enum):
    """Which generation of objects is taken.

    CURRENT asks for a signing-time and no binary-signing-time (RFC 9589), and for ROAs whose EE certificate
    holds no AS numbers (RFC 9582). LEGACY takes what was made before those.
    """

    CURRENT = "current"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class SignedObject:
    """What an envelope holds. Its signature was made by the key of its EE certificate; whether that one is
    valid is for the relying party to find out. `signing_time` is UNIX seconds."""

    content: bytes
    certificate: Certificate
    signing_time: int | None


def parse_signed_object(data: bytes, content_type: ObjectIdentifier, profile: Profile) -> SignedObject:
    """A signed object of this content type. Raises ObjectError for what RFC 6488 section 3 does not allow."""
    signed = _signed_data(data)
    if signed.version != CMS_VERSION:
        raise _error(
            "cms-version", f"the CMS version is {number_text(signed.version)}, not {CMS_VERSION}", "2.1.1"
        )
    _check_digest_algorithms(signed.digest_algorithms.as_list())
    content = _content(signed.encap_content_info, content_type)
    certificate = _certificate(signed.certificates)
    signer = _signer(signed.signer_infos)
    if signer.sid != certificate.ski:
        raise _error("sid", "the signer is not the EE certificate in the object", "2.1.6.2")
    signing_time = _check_attributes(signer.signed_attrs, content_type, content, profile)
    verify(
        certificate.spki,
        element(SET, bytes(signer.signed_attrs.data)),
        signer.signature,
        "cms-signature",
        "the signed attributes",
        "RFC 6488 section 3",
    )
    return SignedObject(content, certificate, signing_time)


def _signed_data(data: bytes) -> SignedData:
    try:
        return _der_signed_data(data)
    except ObjectError as not_der:
        try:
            der = to_der(data)
        except ObjectError:
            raise not_der from None
        if der == data:
            raise
        return _der_signed_data(der)


def _der_signed_data(data: bytes) -> SignedData:
    info = decode(ContentInfo, data, "the signed object")
    if info.content_type != oids.SIGNED_DATA:
        raise _error(
            "content-type", f"the object is {info.content_type.dotted_string}, not CMS signed-data", "2"
        )
    return parse(SignedData, info.content, "the signed object")


def _check_digest_algorithms(algorithms: list[AlgorithmIdentifier]) -> None:
    if [each.algorithm for each in algorithms] != [oids.SHA256]:
        names = ", ".join(each.algorithm.dotted_string for each in algorithms) or "none"
        raise _error("algorithm", f"the digest algorithm is not SHA-256 but {names}", "2.1.2")


def _content(info: EncapsulatedContentInfo, content_type: ObjectIdentifier) -> bytes:
    if info.e_content_type != content_type:
        raise _error(
            "content-type",
            f"the content is {info.e_content_type.dotted_string}, not {content_type.dotted_string}",
            "2.1.3.1",
        )
    if info.e_content is None:
        raise _error("content", "there is no content", "2.1.3.2")
    return info.e_content


def _certificate(certificates: TLV) -> Certificate:
    if not is_tag(certificates, CONTEXT_0):
        raise _error("certificates", "there is no EE certificate in the object", "2.1.4")
    return parse_certificate(bytes(certificates.data), CertificateKind.EE)


def _signer(signer_infos: TLV) -> SignerInfo:
    if not is_tag(signer_infos, SET):
        raise _error("signer-infos", "there are CRLs in the object, or no signers", "2.1.5")
    signer = decode(SignerInfo, bytes(signer_infos.data), "the one signer info")
    if signer.version != CMS_VERSION:
        raise _error("cms-version", f"the signer info's version is {number_text(signer.version)}", "2.1.6.1")
    if signer.digest_algorithm.algorithm != oids.SHA256:
        name = signer.digest_algorithm.algorithm.dotted_string
        raise _error("algorithm", f"the signer's digest algorithm is not SHA-256 but {name}", "2.1.6.3")
    if signer.signature_algorithm.algorithm not in _SIGNATURE_ALGORITHMS:
        name = signer.signature_algorithm.algorithm.dotted_string
        raise _error("algorithm", f"the signature algorithm is not RSA but {name}", "2.1.6.5")
    if not is_tag(signer.signed_attrs, CONTEXT_0):
        raise _error("signed-attributes", "there are no signed attributes", "2.1.6.4")
    return signer


# --- signed attributes ----------------------------------------------------------------------------------

_KNOWN: Final = {
    oids.CONTENT_TYPE: "content-type",
    oids.MESSAGE_DIGEST: "message-digest",
    oids.SIGNING_TIME: "signing-time",
    oids.BINARY_SIGNING_TIME: "binary-signing-time",
}


@asn1.sequence
class _Attributes:
    attributes: list[Attribute]


@asn1.sequence
class _Time:
    time: UTCTime | GeneralizedTime


def _check_attributes(
    signed_attrs: TLV, content_type: ObjectIdentifier, content: bytes, profile: Profile
) -> int | None:
    wrapped = element(SEQUENCE, element(SEQUENCE, bytes(signed_attrs.data)))
    values: dict[ObjectIdentifier, bytes] = {}
    for attribute in decode(_Attributes, wrapped, "the signed attributes").attributes:
        name = _KNOWN.get(attribute.attr_type)
        if name is None:
            raise _attribute_error(f"{attribute.attr_type.dotted_string} is not one of the RPKI's")
        if attribute.attr_type in values:
            raise _attribute_error(f"{name} stands twice")
        if not is_tag(attribute.attr_values, SET):
            raise _attribute_error(f"{name} has no set of values")
        values[attribute.attr_type] = bytes(attribute.attr_values.data)
    if values.get(oids.CONTENT_TYPE) != _encoded(content_type):
        raise _attribute_error("content-type is missing, or not that of the content")
    if values.get(oids.MESSAGE_DIGEST) != element(0x04, hashlib.sha256(content).digest()):
        raise ObjectError(
            "message-digest", "the message-digest is not the content's", "RFC 6488 section 2.1.6.4.2"
        )
    signing_time = values.get(oids.SIGNING_TIME)
    if profile is Profile.CURRENT:
        if signing_time is None:
            raise ObjectError("signing-time", "the signing-time is missing", "RFC 9589 section 5")
        if oids.BINARY_SIGNING_TIME in values:
            raise ObjectError("signing-time", "there is a binary-signing-time", "RFC 9589 section 5")
    if signing_time is None:
        return None
    return unix_time(decode(_Time, element(SEQUENCE, signing_time), "the signing-time").time)


@lru_cache(maxsize=16)
def _encoded(oid: ObjectIdentifier) -> bytes:
    return asn1.encode_der(oid)


def _attribute_error(message: str) -> ObjectError:
    return ObjectError("signed-attributes", f"the signed attribute {message}", _ATTRIBUTES_RFC)


def _error(check: str, message: str, section: str) -> ObjectError:
    return ObjectError(check, message, f"RFC 6488 section {section}")
