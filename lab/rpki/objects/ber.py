"""BER as DER: some CAs write CMS with indefinite lengths, and every validator takes it (X.690 section 8).

Only headers are read here, each once. The libraries that read BER copy what follows an element to read it;
for an object of very many small elements that takes minutes.
"""

from __future__ import annotations

from typing import Final

from lab.rpki.objects.der import OCTET_STRING, element
from lab.rpki.objects.errors import ObjectError

MAX_DEPTH: Final = 24
MAX_ELEMENTS: Final = 50_000
"""A signed object has some hundred: its content counts as one, or as one for each piece it is cut into."""
_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F
_LONG_LENGTH: Final = 0x80
_END: Final = b"\0\0"


def to_der(data: bytes) -> bytes:
    """One BER element with definite lengths throughout and its octet strings in one piece.

    The order of sets stays as it is, as signatures need. Raises ObjectError.
    """
    reader = _Reader(data)
    der = reader.element(len(data), MAX_DEPTH)
    if reader.offset != len(data):
        raise _error("there is something after it")
    return der


class _Reader:
    """Reads elements one after the other."""

    def __init__(self, data: bytes) -> None:
        self.offset = 0
        self._data = data
        self._left = MAX_ELEMENTS

    def element(self, end: int, depth: int) -> bytes:
        """The element that begins here and has to end before `end`."""
        if depth == 0:
            raise _error(f"it is nested deeper than {MAX_DEPTH} elements")
        if self._left == 0:
            raise _error(f"it has more than {MAX_ELEMENTS} elements")
        self._left -= 1
        tag = self._octets(1, end)[0]
        if tag & _LONG_TAG == _LONG_TAG:
            raise _error("it has a tag of several octets")
        length = self._length(end)
        if not tag & _CONSTRUCTED:
            if length is None:
                raise _error("something primitive has no length")
            return element(tag, self._octets(length, end))
        parts = self._until_end(end, depth) if length is None else self._within(length, end, depth)
        if tag == OCTET_STRING | _CONSTRUCTED:
            return element(OCTET_STRING, b"".join(map(_piece, parts)))
        return element(tag, b"".join(parts))

    def _within(self, length: int, end: int, depth: int) -> list[bytes]:
        own_end = self.offset + length
        if own_end > end:
            raise _error("it ends early")
        parts = []
        while self.offset < own_end:
            parts.append(self.element(own_end, depth - 1))
        return parts

    def _until_end(self, end: int, depth: int) -> list[bytes]:
        parts = []
        while self._data[self.offset : self.offset + 2] != _END:
            parts.append(self.element(end, depth - 1))
        self._octets(2, end)
        return parts

    def _length(self, end: int) -> int | None:
        """None is indefinite."""
        first = self._octets(1, end)[0]
        if first == _LONG_LENGTH:
            return None
        if first < _LONG_LENGTH:
            return first
        return int.from_bytes(self._octets(first & ~_LONG_LENGTH, end), "big")

    def _octets(self, count: int, end: int) -> bytes:
        if count > end - self.offset:
            raise _error("it ends early")
        self.offset += count
        return self._data[self.offset - count : self.offset]


def _piece(octet_string: bytes) -> bytes:
    """The content of an octet string in DER."""
    if octet_string[0] != OCTET_STRING:
        raise ObjectError("encoding", "an octet string is made of something else", "X.690 section 8.7.3")
    return octet_string[2 + _length_octets(octet_string[1]) :]


def _length_octets(first: int) -> int:
    return first & ~_LONG_LENGTH if first & _LONG_LENGTH else 0


def _error(message: str) -> ObjectError:
    return ObjectError("encoding", f"the object is no BER: {message}", "X.690 section 8")
