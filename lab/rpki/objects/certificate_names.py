"""The names of issuers and subjects (RFC 6487 sections 4.4 and 4.5)."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import IA5String, PrintableString, SetOf
from cryptography.x509 import ObjectIdentifier

from lab.rpki.objects import oids
from lab.rpki.objects.der import SEQUENCE, decode, element
from lab.rpki.objects.errors import ObjectError, printable
from lab.rpki.objects.remembering import remembered
from lab.rpki.objects.templates import AttributeTypeAndValue

_SHOWN: Final = 5
_LONGEST: Final = 64
"""Characters of a CommonName (RFC 5280 appendix A.1, ub-common-name); more are not shown."""
_ALLOWED: Final = ([oids.COMMON_NAME], [oids.COMMON_NAME, oids.SERIAL_NUMBER])


@asn1.sequence
class _Name:
    rdn_sequence: list[SetOf[AttributeTypeAndValue]]


def check_name(name: bytes, whose: str, rfc: str) -> None:
    """Whether a name in DER is one CommonName, maybe with one serialNumber. Raises ObjectError.

    UTF8String and IA5String pass as PrintableString does: RFC 6487 wants the latter, but all validators take
    the three.
    """
    types = [oid for attributes in _attributes(name) for oid, _ in attributes]
    if sorted(types, key=lambda oid: oid.dotted_string) not in _ALLOWED:
        names = ", ".join(oid.dotted_string for oid in types[:_SHOWN]) or "nothing"
        raise ObjectError("name", f"the {whose}'s name is not one CommonName but {names}", rfc)


def common_name(name: bytes) -> str:
    """The CommonName in a name that `check_name` has passed, as it may be shown to people."""
    attributes = (attribute for attributes in _attributes(name) for attribute in attributes)
    return printable(next((text for oid, text in attributes if oid == oids.COMMON_NAME), ""), _LONGEST)


def same_name(first: bytes, second: bytes) -> bool:
    """Whether two names in DER match: string types, case and extra spaces do not count (RFC 5280 section
    7.1).

    Raises ObjectError.
    """
    return first == second or _comparable(first) == _comparable(second)


def _comparable(name: bytes) -> list[set[tuple[ObjectIdentifier, str]]]:
    return [
        {(oid, " ".join(text.split()).casefold()) for oid, text in attributes}
        for attributes in _attributes(name)
    ]


@remembered
def _attributes(name: bytes) -> tuple[tuple[tuple[ObjectIdentifier, str], ...], ...]:
    sets = decode(_Name, element(SEQUENCE, name), "a name").rdn_sequence
    return tuple(
        tuple((each.type, _text(each.value)) for each in attributes.as_list()) for attributes in sets
    )


def _text(value: PrintableString | IA5String | str) -> str:
    return value if isinstance(value, str) else value.as_str()
