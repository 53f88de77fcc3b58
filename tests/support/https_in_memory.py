"""An HTTPS client without a network: the files of an RRDP publisher are its Internet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lab.rpki.fetching.https_client import Answer
from lab.rpki.fetching.limits import Deadline, FetchError
from lab.rpki.uris import HttpsUri


class HttpsInMemory:
    """Serves `files`, by path below `base`, and remembers what was asked for."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    def serve(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    @contextmanager
    def get(self, uri: HttpsUri, limit: int, deadline: Deadline, etag: str = "") -> Iterator[Answer]:
        path = str(uri).removeprefix(self.base)
        self.asked.append(path)
        if path not in self.files:
            raise FetchError(f"{uri}: the server answered 404 Not Found")
        content = self.files[path]
        new = hashlib.sha256(content).hexdigest()
        if etag == new:
            yield Answer(True, etag, iter(()))
        else:
            yield Answer(False, new, iter([content[:100], content[100:]]))
