"""RSA signatures and key identifiers, the RPKI's only algorithms (RFC 7935)."""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from lab.rpki.objects import oids
from lab.rpki.objects.der import decode
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.remembering import remembered
from lab.rpki.objects.templates import AlgorithmIdentifier, SignedStructure, SubjectPublicKeyInfo

KEY_BITS: Final = 2048
PUBLIC_EXPONENT: Final = 65537
_PADDING: Final = PKCS1v15()
_HASH: Final = SHA256()
_RFC: Final = "RFC 7935 section 3"


@remembered
def public_key(spki: bytes) -> RSAPublicKey:
    """The key of a SubjectPublicKeyInfo in DER. Raises ObjectError unless RSA, 2048 bits, exponent 65537."""
    info = decode(SubjectPublicKeyInfo, spki, "the public key")
    if info.algorithm.algorithm != oids.RSA_ENCRYPTION:
        raise ObjectError(
            "key", f"the public key's algorithm is {info.algorithm.algorithm.dotted_string}", _RFC
        )
    if info.algorithm.parameters is None:
        raise ObjectError(
            "key", "the public key's algorithm has no NULL parameters", "RFC 3279 section 2.3.1"
        )
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ObjectError("key", f"the public key cannot be read: {error}", _RFC) from None
    if not isinstance(key, RSAPublicKey):
        raise ObjectError("key", "the public key is not an RSA key", _RFC)
    exponent = key.public_numbers().e
    if key.key_size != KEY_BITS or exponent != PUBLIC_EXPONENT:
        raise ObjectError(
            "key",
            f"the public key has {key.key_size} bits and exponent {number_text(exponent)}, "
            f"not {KEY_BITS} and {PUBLIC_EXPONENT}",
            _RFC,
        )
    return key


@remembered
def key_identifier(spki: bytes) -> bytes:
    """The SHA-1 hash of the key's bits (RFC 6487 section 4.8.2). Raises ObjectError."""
    bits = decode(SubjectPublicKeyInfo, spki, "the public key").subject_public_key
    return hashlib.sha1(bits.as_bytes(), usedforsecurity=False).digest()


def check_algorithms(signed: SignedStructure, inner: AlgorithmIdentifier, what: str, rfc: str) -> None:
    """Whether a certificate or CRL says outside and inside that it is signed with sha256WithRSAEncryption.

    Raises ObjectError, which calls it `what`; `rfc` is where it is said that both are the same.
    """
    outer = signed.signature_algorithm
    for algorithm in (outer.algorithm, inner.algorithm):
        if algorithm != oids.SHA256_WITH_RSA:
            raise ObjectError(
                "algorithm",
                f"{what} is signed with {algorithm.dotted_string}, not sha256WithRSAEncryption",
                "RFC 7935 section 2",
            )
    if outer.parameters != inner.parameters:
        raise ObjectError("algorithm", f"the two signature algorithms of {what} differ", rfc)


def verify(spki: bytes, data: bytes, signature: bytes, check: str, what: str, rfc: str) -> None:
    """Hold a signature over `data` against a key. Raises ObjectError, which calls what is signed `what`."""
    try:
        public_key(spki).verify(signature, data, _PADDING, _HASH)
    except InvalidSignature:
        raise ObjectError(check, f"the signature of {what} is not by its issuer's key", rfc) from None
