"""The lab's own certificates for HTTPS."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from lab.rpki.publication.tls import TlsFiles, server_tls

NOW = datetime(2026, 1, 1, tzinfo=UTC)

KEY = b"-----BEGIN PRIVATE KEY-----"


def verify(files: TlsFiles, name: str, at: datetime = NOW) -> None:
    """Hold the server's certificate against the CA, as a client does."""
    store = Store([x509.load_pem_x509_certificate(files.ca.read_bytes())])
    verifier = PolicyBuilder().store(store).time(at).build_server_verifier(x509.DNSName(name))
    verifier.verify(x509.load_pem_x509_certificate(files.server.read_bytes()), [])


def test_the_certificate_is_good_for_its_names_under_its_ca_only(tmp_path: Path) -> None:
    files = server_tls(tmp_path / "a", ["localhost", "127.0.0.1"], NOW)
    other = server_tls(tmp_path / "b", ["localhost"], NOW)
    verify(files, "localhost")
    with pytest.raises(VerificationError):
        verify(files, "example.net")
    with pytest.raises(VerificationError):
        verify(TlsFiles(other.ca, files.server), "localhost")


def test_the_key_is_for_its_owner_only_and_the_cas_is_nowhere(tmp_path: Path) -> None:
    files = server_tls(tmp_path, ["localhost"], NOW)
    assert files.server.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"ca.pem", "server.pem"}
    assert b"PRIVATE" not in files.ca.read_bytes()
    assert files.server.read_bytes().count(b"BEGIN PRIVATE KEY") == 1


def test_files_that_are_still_good_are_kept(tmp_path: Path) -> None:
    files = server_tls(tmp_path, ["localhost", "127.0.0.1"], NOW)
    ca = files.ca.read_bytes()
    server_tls(tmp_path, ["localhost"], NOW + timedelta(days=300))
    assert files.ca.read_bytes() == ca


@pytest.mark.parametrize(
    "fault", ["expired", "other name", "other ca", "damaged", "missing", "no key", "other key", "open"]
)
def test_files_that_are_of_no_use_are_made_anew(tmp_path: Path, fault: str) -> None:
    files = server_tls(tmp_path, ["localhost"], NOW)
    name, now = "localhost", NOW
    match fault:
        case "expired":
            now += timedelta(days=397)
        case "other name":
            name = "rpki.example.net"
        case "other ca":
            files.ca.write_bytes(server_tls(tmp_path / "other", ["localhost"], NOW).ca.read_bytes())
        case "damaged":
            files.server.write_bytes(b"damaged")
        case "missing":
            files.ca.unlink()
        case "no key":
            files.server.write_bytes(files.server.read_bytes().partition(KEY)[0])
        case "other key":
            other = server_tls(tmp_path / "other", ["localhost"], NOW).server.read_bytes()
            own, _, _ = files.server.read_bytes().partition(KEY)
            files.server.write_bytes(own + KEY + other.partition(KEY)[2])
        case "open":
            files.server.chmod(0o644)
    server_tls(tmp_path, [name], now)
    verify(files, name, now)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.server)
    assert files.server.stat().st_mode & 0o777 == 0o600
