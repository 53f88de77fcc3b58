"""The self-signed certificate in the RDAP remarks of a range: found however it is wrapped, and judged.

EC2 User Guide, "Create a self-signed X509 certificate". Its key verifies the authorization message.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lab.registry.records import Remark

SMALLEST_KEY: Final = 2048
_BEGIN: Final = "-----BEGINCERTIFICATE-----"
_END: Final = "-----ENDCERTIFICATE-----"
_COMPLETE: Final = re.compile(f"{_BEGIN}([A-Za-z0-9+/=]*){_END}")
_OTHER: Final = re.compile(r"-----BEGIN(?!CERTIFICATE-)([A-Z0-9]+?)-----")
_BARE: Final = re.compile(r"MII[A-Za-z0-9+/]{200}")
_KINDS: Final = {
    "CERTIFICATEREQUEST": "a certificate request; openssl req needs -x509",
    "PUBLICKEY": "a public key alone; a self-signed certificate is needed",
    "PRIVATEKEY": "a PRIVATE KEY: it is known to everybody now; throw it away and begin with a new one",
}


@dataclass(frozen=True, slots=True)
class Published:
    """What some remarks hold: the keys of usable certificates, and what is wrong with the others."""

    keys: tuple[RSAPublicKey, ...] = ()
    faults: tuple[str, ...] = ()


def published(remarks: Iterable[Remark], now: float) -> Published:
    """The certificates in `remarks`, as of `now` (UNIX seconds).

    White space does not count, so one certificate may be one line, wrapped anywhere, or in several remarks.
    """
    text = "".join("".join(line for line in remark.lines) for remark in remarks)
    text = re.sub(r"\s", "", text)
    keys: list[RSAPublicKey] = []
    faults: list[str] = []
    for body in _COMPLETE.findall(text):
        try:
            keys.append(_key(body, now))
        except ValueError as error:
            faults.append(str(error))
    return Published(tuple(keys), (*faults, *_incomplete(_COMPLETE.sub("", text))))


def _key(body: str, now: float) -> RSAPublicKey:
    """The key of one certificate. Raises ValueError, with the reason for people."""
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(body, validate=True))
        key = certificate.public_key()
    except (ValueError, binascii.Error, UnsupportedAlgorithm, x509.InvalidVersion):
        raise ValueError(
            f"the {len(body)} characters between the markers are no X.509 certificate in base64"
        ) from None
    moment = datetime.fromtimestamp(now, UTC)
    if moment > certificate.not_valid_after_utc:
        expired = certificate.not_valid_after_utc
        raise ValueError(f"the certificate expired on {expired:%Y-%m-%d}; today is {moment:%Y-%m-%d}")
    if moment < certificate.not_valid_before_utc:
        raise ValueError(
            f"the certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M:%S} on; "
            f"now it is {moment:%Y-%m-%d %H:%M:%S}"
        )
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the certificate's key is not RSA; openssl genrsa makes one that is")
    if key.key_size < SMALLEST_KEY:
        raise ValueError(
            f"the certificate's RSA key has {key.key_size} bits, expected {SMALLEST_KEY} or more"
        )
    return key


def _incomplete(rest: str) -> list[str]:
    """What is wrong with what is left when all complete certificates are taken out."""
    faults = [
        f"there is {_KINDS.get(label.removeprefix('RSA'), f'a block of another kind, {label}')}"
        for label in _OTHER.findall(rest)
    ]
    if _BEGIN in rest and _END in rest:
        faults.append("what is between the markers of a certificate is not base64")
    elif _BEGIN in rest:
        faults.append("a certificate is cut off: -----END CERTIFICATE----- is missing")
    elif _END in rest:
        faults.append("-----BEGIN CERTIFICATE----- is missing before a certificate")
    elif not faults and _BARE.search(rest):
        faults.append("there is a certificate without its BEGIN and END CERTIFICATE markers")
    return faults
