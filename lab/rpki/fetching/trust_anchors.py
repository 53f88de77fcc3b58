"""Fetching the certificates of trust anchors by the URIs of their TALs (RFC 8630 section 2.3)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from lab.rpki.fetching.https_client import HttpsClient
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.rsync_cache import RsyncCache
from lab.rpki.uris import UriError, parse_https, parse_rsync_file


class TrustAnchors:
    """Asks the URIs of a TAL in order, and keeps what the last good answer was."""

    def __init__(self, directory: Path, https: HttpsClient, rsync: RsyncCache, limits: FetchLimits) -> None:
        """Raises OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._https = https
        self._rsync = rsync
        self._limits = limits

    def fetch(self, uris: Sequence[str], limit: int) -> tuple[bytes | None, list[str]]:
        """The certificate, from its server or as it was last, None if there is none of at most `limit` bytes;
        and what went wrong, one sentence for each URI that was of no use."""
        kept = self._directory / f"{hashlib.sha256(' '.join(uris).encode()).hexdigest()}.cer"
        problems: list[str] = []
        for uri in uris:
            try:
                content = self._one(uri, limit)
                _replace(kept, content)
            except (FetchError, UriError) as error:
                problems.append(str(error))
            except OSError as error:
                problems.append(f"{uri}: the cache cannot be written: {error.strerror}")
            else:
                return content, problems
        try:
            return (kept.read_bytes() if kept.stat().st_size <= limit else None), problems
        except OSError:
            return None, problems

    def _one(self, uri: str, limit: int) -> bytes:
        if uri.startswith("https://"):
            deadline = Deadline(self._limits.server_seconds)
            with self._https.get(parse_https(uri), limit, deadline) as answer:
                return b"".join(answer.pieces)
        parse_rsync_file(uri)
        content = self._rsync.file(uri, limit)
        if content is None:
            raise FetchError(f"{uri}: has more than {limit} bytes")
        return content


def _replace(path: Path, content: bytes) -> None:
    new = path.with_suffix(f".{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
