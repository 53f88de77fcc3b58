"""The XML of RRDP (RFC 8182 section 3.5), read as it arrives and within bounds. No I/O."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers import expat

from lab.rpki.fetching.limits import FetchError, FetchLimits
from lab.rpki.uris import HttpsUri, UriError, parse_https, parse_rsync_file, shown

_SPACE: Final = "http://www.ripe.net/rpki/rrdp "
_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SERIAL: Final = re.compile("0*[1-9][0-9]{0,19}", re.ASCII)
_HASH: Final = re.compile("[0-9a-f]{64}", re.IGNORECASE)
_PIECE: Final = 64 * 1024
_ENCODINGS: Final = ("us-ascii", "ascii", "utf-8")


class RrdpError(FetchError):
    """An RRDP file breaks RFC 8182; the message says where and how."""


@dataclass(frozen=True, slots=True)
class Version:
    """A state of a repository: the session and the serial in it."""

    session: str
    serial: int


@dataclass(frozen=True, slots=True)
class FileReference:
    """A snapshot or delta as the notification names it; `digest` is its SHA-256."""

    serial: int
    uri: HttpsUri
    digest: bytes


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification file: the present version, its snapshot, and deltas by the serial they lead to."""

    version: Version
    snapshot: FileReference
    deltas: Mapping[int, FileReference]


@dataclass(frozen=True, slots=True)
class Change:
    """One object of a snapshot or delta. `content` is None for a withdrawal.

    `replaces` is the SHA-256 of the object that is replaced or withdrawn, None for a new one.
    """

    uri: str
    content: bytes | None
    replaces: bytes | None


class _Document:
    """An XML document of two levels, read piece by piece. No DTD, no entity, no token over its bound."""

    def __init__(self, name: str, limits: FetchLimits) -> None:
        self.name = name
        self.limits = limits
        self._fed = 0
        self._level = 0
        # With an encoding of its own, expat never asks for the one a stranger declares.
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = _PIECE
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declaration

    def feed(self, data: bytes) -> None:
        """The next bytes of the file. Raises RrdpError."""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            self._parse(piece, False)
            self._fed += len(piece)
            if self._fed - self._parser.CurrentByteIndex > self.limits.token_bytes + _PIECE:
                raise self.error(f"a tag or comment is longer than {self.limits.token_bytes} bytes")

    def end(self) -> None:
        """The file is complete. Raises RrdpError if the document is not."""
        self._parse(b"", True)

    def error(self, problem: str) -> RrdpError:
        return RrdpError(f"{self.name}: line {self._parser.CurrentLineNumber}: {problem}")

    def root(self, element: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def child(self, element: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def child_end(self) -> None:
        """A child of the root has ended."""

    def text(self, text: str) -> None:
        """Text in a child or in the root; only spaces unless a kind of document says otherwise."""
        if text.strip(" \t\r\n"):
            raise self.error(f"unexpected text {shown(text.strip())}")

    def version_of(self, attributes: Mapping[str, str]) -> Version:
        """What the root element says. Raises RrdpError."""
        if attributes["version"] != "1":
            raise self.error(f"version {shown(attributes['version'])}; expected 1")
        session = attributes["session_id"]
        if not _UUID.fullmatch(session):
            raise self.error(f"session_id {shown(session)} is not a UUID")
        return Version(session.lower(), self.serial(attributes["serial"]))

    def serial(self, text: str) -> int:
        if not _SERIAL.fullmatch(text):
            raise self.error(f"serial {shown(text)} is not a positive number of at most 20 digits")
        return int(text)

    def digest(self, text: str) -> bytes:
        if not _HASH.fullmatch(text):
            raise self.error(f"hash {shown(text)} is not a SHA-256 in hexadecimal")
        return bytes.fromhex(text)

    def demand(self, element: str, attributes: Mapping[str, str], needed: str, optional: str = "") -> None:
        """Raise RrdpError unless the attributes are all of `needed` and some of `optional`."""
        for name in needed.split():
            if name not in attributes:
                raise self.error(f"<{element}> has no {name}")
        if unknown := attributes.keys() - {*needed.split(), *optional.split()}:
            raise self.error(f"<{element}> has an unknown attribute {shown(min(unknown))}")

    def _parse(self, data: bytes, final: bool) -> None:
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise self.error(f"not well-formed XML: {expat.errors.messages[error.code]}") from None

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        name = element.removeprefix(_SPACE)
        if name == element:
            raise self.error(f"<{shown(element)[1:-1]}> is not in the namespace of RRDP")
        self._level += 1
        if self._level == 1:
            self.root(name, attributes)
        elif self._level == 2:
            self.child(name, attributes)
        else:
            raise self.error(f"<{shown(name)[1:-1]}> is nested too deeply")

    def _end(self, element: str) -> None:
        if self._level == 2:
            self.child_end()
        self._level -= 1

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise self.error(f"encoding {shown(encoding)}; expected US-ASCII (RFC 8182 section 3.5)")

    def _doctype(self, *_: Any) -> None:
        raise self.error("a document type declaration, which RRDP has no use for")


class _NotificationDocument(_Document):
    version: Version | None = None
    snapshot: FileReference | None = None

    def __init__(self, name: str, limits: FetchLimits) -> None:
        super().__init__(name, limits)
        self.deltas: dict[int, FileReference] = {}

    def root(self, element: str, attributes: Mapping[str, str]) -> None:
        if element != "notification":
            raise self.error(f"<{shown(element)[1:-1]}>; expected <notification>")
        self.demand(element, attributes, "version session_id serial")
        self.version = self.version_of(attributes)

    def child(self, element: str, attributes: Mapping[str, str]) -> None:
        if element == "snapshot" and self.snapshot is None and self.version is not None:
            self.demand(element, attributes, "uri hash")
            self.snapshot = self._reference(self.version.serial, attributes)
        elif element == "delta":
            self.demand(element, attributes, "serial uri hash")
            serial = self.serial(attributes["serial"])
            if serial in self.deltas:
                raise self.error(f"two deltas have the serial {serial}")
            self.deltas[serial] = self._reference(serial, attributes)
        else:
            raise self.error(f"<{shown(element)[1:-1]}>; expected one <snapshot>, then <delta>")

    def _reference(self, serial: int, attributes: Mapping[str, str]) -> FileReference:
        try:
            return FileReference(serial, parse_https(attributes["uri"]), self.digest(attributes["hash"]))
        except UriError as error:
            raise self.error(str(error)) from None


def read_notification(data: bytes, name: str, limits: FetchLimits) -> Notification:
    """Read a notification file; `name` is what errors call it.

    Only the deltas that lead to the present serial without a gap are kept: others are of no use (RFC 8182
    section 3.4.1). Raises RrdpError.
    """
    document = _NotificationDocument(name, limits)
    document.feed(data)
    document.end()
    if document.version is None or document.snapshot is None:
        raise document.error("it names no snapshot")
    deltas: dict[int, FileReference] = {}
    serial = document.version.serial
    while serial in document.deltas:
        deltas[serial] = document.deltas[serial]
        serial -= 1
    return Notification(document.version, document.snapshot, deltas)


class ChangesDocument(_Document):
    """A snapshot or delta file: `feed` it, then `end` it; `apply` gets each change once it is complete."""

    def __init__(
        self, kind: str, expected: Version, name: str, limits: FetchLimits, apply: Callable[[Change], None]
    ) -> None:
        """`kind` is "snapshot" or "delta"; `expected` what the notification promised."""
        super().__init__(name, limits)
        self._kind = kind
        self._expected = expected
        self._apply = apply
        self._uri: str | None = None
        self._replaces: bytes | None = None
        self._base64: list[str] | None = None
        self._characters = 0

    def root(self, element: str, attributes: Mapping[str, str]) -> None:
        if element != self._kind:
            raise self.error(f"<{shown(element)[1:-1]}>; expected <{self._kind}>")
        self.demand(element, attributes, "version session_id serial")
        version = self.version_of(attributes)
        if version.session != self._expected.session:
            raise self.error(f"session {version.session}; the notification promised {self._expected.session}")
        if version.serial != self._expected.serial:
            raise self.error(f"serial {version.serial}; the notification promised {self._expected.serial}")

    def child(self, element: str, attributes: Mapping[str, str]) -> None:
        if element == "publish":
            self.demand(element, attributes, "uri", "hash" if self._kind == "delta" else "")
            self._base64, self._characters = [], 0
        elif element == "withdraw" and self._kind == "delta":
            self.demand(element, attributes, "uri hash")
            self._base64 = None
        else:
            raise self.error(f"<{shown(element)[1:-1]}> has no place in a {self._kind}")
        self._uri = self._object_uri(attributes["uri"])
        self._replaces = self.digest(attributes["hash"]) if "hash" in attributes else None

    def text(self, text: str) -> None:
        if self._uri is None or self._base64 is None:
            super().text(text)
            return
        self._characters += len(text)
        if self._characters > self.limits.object_bytes * 3 // 2:
            raise self.error(f"{self._uri} is larger than {self.limits.object_bytes} bytes")
        self._base64.append(text)

    def child_end(self) -> None:
        assert self._uri is not None
        content = None if self._base64 is None else self._decoded("".join(self._base64))
        self._apply(Change(self._uri, content, self._replaces))
        self._uri = self._base64 = None

    def _decoded(self, text: str) -> bytes:
        try:
            content = binascii.a2b_base64("".join(text.split()), strict_mode=True)
        except ValueError as error:
            raise self.error(f"{self._uri}: {error}") from None
        if len(content) > self.limits.object_bytes:
            raise self.error(f"{self._uri} is larger than {self.limits.object_bytes} bytes")
        return content

    def _object_uri(self, uri: str) -> str:
        try:
            parse_rsync_file(uri)
        except UriError as error:
            raise self.error(str(error)) from None
        return uri
