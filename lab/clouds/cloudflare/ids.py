"""Identifiers, shaped as Cloudflare shapes them."""

from __future__ import annotations

import random
import uuid


class Ids:
    """Makes identifiers of 32 hexadecimal digits, and UUIDs; a seeded `source` makes the same ones again."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def new(self) -> str:
        """An identifier such as `72823e95d6c64d48a8111fec81179816`."""
        return f"{self._source.getrandbits(128):032x}"

    def uuid(self) -> str:
        """A random UUID (RFC 9562 version 4), as ownership tokens are."""
        return str(uuid.UUID(int=self._source.getrandbits(128), version=4))
