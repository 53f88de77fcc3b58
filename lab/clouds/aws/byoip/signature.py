"""The signature under an authorization message: its alphabet, and whether a published key made it.

`openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1 -sign key | openssl base64 |
tr -- '+=/' '-_~'`: RSA-PSS (RFC 8017 section 8.1) with SHA-256 and a salt of 32 bytes, in Amazon's alphabet.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SALT_LENGTH: Final = 32
TO_BASE64: Final = str.maketrans("-_~", "+=/")
"""From AWS's alphabet back to that of base64."""
_FROM_BASE64: Final = str.maketrans("+=/", "-_~")
_SHA256: Final = hashes.SHA256()
_SHA1: Final = hashes.SHA1()  # noqa: S303  only to tell people that they used it
_PSS: Final = PSS(MGF1(_SHA256), PSS.DIGEST_LENGTH)
_ANY_SALT: Final = PSS(MGF1(_SHA256), PSS.AUTO)
_WITH_SHA1: Final = (PKCS1v15(), PSS(MGF1(_SHA1), PSS.AUTO))


class SignatureError(ValueError):
    """Why a signature does not count, as text for people."""


def encode(signature: bytes) -> str:
    """The signature as AWS wants it: base64 on one line, with `-_~` for `+=/`."""
    return base64.b64encode(signature).decode("ascii").translate(_FROM_BASE64)


def decode(text: str) -> bytes:
    """The bytes of a signature that is written in AWS's alphabet. Raises SignatureError."""
    if not text:
        raise SignatureError("it is empty")
    if re.search(r"\s", text):
        raise SignatureError('it contains white space or line breaks; tr -d "\\n" removes them')
    if re.search("[+/=]", text):
        raise SignatureError("it is in the plain base64 alphabet; translate it with tr -- '+=/' '-_~'")
    if strange := re.search(r"[^A-Za-z0-9\-_~]", text):
        raise SignatureError(f"it contains {strange[0]!r}; expected base64 with '-_~' for '+=/'")
    if "_" in text.rstrip("_"):
        raise SignatureError(
            "it has '_' in the middle, where '_' stands for the '=' at the end: this is another URL-safe "
            "base64; translate plain base64 with tr -- '+=/' '-_~'"
        )
    try:
        return base64.b64decode(text.translate(TO_BASE64), validate=True)
    except binascii.Error:
        raise SignatureError(
            f"its {len(text)} characters are no complete base64: it seems to be cut off"
        ) from None


def check(message: str, signature: bytes, keys: Sequence[RSAPublicKey]) -> None:
    """Raises SignatureError unless one of `keys` made `signature` over exactly `message`."""
    text = message.encode()
    if any(_verifies(key, signature, text, _PSS) for key in keys):
        return
    reasons = [reason for key in keys if (reason := _near_miss(key, signature, text))]
    sizes = sorted({key.key_size // 8 for key in keys})
    if not reasons and len(signature) not in sizes:
        expected = " or ".join(str(size) for size in sizes)
        reasons = [f"it has {len(signature)} bytes; a signature by the published key has {expected}"]
    raise SignatureError(reasons[0] if reasons else "it was made by another key than the published one")


def _near_miss(key: RSAPublicKey, signature: bytes, text: bytes) -> str | None:
    """What else than the required signature this is, if the key made it; None if it did not."""
    if _verifies(key, signature, text, PKCS1v15()):
        return "it has PKCS #1 v1.5 padding; sign with -sigopt rsa_padding_mode:pss"
    if any(_verifies(key, signature, text, padding, _SHA1) for padding in _WITH_SHA1):
        return "it is over a digest of SHA-1; sign with -sha256"
    salt = _salt_length(key, signature)
    if salt is None:
        return None
    if _verifies(key, signature, text, _ANY_SALT):
        return (
            f"it has a salt of {salt} bytes, expected {SALT_LENGTH}, the length of the digest; sign with "
            "-sigopt rsa_pss_saltlen:-1"
        )
    if _verifies(key, signature, text + b"\n", _ANY_SALT):
        return "it was made over the message and a line break; give the message with echo -n"
    return "it was made by the published key, but over another message than the one sent"


def _verifies(
    key: RSAPublicKey,
    signature: bytes,
    text: bytes,
    padding: AsymmetricPadding,
    digest: hashes.HashAlgorithm = _SHA256,
) -> bool:
    try:
        key.verify(signature, text, padding, digest)
    except InvalidSignature:
        return False
    return True


def _salt_length(key: RSAPublicKey, signature: bytes) -> int | None:
    """How long the salt in a PSS signature is, whatever was signed; None if `key` did not make it.

    RFC 8017 section 9.1.2, steps 4 to 10: only the right key uncovers zeros up to a one before the salt.
    """
    numbers = key.public_numbers()
    bits = key.key_size - 1
    size = (bits + 7) // 8
    encoded = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n)
    if encoded >> bits or encoded & 0xFF != 0xBC:
        return None
    octets = encoded.to_bytes(size, "big")
    masked, digest = octets[: -SALT_LENGTH - 1], octets[-SALT_LENGTH - 1 : -1]
    block = int.from_bytes(masked, "big") ^ int.from_bytes(_mask(digest, len(masked)), "big")
    block &= (1 << (8 * len(masked) - (8 * size - bits))) - 1
    padded = block.to_bytes(len(masked), "big").lstrip(b"\0")
    return len(padded) - 1 if padded[:1] == b"\1" else None


def _mask(seed: bytes, length: int) -> bytes:
    """MGF1 with SHA-256 (RFC 8017 appendix B.2.1)."""
    blocks = (
        hashlib.sha256(seed + counter.to_bytes(4, "big")).digest() for counter in range(-(-length // 32))
    )
    return b"".join(blocks)[:length]
