"""Manifests (RFC 9286): the list of everything a CA publishes, with hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lab.rpki.objects import oids
from lab.rpki.objects.der import decode
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.templates import Manifest as ManifestTemplate
from lab.rpki.objects.times import unix_time

HASH_SIZE: Final = 32
_NUMBER_BITS: Final = 159
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest's content. Times are UNIX seconds; `files` are names and SHA-256 hashes, in its order."""

    number: int
    this_update: int
    next_update: int
    files: tuple[tuple[str, bytes], ...]


def parse_manifest(content: bytes) -> Manifest:
    """Raises ObjectError for what RFC 9286 section 4 does not allow."""
    manifest = decode(ManifestTemplate, content, "the manifest")
    if manifest.version != 0:
        raise _error("version", f"the version is {number_text(manifest.version)}, not 0", "4.2.1")
    number = manifest.manifest_number
    if number < 0 or number.bit_length() > _NUMBER_BITS:
        raise _error("manifest-number", "the number is negative or has more than 20 octets", "4.2.1")
    if manifest.file_hash_alg != oids.SHA256:
        raise _error(
            "algorithm", f"the hashes are {manifest.file_hash_alg.dotted_string}, not SHA-256", "4.2.1"
        )
    this_update, next_update = unix_time(manifest.this_update), unix_time(manifest.next_update)
    if this_update >= next_update:
        raise _error("validity", "nextUpdate is not after thisUpdate", "4.2.1")
    files = []
    for entry in manifest.file_list:
        name = entry.file.as_str()
        if _FILE_NAME.fullmatch(name) is None:
            raise _error("file-name", f"{name[:60]!r} is not a file name", "4.2.2")
        digest = entry.hash.as_bytes()
        if len(digest) != HASH_SIZE or entry.hash.padding_bits():
            raise _error("hash", f"the hash of {name} has {len(digest)} octets, not {HASH_SIZE}", "4.2.1")
        files.append((name, digest))
    if len({name for name, _ in files}) != len(files):
        raise _error("file-name", "a file is listed twice", "4.2.1")
    return Manifest(number, this_update, next_update, tuple(files))


def _error(check: str, message: str, section: str) -> ObjectError:
    return ObjectError(check, f"the manifest: {message}", f"RFC 9286 section {section}")
