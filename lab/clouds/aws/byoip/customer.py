"""The customer's side: what openssl makes of AWS's instructions, and the mistakes that people make with it.

EC2 User Guide, "Create a self-signed X509 certificate" and "Create a signed authorization message".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.x509.oid import NameOID

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip import signature
from lab.clouds.aws.byoip.authorization import Authorization
from lab.topology.cloud_vocabulary import SigningMistake

VALID_DAYS: Final = 365
_BASE64_WIDTH: Final = 64
_DEFAULT_NAME: Final = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "AU"),
        x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Some-State"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Internet Widgits Pty Ltd"),
    ]
)
"""What openssl req enters where the questions are answered with Return."""


def message(account: str, prefix: Prefix, expires: date) -> str:
    """The text that lets `account` bring `prefix` until the end of the day `expires`."""
    return f"1|aws|{account}|{prefix}|{expires:%Y%m%d}|SHA256|RSAPSS"


@cache
def _key(name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with an RSA key pair of `bits`, which is kept for as long as the process lives, by name."""

    name: str
    bits: int = 2048

    def certificate(
        self, now: float, *, days: float = VALID_DAYS, starts_in_days: float = 0, width: int | None = None
    ) -> str:
        """The self-signed certificate in PEM, valid from `now` (UNIX seconds) plus `starts_in_days` on, for
        `days`. It is one line, as `tr -d "\\n"` leaves it, or wrapped at `width` characters.
        """
        key = _key(self.name, self.bits)
        start = datetime.fromtimestamp(now, UTC).replace(microsecond=0) + timedelta(days=starts_in_days)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_DEFAULT_NAME)
            .issuer_name(_DEFAULT_NAME)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        line = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii").replace("\n", "")
        return line if width is None else _wrapped(line, width)

    def sign(self, text: str, mistake: SigningMistake | None = None) -> Authorization:
        """The message `text`, signed as AWS wants it except for `mistake`."""
        encoded = signature.encode(self._signed(text.encode(), mistake))
        if mistake is SigningMistake.PLAIN_BASE64:
            encoded = encoded.translate(signature.TO_BASE64)
        if mistake is SigningMistake.WRAPPED:
            encoded = _wrapped(encoded, _BASE64_WIDTH)
        return Authorization(text, encoded)

    def authorization(self, account: str, prefix: Prefix, now: float) -> Authorization:
        """The signed message that lets `account` bring `prefix` for a year from `now` (UNIX seconds) on."""
        expires = datetime.fromtimestamp(now, UTC).date() + timedelta(days=VALID_DAYS)
        return self.sign(message(account, prefix, expires))

    def _signed(self, text: bytes, mistake: SigningMistake | None) -> bytes:
        key = _key(self.name, self.bits)
        digest = hashes.SHA1() if mistake is SigningMistake.SHA1 else hashes.SHA256()  # noqa: S303
        if mistake is SigningMistake.PKCS1:
            return key.sign(text, PKCS1v15(), digest)
        salt = PSS.MAX_LENGTH if mistake is SigningMistake.LONG_SALT else PSS.DIGEST_LENGTH
        return key.sign(text, PSS(MGF1(digest), salt), digest)


def _wrapped(line: str, width: int) -> str:
    return "\n".join(line[start : start + width] for start in range(0, len(line), width))
