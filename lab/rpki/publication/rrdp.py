"""What an RRDP server publishes (RFC 8182): a notification file, a snapshot and deltas, as bytes by path."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from lab.rpki.uris import parse_https, parse_rsync_file

NOTIFICATION: Final = "notification.xml"
MAX_DELTAS: Final = 100
"""How many deltas a notification lists at most, beside the rule that they are no larger than the snapshot."""
KEPT_BYTES: Final = 16 * 1024 * 1024
"""How much of what no notification names any more stays, or two snapshots if that is more: for clients that
read an older notification a moment ago."""
_NAMESPACE: Final = "http://www.ripe.net/rpki/rrdp"


@dataclass(frozen=True, slots=True)
class _File:
    serial: int
    path: str
    content: bytes
    digest: str


class RrdpPublisher:
    """One RRDP session. Every change is one serial; the serials count from 1.

    The path of a snapshot or delta holds a hash of its content, so that no cache between server and client
    can answer with another version.
    """

    def __init__(self, base: str, session: uuid.UUID | None = None) -> None:
        """`base` is the https URI of the directory that is served; `session` is random if left out.

        Raises UriError if `base` cannot be used.
        """
        self.base = str(parse_https(base)).rstrip("/") + "/"
        self.session = session or uuid.uuid4()
        self.serial = 0
        self._objects: dict[str, bytes] = {}
        self._snapshot: _File | None = None
        self._deltas: list[_File] = []
        self._superseded: list[_File] = []

    @property
    def notification_uri(self) -> str:
        return self.base + NOTIFICATION

    def publish(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Make `files`, by rsync URI, the whole content. Equal content makes no new serial.

        Returns all files to serve, by path below the base. Raises UriError, with nothing changed, if a URI
        cannot be used.
        """
        for uri in files.keys() - self._objects.keys():
            parse_rsync_file(uri)
        if self._snapshot is None or files != self._objects:
            self._advance(dict(files))
        return self._served()

    def _advance(self, files: dict[str, bytes]) -> None:
        before, listed = self._snapshot, self._deltas
        self.serial += 1
        self._snapshot = self._file("snapshot", (_publish(uri, files[uri]) for uri in sorted(files)))
        if before is not None:
            delta = self._file("delta", _changes(self._objects, files))
            self._deltas = _newest([delta, *listed], len(self._snapshot.content))
        dropped = [file for file in listed if file not in self._deltas]
        room = max(KEPT_BYTES, 2 * len(self._snapshot.content))
        older = [file for file in (before, *dropped) if file is not None]
        self._superseded = _within(older + self._superseded, room)
        self._objects = files

    def _served(self) -> dict[str, bytes]:
        assert self._snapshot is not None
        files = [self._snapshot, *self._deltas, *self._superseded]
        return {file.path: file.content for file in files} | {NOTIFICATION: self._notification()}

    def _notification(self) -> bytes:
        assert self._snapshot is not None
        lines = [f"<snapshot {self._reference(self._snapshot)}/>"]
        lines += [f'<delta serial="{delta.serial}" {self._reference(delta)}/>' for delta in self._deltas]
        return self._document("notification", lines)

    def _reference(self, file: _File) -> str:
        return f'uri={quoteattr(self.base + file.path)} hash="{file.digest}"'

    def _file(self, kind: str, elements: Iterable[str]) -> _File:
        content = self._document(kind, elements)
        digest = hashlib.sha256(content).hexdigest()
        return _File(self.serial, f"{self.session}/{self.serial}/{kind}-{digest[:32]}.xml", content, digest)

    def _document(self, kind: str, elements: Iterable[str]) -> bytes:
        head = f'<{kind} xmlns="{_NAMESPACE}" version="1" session_id="{self.session}" serial="{self.serial}">'
        return "\n".join([head, *elements, f"</{kind}>", ""]).encode("ascii")


def _changes(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterable[str]:
    for uri in sorted(old.keys() | new.keys()):
        before, after = old.get(uri), new.get(uri)
        if after is None:
            yield f"<withdraw uri={quoteattr(uri)} {_hash(before or b'')}/>"
        elif before is None:
            yield _publish(uri, after)
        elif before != after:
            yield _publish(uri, after, f" {_hash(before)}")


def _publish(uri: str, content: bytes, replaces: str = "") -> str:
    return f"<publish uri={quoteattr(uri)}{replaces}>{base64.b64encode(content).decode()}</publish>"


def _hash(content: bytes) -> str:
    return f'hash="{hashlib.sha256(content).hexdigest()}"'


def _newest(deltas: list[_File], snapshot_bytes: int) -> list[_File]:
    """RFC 8182 section 3.3.2: the newest deltas whose size is no larger than the snapshot's, together."""
    return _within(deltas[:MAX_DELTAS], snapshot_bytes)


def _within(files: list[_File], room: int) -> list[_File]:
    kept: list[_File] = []
    for file in files:
        room -= len(file.content)
        if room < 0:
            break
        kept.append(file)
    return kept
