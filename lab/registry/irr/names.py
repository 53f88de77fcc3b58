"""What things are called in the IRR: AS numbers and as-sets (RFC 2622 sections 2 and 5)."""

from __future__ import annotations

import re
from typing import Final

from lab.registry.errors import RegistryError

LONGEST_NAME: Final = 200
"""Characters of an as-set's name. RFC 2622 has no bound."""

_ASN: Final = re.compile(r"AS(0|[1-9][0-9]{0,9})")
_SET: Final = re.compile(r"AS-[A-Z0-9_-]*[A-Z0-9]")
_LAST_ASN: Final = 0xFFFFFFFF


def as_number(word: str) -> int | None:
    """The number of `AS64496`, upper and lower case alike; None for what is no AS number."""
    match = _ASN.fullmatch(word.strip().upper())
    number = int(match[1]) if match else _LAST_ASN + 1
    return number if number <= _LAST_ASN else None


def set_name(word: str) -> str:
    """The name of an as-set in upper case: `AS-CUSTOMERS`, or `AS64496:AS-CUSTOMERS`, whose parts are AS
    numbers and names of sets, at least one of these. Raises RegistryError."""
    name = word.strip().upper()
    parts = name.split(":")
    sets = [part for part in parts if _SET.fullmatch(part)]
    if sets and len(name) <= LONGEST_NAME and all(part in sets or as_number(part) for part in parts):
        if "AS-ANY" not in sets:
            return name
        raise RegistryError("AS-ANY is every AS, and nobody's to define", "take a name of your own")
    raise RegistryError(
        f"{word[:LONGEST_NAME]!r} is not the name of an as-set",
        "expected for example AS-CUSTOMERS or AS64496:AS-CUSTOMERS (RFC 2622 section 5)",
    )


def member(word: str) -> str:
    """A member of an as-set in upper case: an AS number or the name of a set. Raises RegistryError."""
    number = as_number(word)
    if number:
        return f"AS{number}"
    try:
        return set_name(word)
    except RegistryError:
        raise RegistryError(
            f"{word[:LONGEST_NAME]!r} cannot be a member of an as-set",
            "expected an AS number such as AS64496, or a name such as AS-CUSTOMERS",
        ) from None
