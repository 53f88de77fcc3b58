"""DER as a tree that can be changed anywhere, and written again well or badly (X.690)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

_CONSTRUCTED = 0x20


class Node:
    """An element with a single-octet tag: `children` if it is constructed, `content` if not.

    `length_padding` writes the length with so many octets too many, `indefinite` as BER's indefinite form.
    """

    def __init__(self, tag: int, content: bytes = b"", children: Iterable[Node] = ()) -> None:
        self.tag = tag
        self.content = content
        self.children = list(children)
        self.length_padding = 0
        self.indefinite = False

    @classmethod
    def parse(cls, data: bytes) -> Node:
        """One element of well-formed DER, whole."""
        (node,) = _elements(data)
        return node

    def __getitem__(self, index: int) -> Node:
        return self.children[index]

    def encode(self) -> bytes:
        """The element as octets."""
        content = b"".join(child.encode() for child in self.children) if self.children else self.content
        if self.indefinite:
            return bytes((self.tag, 0x80)) + content + b"\0\0"
        return bytes((self.tag,)) + _length(len(content), self.length_padding) + content

    def become(self, other: Node | bytes) -> None:
        """Be another element from now on."""
        node = Node.parse(other) if isinstance(other, bytes) else other
        self.tag, self.content, self.children = node.tag, node.content, node.children

    def copy(self) -> Node:
        """The same element once more."""
        other = Node(self.tag, self.content, (child.copy() for child in self.children))
        other.length_padding, other.indefinite = self.length_padding, self.indefinite
        return other

    def edit_inside(self, edit: Callable[[Node], object]) -> None:
        """Change the element that is the content of this octet string."""
        inside = Node.parse(self.content)
        edit(inside)
        self.content = inside.encode()

    def nodes(self) -> Iterator[Node]:
        """This element and all below it."""
        yield self
        for child in self.children:
            yield from child.nodes()


def _elements(data: bytes) -> Iterator[Node]:
    offset = 0
    while offset < len(data):
        tag, first = data[offset], data[offset + 1]
        offset += 2
        size = first
        if first & 0x80:
            octets = first & 0x7F
            size = int.from_bytes(data[offset : offset + octets], "big")
            offset += octets
        content = data[offset : offset + size]
        if len(content) != size:
            raise ValueError("the element ends early")
        offset += size
        yield Node(tag, children=_elements(content)) if tag & _CONSTRUCTED and content else Node(tag, content)


def _length(size: int, padding: int) -> bytes:
    if size < 0x80 and not padding:
        return bytes((size,))
    octets = bytes(padding) + size.to_bytes(max(1, (size.bit_length() + 7) // 8), "big")
    return bytes((0x80 | len(octets),)) + octets


# --- elements -------------------------------------------------------------------------------------------


def sequence(*children: Node) -> Node:
    return Node(0x30, children=children)


def set_of(*children: Node) -> Node:
    return Node(0x31, children=children)


def context(number: int, *children: Node) -> Node:
    """[number] EXPLICIT, or IMPLICIT of something constructed."""
    return Node(0xA0 | number, children=children)


def integer(value: int) -> Node:
    return Node(
        0x02, value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, "big", signed=True)
    )


def octets(data: bytes) -> Node:
    return Node(0x04, data)


def bits(data: bytes, unused: int = 0) -> Node:
    return Node(0x03, bytes((unused,)) + data)


def boolean(octet: int) -> Node:
    return Node(0x01, bytes((octet,)))


def null() -> Node:
    return Node(0x05)


def oid(identifier: ObjectIdentifier) -> Node:
    return Node.parse(asn1.encode_der(identifier))


def text(tag: int, value: str) -> Node:
    """A string or a time of any of ASN.1's types."""
    return Node(tag, value.encode("utf-16-be" if tag == BMP_STRING else "utf-8"))


def uri(value: str) -> Node:
    """A GeneralName."""
    return text(0x86, value)


UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
BMP_STRING = 0x1E
