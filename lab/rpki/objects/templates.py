"""The ASN.1 of the RPKI's objects, as types that `cryptography.hazmat.asn1` encodes and decodes.

Names follow the ASN.1 modules of RFC 5280 (certificates, CRLs), RFC 3779 (resources), RFC 5652 (CMS), RFC
9286 (manifests), RFC 9582 (ROAs) and draft-ietf-sidrops-aspa-profile. A field of type TLV is looked at later,
or by its bytes.
"""

from __future__ import annotations

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import (
    TLV,
    BitString,
    Default,
    Explicit,
    GeneralizedTime,
    IA5String,
    Implicit,
    Null,
    PrintableString,
    SetOf,
    UTCTime,
)
from cryptography.x509 import ObjectIdentifier


@asn1.sequence
class AlgorithmIdentifier:
    """RFC 5280 section 4.1.1.2; the RPKI's algorithms have NULL parameters or none (RFC 7935)."""

    algorithm: ObjectIdentifier
    parameters: Null | None


@asn1.sequence
class SubjectPublicKeyInfo:
    """RFC 5280 section 4.1."""

    algorithm: AlgorithmIdentifier
    subject_public_key: BitString


@asn1.sequence
class Validity:
    """RFC 5280 section 4.1.2.5."""

    not_before: UTCTime | GeneralizedTime
    not_after: UTCTime | GeneralizedTime


@asn1.sequence
class Extension:
    """RFC 5280 section 4.1.2.9."""

    extn_id: ObjectIdentifier
    critical: Annotated[bool, Default(False)]
    extn_value: bytes


@asn1.sequence
class TbsCertificate:
    """RFC 5280 section 4.1; unique identifiers have no place in the RPKI (RFC 6487 section 4)."""

    version: Annotated[int, Explicit(0), Default(0)]
    serial_number: int
    signature: AlgorithmIdentifier
    issuer: TLV
    validity: Validity
    subject: TLV
    subject_public_key_info: TLV
    extensions: Annotated[list[Extension], Explicit(3)]


@asn1.sequence
class SignedStructure:
    """What certificates and CRLs have in common: the part that is signed, and the signature."""

    tbs: TLV
    signature_algorithm: AlgorithmIdentifier
    signature: BitString


@asn1.sequence
class RevokedCertificate:
    """RFC 5280 section 5.1, without the entry extensions that RFC 6487 section 5 forbids."""

    user_certificate: int
    revocation_date: UTCTime | GeneralizedTime


@asn1.sequence
class TbsCertList:
    """RFC 5280 section 5.1, as RFC 6487 section 5 narrows it."""

    version: int
    signature: AlgorithmIdentifier
    issuer: TLV
    this_update: UTCTime | GeneralizedTime
    next_update: UTCTime | GeneralizedTime
    revoked_certificates: list[RevokedCertificate] | None
    crl_extensions: Annotated[list[Extension], Explicit(0)]


# --- extension values -----------------------------------------------------------------------------------


@asn1.sequence
class BasicConstraints:
    """RFC 5280 section 4.2.1.9."""

    ca: Annotated[bool, Default(False)]
    path_len_constraint: int | None


@asn1.sequence
class AuthorityKeyIdentifier:
    """RFC 5280 section 4.2.1.1; issuer and serial have no place in the RPKI (RFC 6487 section 4.8.3)."""

    key_identifier: Annotated[bytes | None, Implicit(0)]


@asn1.sequence
class AccessDescription:
    """RFC 5280 section 4.2.2: a method and a general name."""

    access_method: ObjectIdentifier
    access_location: TLV


@asn1.sequence
class DistributionPoint:
    """RFC 5280 section 4.2.1.13, as RFC 6487 section 4.8.6 narrows it: the TLV is the [0] fullName."""

    distribution_point: Annotated[TLV, Explicit(0)]


@asn1.sequence
class PolicyQualifierInfo:
    """RFC 5280 section 4.2.1.4; only the CPS pointer is allowed (RFC 7318)."""

    policy_qualifier_id: ObjectIdentifier
    qualifier: IA5String


@asn1.sequence
class PolicyInformation:
    """RFC 5280 section 4.2.1.4."""

    policy_identifier: ObjectIdentifier
    policy_qualifiers: list[PolicyQualifierInfo] | None


@asn1.sequence
class AttributeTypeAndValue:
    """RFC 5280 section 4.1.2.4."""

    type: ObjectIdentifier
    value: PrintableString | IA5String | str


# --- RFC 3779 -------------------------------------------------------------------------------------------


@asn1.sequence
class IpAddressRange:
    """RFC 3779 section 2.2.3.9."""

    min: BitString
    max: BitString


@asn1.sequence
class IpAddressFamily:
    """RFC 3779 section 2.2.3.2; the choice is NULL (inherit) or a sequence of prefixes and ranges."""

    address_family: bytes
    choice: TLV


@asn1.sequence
class AsRange:
    """RFC 3779 section 3.2.3.8."""

    min: int
    max: int


# --- CMS ------------------------------------------------------------------------------------------------


@asn1.sequence
class ContentInfo:
    """RFC 5652 section 3."""

    content_type: ObjectIdentifier
    content: Annotated[TLV, Explicit(0)]


@asn1.sequence
class EncapsulatedContentInfo:
    """RFC 5652 section 5.2."""

    e_content_type: ObjectIdentifier
    e_content: Annotated[bytes | None, Explicit(0)]


@asn1.sequence
class SignedData:
    """RFC 5652 section 5.1. `certificates` is the [0], `signer_infos` the set, both read by their bytes. CRLs
    have no place here (RFC 6488 section 2.1.5)."""

    version: int
    digest_algorithms: SetOf[AlgorithmIdentifier]
    encap_content_info: EncapsulatedContentInfo
    certificates: TLV
    signer_infos: TLV


@asn1.sequence
class SignerInfo:
    """RFC 5652 section 5.3. `signed_attrs` is the [0], read by its bytes; unsigned attributes have no place
    here (RFC 6488 section 2.1.6.7)."""

    version: int
    sid: Annotated[bytes, Implicit(0)]
    digest_algorithm: AlgorithmIdentifier
    signed_attrs: TLV
    signature_algorithm: AlgorithmIdentifier
    signature: bytes


@asn1.sequence
class Attribute:
    """RFC 5652 section 5.3. `attr_values` is a set, read by its bytes."""

    attr_type: ObjectIdentifier
    attr_values: TLV


# --- contents -------------------------------------------------------------------------------------------


@asn1.sequence
class FileAndHash:
    """RFC 9286 section 4.2."""

    file: IA5String
    hash: BitString


@asn1.sequence
class Manifest:
    """RFC 9286 section 4.2."""

    version: Annotated[int, Explicit(0), Default(0)]
    manifest_number: int
    this_update: GeneralizedTime
    next_update: GeneralizedTime
    file_hash_alg: ObjectIdentifier
    file_list: list[FileAndHash]


@asn1.sequence
class RoaIpAddress:
    """RFC 9582 section 4."""

    address: BitString
    max_length: int | None


@asn1.sequence
class RoaIpAddressFamily:
    """RFC 9582 section 4."""

    address_family: bytes
    addresses: list[RoaIpAddress]


@asn1.sequence
class RouteOriginAttestation:
    """RFC 9582 section 4."""

    version: Annotated[int, Explicit(0), Default(0)]
    as_id: int
    ip_addr_blocks: list[RoaIpAddressFamily]


@asn1.sequence
class AsProviderAttestation:
    """draft-ietf-sidrops-aspa-profile section 3; the version is 1."""

    version: Annotated[int, Explicit(0), Default(0)]
    customer_asid: int
    providers: list[int]
