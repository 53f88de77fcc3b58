"""The CMS envelope of signed objects (RFC 6488), with a signing-time and no binary one (RFC 9589)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from lab.rpki.issuing.encoding import RSA_ENCRYPTION, SHA256, x509_time
from lab.rpki.issuing.keys import KeyPair
from lab.rpki.objects import oids
from lab.rpki.objects.der import CONTEXT_0, INTEGER, OCTET_STRING, SEQUENCE, SET, element
from lab.rpki.objects.templates import AlgorithmIdentifier

_SUBJECT_KEY_IDENTIFIER: Final = 0x80
"""[0] IMPLICIT of a signer identifier (RFC 5652 section 5.3)."""
_VERSION_3: Final = element(INTEGER, b"\x03")


def sign_content(
    content_type: ObjectIdentifier, content: bytes, ee_certificate: bytes, ee_key: KeyPair, signing_time: int
) -> bytes:
    """The signed object that carries `content`, signed by the key of its EE certificate, which is DER.

    `signing_time` is UNIX seconds.
    """
    attributes = signed_attributes(content_type, content, signing_time)
    return envelope(content_type, content, [ee_certificate], signer_info(attributes, ee_key))


def signed_attributes(content_type: ObjectIdentifier, content: bytes, signing_time: int) -> list[bytes]:
    """The three attributes in DER that RFC 6488 section 2.1.6.4 and RFC 9589 section 4 ask for."""
    digest = element(OCTET_STRING, hashlib.sha256(content).digest())
    return [
        attribute(oids.CONTENT_TYPE, asn1.encode_der(content_type)),
        attribute(oids.MESSAGE_DIGEST, digest),
        attribute(oids.SIGNING_TIME, asn1.encode_der(x509_time(signing_time))),
    ]


def attribute(oid: ObjectIdentifier, value: bytes) -> bytes:
    """An attribute in DER with one value, which is DER too."""
    return element(SEQUENCE, asn1.encode_der(oid) + element(SET, value))


def signer_info(
    attributes: Iterable[bytes], key: KeyPair, algorithm: AlgorithmIdentifier = RSA_ENCRYPTION
) -> bytes:
    """The signature over attributes in DER, by `key` (RFC 5652 sections 5.3 and 5.4)."""
    ordered = b"".join(sorted(attributes))
    return element(
        SEQUENCE,
        _VERSION_3
        + element(_SUBJECT_KEY_IDENTIFIER, key.identifier)
        + _SHA256
        + element(CONTEXT_0, ordered)
        + asn1.encode_der(algorithm)
        + element(OCTET_STRING, key.sign(element(SET, ordered))),
    )


def envelope(
    content_type: ObjectIdentifier, content: bytes, certificates: Iterable[bytes], signer_infos: bytes
) -> bytes:
    """The ContentInfo around content, certificates and signer infos in DER (RFC 5652 sections 3 and 5.1)."""
    carried = element(
        SEQUENCE, asn1.encode_der(content_type) + element(CONTEXT_0, element(OCTET_STRING, content))
    )
    signed_data = element(
        SEQUENCE,
        _VERSION_3
        + element(SET, _SHA256)
        + carried
        + element(CONTEXT_0, b"".join(certificates))
        + element(SET, signer_infos),
    )
    return element(SEQUENCE, asn1.encode_der(oids.SIGNED_DATA) + element(CONTEXT_0, signed_data))


_SHA256: Final = asn1.encode_der(SHA256)
