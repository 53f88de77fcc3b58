"""The scalars of files that are about the IRR: names of as-sets, their members, registries."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, WithJsonSchema

from lab.topology.problems import shown
from lab.topology.scalar_forms import ScalarError, text_form

_ASN: Final = re.compile("AS([1-9][0-9]{0,9})", re.ASCII)
_SET: Final = re.compile("AS-[A-Z0-9_-]*[A-Z0-9]", re.ASCII)
_MAX_ASN: Final = 4294967295
_LONGEST_NAME: Final = 100
_ANYBODY: Final = "AS-ANY"
_NAME_JSON: Final = "^[Aa][Ss][A-Za-z0-9_:-]{1,98}$"


def parse_as_set(text: str) -> str:
    """The name of an as-set in upper case: AS-CUSTOMER, AS64496:AS-CUSTOMERS (RFC 2622 section 5).

    Raises ScalarError.
    """
    name = text.upper()
    if not _is_set(name):
        message = f"{shown(text)} is not the name of an as-set; expected for example AS-CUSTOMER"
        raise ScalarError(message, _meant(name))
    if _ANYBODY in name.split(":"):
        raise ScalarError(f"{_ANYBODY} is every AS, and nobody's to define", "take a name of your own")
    return name


def parse_set_member(value: Any) -> str:
    """A member of an as-set, an AS number such as AS64496 or a set's name, in upper case.

    Raises ScalarError.
    """
    if isinstance(value, str) and len(value) <= _LONGEST_NAME:
        if _is_asn(value.upper()):
            return value.upper()
        if _is_set(value.upper()):
            return parse_as_set(value)
    number = f"AS{value}"
    hint = _meant(value.upper()) if isinstance(value, str) else ""
    if type(value) is not bool and _is_asn(number):
        hint = f"write {number}"
    raise ScalarError(f"expected a member such as AS64496 or AS-CUSTOMER, got {shown(value)}", hint)


def _is_asn(word: str) -> bool:
    match = _ASN.fullmatch(word)
    return match is not None and int(match[1]) <= _MAX_ASN


def _is_set(name: str) -> bool:
    """Parts are AS numbers and names of sets, at least one of these."""
    parts = name.split(":")
    sets = [part for part in parts if _SET.fullmatch(part)]
    return bool(sets) and all(part in sets or _is_asn(part) for part in parts)


def _meant(name: str) -> str:
    if re.match("AS[0-9]", name):
        return ""
    meant = f"AS-{re.sub('[^A-Z0-9]+', '-', name[:_LONGEST_NAME]).strip('-')}"
    return f"'{meant}' would do" if name.isascii() and _is_set(meant) else ""


RirWord = Literal["AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE"]
AsSetName = Annotated[
    str,
    text_form("the name of an as-set such as AS-CUSTOMER", parse_as_set, str, longest=_LONGEST_NAME),
    WithJsonSchema({"type": "string", "pattern": _NAME_JSON, "examples": ["AS-CUSTOMER"]}),
]
SetMember = Annotated[
    str,
    BeforeValidator(parse_set_member),
    WithJsonSchema({"type": "string", "pattern": _NAME_JSON, "examples": ["AS64496", "AS-CUSTOMER"]}),
]
