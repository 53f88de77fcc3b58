"""Where a validator reads from: the protocol, and the two sources that need no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lab.rpki.fetching.layout_tree import LayoutTree
from lab.rpki.uris import HTTPS_PORT, UriError, parse_https, parse_rsync, shown


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How bringing a publication point up to date went.

    `via` is "rrdp", "rsync", "memory" or "directory"; `changed` is False only when nothing can have changed
    since the run before; `error` is one sentence about what failed. It may be set although `ok`, when rsync
    stood in for RRDP.
    """

    ok: bool
    via: str
    changed: bool
    error: str = ""


class Source(Protocol):
    """The files of the RPKI by their rsync URIs. A failed refresh leaves what was fetched last; for a trust
    anchor, what was verified last is for the validator to keep.

    Read a publication point right after refreshing it: two CAs may name the same repository with different
    notification URIs, and what is read is what the last refresh named. Not thread-safe.
    """

    def begin(self) -> None:
        """A new validation run starts: everything may be refreshed again."""

    def refresh(self, ca_repository: str, notification: str | None) -> Refreshed:
        """Bring the files below the directory URI `ca_repository` up to date.

        At most once per server and run; what it found is the answer for the rest of the run. RRDP comes first
        when there is a notification URI and RRDP is enabled, rsync when it fails.
        """

    def read(self, uri: str, limit: int) -> bytes | None:
        """A file by its rsync URI. None when it is absent or larger than `limit` bytes."""

    def list(self, directory: str) -> tuple[str, ...]:
        """Names of the files directly in the directory URI, sorted."""

    def trust_anchor(self, uris: Sequence[str], limit: int) -> bytes | None:
        """A trust anchor's certificate, from the first of a TAL's URIs (https or rsync) that has it.

        None when none has one of at most `limit` bytes.
        """

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        """A cheap identity of a file's present content, equal while it is unchanged. None when absent."""


class MemorySource:
    """A source in memory: what each host publishes, and what was fetched from it at the last refresh."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.unreachable: set[str] = set()
        """Hosts that do not answer: what was fetched from them before stays."""
        self._published: dict[str, dict[str, bytes]] = {}
        self._fetched: dict[str, dict[str, tuple[int, bytes]]] = {}
        self._refreshed: dict[str, Refreshed] = {}
        self._counter = 0
        by_host: dict[str, dict[str, bytes]] = {}
        for uri, content in (files or {}).items():
            by_host.setdefault(_host(uri), {})[uri] = content
        for host, content_of_host in by_host.items():
            self.publish(host, content_of_host)

    def publish(self, host: str, files: Mapping[str, bytes]) -> None:
        """Let `host` publish exactly `files`, by URI. Raises UriError if one is not that host's."""
        for uri in files:
            if _host(uri) != host.lower():
                raise UriError(f"{uri!a} is not a URI of {host}")
        self._published[host.lower()] = dict(files)

    def begin(self) -> None:
        self._refreshed.clear()

    def refresh(self, ca_repository: str, notification: str | None) -> Refreshed:
        try:
            host = _host(ca_repository)
        except UriError as error:
            return Refreshed(False, "memory", False, str(error))
        if host not in self._refreshed:
            self._refreshed[host] = self._fetch(host)
        return self._refreshed[host]

    def read(self, uri: str, limit: int) -> bytes | None:
        found = self._find(uri)
        return found[1] if found is not None and len(found[1]) <= limit else None

    def list(self, directory: str) -> tuple[str, ...]:
        base = directory.rstrip("/") + "/"
        files: Iterable[str] = self._fetched.get(_host_or_empty(directory), {})
        names = (uri[len(base) :] for uri in files if uri.startswith(base))
        return tuple(sorted(name for name in names if name and "/" not in name))

    def trust_anchor(self, uris: Sequence[str], limit: int) -> bytes | None:
        for uri in uris:
            self.refresh(uri, None)
            if (content := self.read(uri, limit)) is not None:
                return content
        return None

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        found = self._find(uri)
        return None if found is None else (found[0],)

    def _find(self, uri: str) -> tuple[int, bytes] | None:
        return self._fetched.get(_host_or_empty(uri), {}).get(uri)

    def _fetch(self, host: str) -> Refreshed:
        if host in self.unreachable or host not in self._published:
            return Refreshed(False, "memory", False, f"{host} does not answer")
        old, new = self._fetched.get(host, {}), self._published[host]
        fetched: dict[str, tuple[int, bytes]] = {}
        changed = len(old) != len(new)
        for uri, content in new.items():
            before = old.get(uri)
            if before is None or before[1] != content:
                self._counter += 1
                before, changed = (self._counter, content), True
            fetched[uri] = before
        self._fetched[host] = fetched
        return Refreshed(True, "memory", changed)


class DirectorySource:
    """A tree on disk, <root>/<host>/<module>/<path>, as rsync caches lay it out. Nothing is fetched.

    A trust anchor with an https URI is looked for at <root>/<host>/<path>. Symbolic links count only for
    directories that stay below the root.
    """

    def __init__(self, root: Path) -> None:
        self._tree = LayoutTree(root)

    def begin(self) -> None:
        self._tree.forget()

    def refresh(self, ca_repository: str, notification: str | None) -> Refreshed:
        if self._tree.directory(ca_repository) is None:
            return Refreshed(False, "directory", False, f"{self._tree.root} holds no {shown(ca_repository)}")
        return Refreshed(True, "directory", True)

    def read(self, uri: str, limit: int) -> bytes | None:
        return self._tree.read(uri, limit)

    def list(self, directory: str) -> tuple[str, ...]:
        return self._tree.names(directory)

    def trust_anchor(self, uris: Sequence[str], limit: int) -> bytes | None:
        layout = (uri.replace("https://", "rsync://", 1) for uri in uris)
        return next((content for uri in layout if (content := self.read(uri, limit)) is not None), None)

    def stamp(self, uri: str) -> tuple[int, ...] | None:
        return self._tree.stamp(uri)


def _host(uri: str) -> str:
    """The host (and port) a URI of either scheme names. Raises UriError."""
    if uri.startswith("https://"):
        parsed = parse_https(uri)
        return parsed.host if parsed.port == HTTPS_PORT else f"{parsed.host}:{parsed.port}"
    return parse_rsync(uri).authority


def _host_or_empty(uri: str) -> str:
    try:
        return _host(uri)
    except UriError:
        return ""
