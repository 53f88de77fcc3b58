"""The values of extensions in the RPKI's certificates and CRLs (RFC 5280 section 4.2, RFC 6487 section 4.8).

Most values are the same in all certificates of one CA, so what they say is remembered by their bytes.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString
from cryptography.x509 import ObjectIdentifier

from lab.rpki.objects import oids
from lab.rpki.objects.der import CONTEXT_0, SEQUENCE, URI_NAME, decode, element, is_tag
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.remembering import remembered
from lab.rpki.objects.templates import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    DistributionPoint,
    PolicyInformation,
)
from lab.rpki.uris import UriError, parse_rsync

KEY_IDENTIFIER_SIZE: Final = 20


@asn1.sequence
class _DistributionPoints:
    points: list[DistributionPoint]


@asn1.sequence
class _Policies:
    policies: list[PolicyInformation]


@asn1.sequence
class _Purposes:
    purposes: list[ObjectIdentifier]


@asn1.sequence
class _GeneralNames:
    names: list[TLV]


@remembered
def basic_constraints(value: bytes) -> BasicConstraints:
    """RFC 5280 section 4.2.1.9. Raises ObjectError."""
    return decode(BasicConstraints, value, "the basic constraints")


@remembered
def key_usage(value: bytes) -> tuple[bytes, int]:
    """The bits and how many pad them (RFC 5280 section 4.2.1.3). Raises ObjectError."""
    bits = decode(BitString, value, "the key usage")
    return bits.as_bytes(), bits.padding_bits()


def subject_key_identifier(value: bytes) -> bytes:
    """RFC 6487 section 4.8.2. Raises ObjectError."""
    return _key_identifier(decode(bytes, value, "the subject key identifier"), "ski", "4.8.2")


@remembered
def authority_key_identifier(value: bytes) -> bytes:
    """RFC 6487 section 4.8.3. Raises ObjectError."""
    identifier = decode(AuthorityKeyIdentifier, value, "the authority key identifier").key_identifier
    return _key_identifier(identifier or b"", "aki", "4.8.3")


def _key_identifier(identifier: bytes, check: str, section: str) -> bytes:
    if len(identifier) != KEY_IDENTIFIER_SIZE:
        raise ObjectError(
            check,
            f"the key identifier has {len(identifier)} octets, not {KEY_IDENTIFIER_SIZE}",
            f"RFC 6487 section {section}",
        )
    return identifier


@remembered
def key_purposes(value: bytes) -> tuple[ObjectIdentifier, ...]:
    """What an extended key usage allows (RFC 5280 section 4.2.1.12). Raises ObjectError."""
    return tuple(decode(_Purposes, element(SEQUENCE, value), "the extended key usage").purposes)


@remembered
def check_policies(value: bytes) -> None:
    """Whether the one policy is the RPKI's (RFC 6487 section 4.8.9, RFC 7318). Raises ObjectError."""
    policies = decode(_Policies, element(SEQUENCE, value), "the certificate policies").policies
    if [policy.policy_identifier for policy in policies] != [oids.POLICY_IP_ADDR_ASN]:
        names = ", ".join(policy.policy_identifier.dotted_string for policy in policies) or "none"
        raise ObjectError(
            "policy",
            f"the policy is not {oids.POLICY_IP_ADDR_ASN.dotted_string} but {names}",
            "RFC 6487 section 4.8.9",
        )
    qualifiers = policies[0].policy_qualifiers or []
    if len(qualifiers) > 1 or any(
        qualifier.policy_qualifier_id != oids.POLICY_QUALIFIER_CPS for qualifier in qualifiers
    ):
        raise ObjectError(
            "policy", "the policy is qualified by more than one CPS pointer", "RFC 7318 section 2"
        )


@remembered
def distribution_point(value: bytes) -> str:
    """The rsync URI of the CRL (RFC 6487 section 4.8.6). Raises ObjectError."""
    points = decode(_DistributionPoints, element(SEQUENCE, value), "the CRL distribution points").points
    if len(points) != 1:
        raise _crl_error(f"has {len(points)} distribution points, not 1")
    full_name = points[0].distribution_point
    if not is_tag(full_name, CONTEXT_0):
        raise _crl_error("does not have a full name")
    wrapped = element(SEQUENCE, element(SEQUENCE, bytes(full_name.data)))
    names = decode(_GeneralNames, wrapped, "the CRL distribution points").names
    for name in names:
        if is_tag(name, URI_NAME) and is_rsync(uri := uri_of(name)):
            return uri
    raise _crl_error("has no rsync URI")


def _crl_error(message: str) -> ObjectError:
    return ObjectError("crldp", f"the CRL distribution points extension {message}", "RFC 6487 section 4.8.6")


def is_rsync(uri: str) -> bool:
    """Whether a URI is an rsync URI that the lab uses."""
    try:
        parse_rsync(uri)
    except UriError:
        return False
    return True


def uri_of(name: TLV) -> str:
    """Octets that are no ASCII become letters that no URI has, for whoever looks at it to refuse."""
    return bytes(name.data).decode("latin-1")
