"""DER as bytes: reading templates with typed errors, and putting elements together (X.690)."""

from __future__ import annotations

import re
from typing import Final, TypeVar

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString

from lab.rpki.objects.errors import ObjectError

T = TypeVar("T")

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
SEQUENCE = 0x30
SET = 0x31
CONTEXT_0 = 0xA0
URI_NAME = 0x86
"""uniformResourceIdentifier [6] of a GeneralName (RFC 5280 section 4.2.1.6)."""


def decode(template: type[T], data: bytes, what: str) -> T:
    """`data` as one `template`, nothing left over. Raises ObjectError, which calls it `what`."""
    try:
        return asn1.decode_der(template, data)
    except (ValueError, TypeError, OverflowError) as error:
        raise bad_encoding(what, error) from None


def parse(template: type[T], element: TLV, what: str) -> T:
    """An element that was left as it is, as `template`. Raises ObjectError."""
    try:
        parsed: T = element.parse(template)
    except (ValueError, TypeError, OverflowError) as error:
        raise bad_encoding(what, error) from None
    return parsed


def bad_encoding(what: str, error: Exception) -> ObjectError:
    """The ObjectError for an element that its ASN.1 does not allow."""
    text = str(error)
    kind = _KIND.search(text)
    detail = _KINDS.get(kind[1], kind[1]) if kind else text
    return ObjectError("encoding", f"{what} is not as its ASN.1 says: {detail}", "X.690")


_KIND: Final = re.compile(r"\bkind: (\w+)")
_KINDS: Final = {
    "UnexpectedTag": "another element than expected",
    "ShortData": "it ends too early",
    "ExtraData": "octets are left over",
    "InvalidLength": "a length that is not DER",
    "InvalidTag": "a tag that is not DER",
    "InvalidValue": "a value that is not allowed",
    "InvalidSize": "a number of elements that is not allowed",
    "InvalidSetOrdering": "a SET whose elements are not in order",
    "IntegerOverflow": "a number that is too large",
    "EncodedDefault": "a default value that is written out",
    "OidTooLong": "an object identifier that is too long",
}
"""What the kinds of error of the ASN.1 parser are in words."""


def element(tag: int, content: bytes) -> bytes:
    """One DER element with a single-octet tag."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def tag_of(tlv: TLV) -> int:
    """The first octet of the tag of an element that was left as it is."""
    return tlv.tag_bytes[0]


def whole(tlv: TLV) -> bytes:
    """The element as it was received: DER has one way to write its header."""
    return element(tag_of(tlv), bytes(tlv.data))


def whole_octets(bits: BitString, what: str) -> bytes:
    """The octets of a BIT STRING that has no unused bits. Raises ObjectError, which calls it `what`."""
    if bits.padding_bits():
        raise ObjectError("encoding", f"{what} does not end with an octet", "RFC 8017 section 8.2")
    return bits.as_bytes()


def is_tag(tlv: TLV, tag: int) -> bool:
    """Whether an element has exactly this single-octet tag."""
    return tlv.tag_bytes == bytes((tag,))
