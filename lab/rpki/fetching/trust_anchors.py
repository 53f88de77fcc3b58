"""Fetching the certificates of trust anchors by the URIs of their TALs (RFC 8630 section 2.3)."""

from __future__ import annotations

from collections.abc import Sequence

from lab.rpki.fetching.https_client import HttpsClient
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.rsync_cache import RsyncCache
from lab.rpki.uris import UriError, parse_https, parse_rsync_file


class TrustAnchors:
    """Asks the URIs of a TAL in order. Nothing is kept: nobody has verified the answer yet."""

    def __init__(self, https: HttpsClient, rsync: RsyncCache, limits: FetchLimits) -> None:
        self._https = https
        self._rsync = rsync
        self._limits = limits

    def fetch(self, uris: Sequence[str], limit: int) -> tuple[bytes | None, list[str]]:
        """What the first server that answers has, None if none has anything of at most `limit` bytes; and
        what went wrong, one sentence for each URI that was of no use."""
        problems: list[str] = []
        for uri in uris:
            try:
                return self._one(uri, limit), problems
            except (FetchError, UriError) as error:
                problems.append(str(error))
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
