"""The lab's own certification authority for HTTPS, and a server certificate from it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.rpki.replaced_file import replace_file

_VALID: Final = timedelta(days=397)
_RENEW_BEFORE: Final = timedelta(days=1)
_SKEW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """`ca` is the PEM file that clients trust; `server` holds certificate and key, for the server only."""

    ca: Path
    server: Path


def server_tls(directory: Path, names: Sequence[str], now: datetime | None = None) -> TlsFiles:
    """Files for a server with `names` (DNS names or addresses) in `directory`; made if missing or unfit.

    Each server certificate has a CA of its own, whose key is forgotten as soon as it has signed: who trusts
    `ca` trusts this server and nothing else. `server` is readable by its owner only. Raises OSError.
    """
    now = now or datetime.now(UTC)
    files = TlsFiles(directory / "ca.pem", directory / "server.pem")
    if _fit(files, names, now):
        return files
    directory.mkdir(parents=True, exist_ok=True)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("BGP lab CA")
    ca = _ca_certificate(issuer, ca_key, now)
    certificate = _server_certificate(issuer, ca_key, key.public_key(), names, now)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certified = certificate.public_bytes(serialization.Encoding.PEM)
    replace_file(files.server, [(certified + pem).decode("ascii")], 0o600)
    replace_file(files.ca, [ca.public_bytes(serialization.Encoding.PEM).decode("ascii")], 0o644)
    return files


def _ca_certificate(name: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    builder = _certificate(name, name, key.public_key(), now)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
    builder = builder.add_extension(_usage(certificates=True), critical=True)
    return builder.sign(key, hashes.SHA256())


def _server_certificate(
    issuer: x509.Name,
    ca_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    names: Sequence[str],
    now: datetime,
) -> x509.Certificate:
    builder = _certificate(_name("BGP lab publication server"), issuer, public_key, now)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    builder = builder.add_extension(_usage(certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
    )
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
    return builder.add_extension(alternatives, critical=False).sign(ca_key, hashes.SHA256())


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _fit(files: TlsFiles, names: Sequence[str], now: datetime) -> bool:
    """Whether the files on disk belong together, are valid for a while and name all of `names`; and whether
    nobody but the owner could read the key."""
    try:
        ca = x509.load_pem_x509_certificate(files.ca.read_bytes())
        server = files.server.read_bytes()
        certificate = x509.load_pem_x509_certificate(server)
        key = serialization.load_pem_private_key(server, None)
        private = files.server.stat().st_mode & 0o077 == 0
        certificate.verify_directly_issued_by(ca)
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (
        OSError,
        ValueError,
        TypeError,
        InvalidSignature,
        UnsupportedAlgorithm,
        x509.ExtensionNotFound,
    ):
        return False
    lasts = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - _RENEW_BEFORE
    fits = private and key.public_key() == certificate.public_key()
    return fits and lasts and {_general_name(name) for name in names} <= set(alternatives)
