"""Single changes to the trees of certificates, CRLs and signed objects: the words in which mutations are
written."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier
from support.rpki_mutations_der import (
    GENERALIZED_TIME,
    PRINTABLE_STRING,
    UTC_TIME,
    Node,
    bits,
    boolean,
    octets,
    oid,
    sequence,
    set_of,
    text,
)
from support.rpki_mutations_drafts import Edit

from lab.rpki.objects import oids

_FORMATS = {UTC_TIME: "%y%m%d%H%M%SZ", GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}


def both(*edits: Edit) -> Edit:
    """Several edits as one."""

    def apply(node: Node) -> None:
        for edit in edits:
            edit(node)

    return apply


def at(*path: int, to: Node | bytes) -> Edit:
    """Put something else in a place."""
    return lambda node: child(node, *path).become(to.copy() if isinstance(to, Node) else to)


def within(*path: int, edit: Edit) -> Edit:
    """An edit of what is in a place."""
    return lambda node: edit(child(node, *path))


def remove(*path: int) -> Edit:
    """Leave something out."""
    return lambda node: child(node, *path[:-1]).children.pop(path[-1])


def insert(*path: int, new: Node) -> Edit:
    """Put something before a place."""
    return lambda node: child(node, *path[:-1]).children.insert(path[-1], new.copy())


def append(*path: int, new: Node) -> Edit:
    """Put something at the end of a list."""
    return lambda node: child(node, *path).children.append(new.copy())


def repeat(*path: int) -> Edit:
    """Have something twice."""
    return lambda node: child(node, *path[:-1]).children.insert(path[-1], child(node, *path).copy())


def reverse(*path: int) -> Edit:
    """Turn a list around."""
    return lambda node: child(node, *path).children.reverse()


def empty(*path: int) -> Edit:
    """Leave nothing in a list."""
    return lambda node: child(node, *path).children.clear()


def flip(*path: int) -> Edit:
    """Change the last bit of something primitive."""

    def edit(node: Node) -> None:
        target = child(node, *path)
        target.content = target.content[:-1] + bytes((target.content[-1] ^ 1,))

    return edit


def child(node: Node, *path: int) -> Node:
    """What is in a place."""
    for index in path:
        node = node[index]
    return node


def shift(*path: int, seconds: float) -> Edit:
    """Move a time."""

    def edit(node: Node) -> None:
        target = child(node, *path)
        moved = _moment(target) + timedelta(seconds=seconds)
        target.content = moved.strftime(_FORMATS[target.tag]).encode()

    return edit


def write_time(*path: int, tag: int, form: str) -> Edit:
    """Write a time in another form, as strftime has it."""

    def edit(node: Node) -> None:
        target = child(node, *path)
        target.become(text(tag, _moment(target).strftime(form)))

    return edit


def _moment(node: Node) -> datetime:
    return datetime.strptime(node.content.decode(), _FORMATS[node.tag]).replace(tzinfo=UTC)


# --- names ----------------------------------------------------------------------------------------------


def name(*attributes: tuple[ObjectIdentifier, int, str]) -> Node:
    """A name of attributes: type, string type and value."""
    return sequence(*(set_of(sequence(oid(kind), text(tag, value))) for kind, tag, value in attributes))


def common_name(value: str, tag: int = PRINTABLE_STRING) -> Node:
    return name((oids.COMMON_NAME, tag, value))


# --- extensions -----------------------------------------------------------------------------------------


def extensions(tbs: Node) -> list[Node]:
    """Those of a certificate or CRL, whose last field they are."""
    return tbs[-1][0].children


def extension(tbs: Node, wanted: ObjectIdentifier) -> Node:
    encoded = asn1.encode_der(wanted)
    return next(each for each in extensions(tbs) if each[0].encode() == encoded)


def without(wanted: ObjectIdentifier) -> Edit:
    return lambda tbs: extensions(tbs).remove(extension(tbs, wanted))


def doubled(wanted: ObjectIdentifier) -> Edit:
    return lambda tbs: extensions(tbs).append(extension(tbs, wanted).copy())


def critical(wanted: ObjectIdentifier, octet: int | None = 0xFF) -> Edit:
    """The criticality as this octet, or not said at all."""

    def edit(tbs: Node) -> None:
        found = extension(tbs, wanted)
        value = found[-1]
        found.children = [found[0], *(() if octet is None else (boolean(octet),)), value]

    return edit


def inside(wanted: ObjectIdentifier, edit: Edit) -> Edit:
    """An edit of an extension's value."""
    return lambda tbs: extension(tbs, wanted)[-1].edit_inside(edit)


def valued(wanted: ObjectIdentifier, value: Node | bytes) -> Edit:
    """Another value for an extension."""
    data = value.encode() if isinstance(value, Node) else value

    def edit(tbs: Node) -> None:
        extension(tbs, wanted)[-1].content = data

    return edit


def added(new: ObjectIdentifier, value: Node, *, is_critical: bool = False) -> Edit:
    """One more extension."""

    def edit(tbs: Node) -> None:
        marked = (boolean(0xFF),) if is_critical else ()
        extensions(tbs).append(sequence(oid(new), *marked, octets(value.encode())))

    return edit


def tail(wanted: ObjectIdentifier, data: bytes) -> Edit:
    """Octets after an extension's value."""

    def edit(tbs: Node) -> None:
        extension(tbs, wanted)[-1].content += data

    return edit


# --- signed objects -------------------------------------------------------------------------------------


def attribute(attributes: Node, wanted: ObjectIdentifier) -> Node:
    encoded = asn1.encode_der(wanted)
    return next(each for each in attributes.children if each[0].encode() == encoded)


def without_attribute(wanted: ObjectIdentifier) -> Edit:
    return lambda attributes: attributes.children.remove(attribute(attributes, wanted))


def within_attribute(wanted: ObjectIdentifier, edit: Edit) -> Edit:
    return lambda attributes: edit(attribute(attributes, wanted))


def sorted_set(node: Node) -> None:
    """The order that DER wants."""
    node.children.sort(key=Node.encode)


# --- octets ---------------------------------------------------------------------------------------------


def cut(node: Node) -> None:
    """Leave the last octet out."""
    node.content = node.content[:-1]


def lengthen(node: Node) -> None:
    """Add two octets that are DER themselves."""
    node.content += b"\x05\0"


def pad(node: Node) -> None:
    """Write the length in more octets than it needs."""
    node.length_padding = 2


def unused(count: int) -> Edit:
    """Let a bit string say that so many of its bits are not used."""

    def edit(node: Node) -> None:
        node.content = bytes((count,)) + node.content[1:]

    return edit


def retag(tag: int) -> Edit:
    """Write all strings of a name as strings of another type."""

    def edit(node: Node) -> None:
        for each in node.nodes():
            if each.tag == PRINTABLE_STRING:
                each.tag = tag

    return edit


def upper_case(node: Node) -> None:
    """Write all strings of a name in capitals."""
    for each in node.nodes():
        if each.tag == PRINTABLE_STRING:
            each.content = each.content.upper()


def rename(node: Node) -> None:
    """Let a URI name another file: one letter more before its ending's last."""
    node.content = node.content[:-1] + b"x" + node.content[-1:]


# --- IPv4 resources, the first family of the extension --------------------------------------------------


def add_more_specific(ip: Node) -> None:
    """List the lower half of the first prefix too."""
    first = ip[0][1][0]
    unused_bits = first.content[0]
    more = bits(first.content[1:], unused_bits - 1) if unused_bits else bits(first.content[1:] + b"\0", 7)
    ip[0][1].children.insert(1, more)


def split_in_halves(ip: Node) -> None:
    """List the first prefix as its two halves."""
    first = ip[0][1][0]
    unused_bits, data = first.content[0], first.content[1:]
    if not unused_bits:
        unused_bits, data = 8, data + b"\0"
    lower = bits(data, unused_bits - 1)
    upper = bits(data[:-1] + bytes((data[-1] | 1 << unused_bits - 1,)), unused_bits - 1)
    ip[0][1].children[0:1] = [lower, upper]


def write_as_range(ip: Node) -> None:
    """List the first prefix as a range: its first address without zeros at the end, its last without ones."""
    first = ip[0][1][0]
    unused_bits, data = first.content[0], first.content[1:]
    value, length = int.from_bytes(data, "big") >> unused_bits, 8 * len(data) - unused_bits
    low, low_length = value, length
    while low and not low & 1:
        low, low_length = low >> 1, low_length - 1
    high, high_length = value, length
    while high & 1:
        high, high_length = high >> 1, high_length - 1
    ip[0][1].children[0] = sequence(_bit_string(low, low_length), _bit_string(high, high_length))


def _bit_string(value: int, length: int) -> Node:
    size = (length + 7) // 8
    padding = 8 * size - length
    return bits((value << padding).to_bytes(size, "big"), padding)


def set_unused_bit(ip: Node) -> None:
    """Set a bit of the second prefix that does not count."""
    second = ip[0][1][1]
    second.content = second.content[:-1] + bytes((second.content[-1] | 1,))


def hash_key_again(tbs: Node) -> None:
    """Let the subject key identifier be that of the key as it is now."""
    key_bits = tbs[6][1].content[1:]
    digest = hashlib.sha1(key_bits, usedforsecurity=False).digest()
    extension(tbs, oids.SUBJECT_KEY_IDENTIFIER)[-1].content = octets(digest).encode()
