"""RSA key pairs, drawn from a pool, because making one costs as much as two hundred signatures.

The pool is kept in the user's cache directory and used again by the next lab: these keys guard nothing
outside a lab. Still they are files that only their user reads and writes; others are not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from lab.rpki.objects.remembering import remembered
from lab.rpki.objects.signature import KEY_BITS, PUBLIC_EXPONENT, key_identifier

_PADDING: Final = PKCS1v15()
_HASH: Final = SHA256()
_MAX_FILE: Final = 8192


class KeyPair:
    """An RSA key pair as RFC 7935 wants it, unless `private` is of another size, which tests may want."""

    def __init__(self, private: rsa.RSAPrivateKey) -> None:
        self._private = private
        # Labs that are made again sign the same again, and such a signature of the same data is the same.
        self._signature = remembered(lambda data: private.sign(data, _PADDING, _HASH))

    @classmethod
    def generate(cls) -> KeyPair:
        """A new one."""
        return cls(rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS))

    @cached_property
    def spki(self) -> bytes:
        """The public key as SubjectPublicKeyInfo in DER."""
        return self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def identifier(self) -> bytes:
        """The SHA-1 hash of the public key's bits (RFC 6487 section 4.8.2)."""
        return key_identifier(self.spki)

    def sign(self, data: bytes) -> bytes:
        """The RSASSA-PKCS1-v1_5 signature with SHA-256."""
        return self._signature(data)

    def to_pem(self) -> bytes:
        """The private key, not encrypted."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class KeyPool:
    """Key pairs by number: the same number is the same key, so that a lab is the same each time it is made.

    `directory` is where they are kept, None for memory only. A directory that cannot be written is used as
    far as it can be read. Several processes and threads may use one pool.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._keys: dict[int, KeyPair] = {}
        self._lock = threading.Lock()

    def key(self, number: int) -> KeyPair:
        """Key pair `number`, made if nobody has asked for it before."""
        with self._lock:
            if number not in self._keys:
                self._keys[number] = self._load_or_make(number)
            return self._keys[number]

    def keys(self) -> Iterator[KeyPair]:
        """All key pairs, from the first one on: endless."""
        number = 0
        while True:
            yield self.key(number)
            number += 1

    def _load_or_make(self, number: int) -> KeyPair:
        if self._directory is None:
            return KeyPair.generate()
        path = self._directory / f"{number:05}.pem"
        with contextlib.suppress(OSError):
            private_directory(self._directory)
        found = _load(path)
        if found is not None:
            return found
        made = KeyPair.generate()
        with contextlib.suppress(OSError):
            return _keep(made, path)
        return made


def user_key_pool() -> KeyPool:
    """The pool in the user's cache directory; one and the same in the whole process."""
    return _POOLS.setdefault(_user_directory(), KeyPool(_user_directory()))


_POOLS: Final[dict[Path | None, KeyPool]] = {}


def _user_directory() -> Path | None:
    cache = user_cache_directory()
    return None if cache is None else cache / "rpki-keys"


def user_cache_directory() -> Path | None:
    """Where a user's labs keep what the next one can use again; None without a home directory."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():  # to be ignored, as the XDG base directory specification says
        try:
            cache = Path.home() / ".cache"
        except RuntimeError:  # no home directory at all
            return None
    return cache / "byoip-lab"


def private_directory(directory: Path) -> None:
    """Make sure that there is this directory, and that only its user gets in. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)


def _load(path: Path) -> KeyPair | None:
    """The key pair in a file, None where there is none, none as it was written, or one that others could have
    read or written."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            if not _is_private(os.fstat(stream.fileno())):
                return None
            content = stream.read(_MAX_FILE)
        first, _, pem = content.partition(b"\n")
        if first != _fingerprint(pem):
            return None
        # The checks skipped take 30 ms. The fingerprint shows damage, and only this user can have written
        # the file.
        private = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    except (OSError, ValueError, TypeError):
        return None
    return KeyPair(private) if isinstance(private, rsa.RSAPrivateKey) else None


def _is_private(status: os.stat_result) -> bool:
    others = stat.S_IRWXG | stat.S_IRWXO
    return status.st_uid == os.geteuid() and not status.st_mode & others


def _keep(made: KeyPair, path: Path) -> KeyPair:
    """Write a key pair and return the one that is kept: another process may have been first. Raises
    OSError."""
    pem = made.to_pem()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(_fingerprint(pem) + b"\n" + pem)
        try:
            os.link(temporary, path)  # atomic, and fails if there is one
        except FileExistsError:
            first = _load(path)
            if first is not None:
                return first
            temporary.replace(path)  # what is there cannot be used
        return made
    finally:
        temporary.unlink(missing_ok=True)


def _fingerprint(pem: bytes) -> bytes:
    return b"sha256 " + hashlib.sha256(pem).hexdigest().encode()
