"""What a relying party keeps between runs: the last good version of each publication point, and trust
anchors."""

from __future__ import annotations

from lab.rpki.validation.versions import PointVersion


class Store:
    """In memory. `complaints` are what was wrong with it, as text for people; what is wrong is treated as
    lost."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._points: dict[str, PointVersion] = {}
        self._anchors: dict[str, bytes] = {}

    def point(self, key: str) -> PointVersion | None:
        """The version that was good last, if there was one."""
        return self._points.get(key)

    def keep_point(self, key: str, version: PointVersion) -> None:
        """Remember a good version."""
        self._points[key] = version

    def anchor(self, key: str) -> bytes | None:
        """The trust anchor's certificate that was good last, in DER."""
        return self._anchors.get(key)

    def keep_anchor(self, key: str, certificate: bytes) -> None:
        """Remember a trust anchor's certificate."""
        self._anchors[key] = certificate

    def finish(self, now: int) -> None:
        """A run is over: forget what no run can use any more."""
        stale = [key for key, version in self._points.items() if version.times.expires + KEPT < now]
        for key in stale:
            del self._points[key]


KEPT = 30 * 86400
"""Seconds for which a version that is no longer current is kept: its manifest number still says what is
older."""
