"""The scalars of a file: how a prefix, an ASN, a name or a duration is written, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from lab.bgp.attributes import LargeCommunity, parse_community
from lab.bgp.prefix import Address, Prefix, PrefixError
from lab.topology.problems import foreign_character, shown, suggestion
from lab.topology.vocabulary import AlertKind, DropReason, RpkiFault

FROM_FILE: Final = "from a file"
"""The validation context under which only what can be written in a file is accepted."""

NAME_PATTERN: Final = r"[a-z][a-z0-9-]{0,30}"
_NAME: Final = re.compile(NAME_PATTERN, re.ASCII)
_NAME_RULE: Final = "a lower-case letter, then up to 30 lower-case letters, digits or hyphens"
_CA: Final = rf"(?:{NAME_PATTERN}/)?{NAME_PATTERN}"
_PUBLISHED_FILE: Final = r"[A-Za-z0-9_-]{1,80}\.[a-z]{3}"
_MAX_ASN: Final = 4294967295
_LONGEST_TEXT: Final = 100
_LONGEST_NOTE: Final = 2000
_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)", re.ASCII)
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LOOPBACK: Final = {4: Prefix.parse("127.0.0.0/8"), 6: Prefix.parse("::1/128")}
_RTR_EXAMPLES: Final = "such as 127.0.0.1:3323 or [::1]:3323"
_SHARE: Final = re.compile(r"\s*(<=|>=|<|>|=)?\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%\s*", re.ASCII)


class ScalarError(ValueError):
    """A scalar is not what was expected; `hint` says how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def _text(kind: str, parse: Callable[[str], Any], parsed: type) -> Callable[[Any, ValidationInfo], Any]:
    """A validator for what is written as ASCII text; models made in code may also pass the `parsed` type."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            if len(value) > _LONGEST_TEXT:
                raise ScalarError(f"expected {kind}, got {shown(value)}")
            if found := foreign_character(value):
                raise ScalarError(
                    f"expected {kind}, got {shown(value)}", f"it holds {found}; only ASCII is allowed"
                )
            return parse(value)
        if info.context != FROM_FILE and isinstance(value, parsed):
            return value
        raise ScalarError(f"expected {kind}, got {shown(value)}")

    return validate


def _asn(lowest: int) -> Callable[[Any], int]:
    def validate(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= _MAX_ASN:
            return value
        digits = value[2:] if isinstance(value, str) and value[:2].upper() == "AS" else str(value)
        hint = f"write {int(digits)}" if digits.isascii() and digits.isdigit() and len(digits) <= 10 else ""
        if hint and not lowest <= int(digits) <= _MAX_ASN:
            hint = ""
        raise ScalarError(f"expected an AS number from {lowest} to {_MAX_ASN}, got {shown(value)}", hint)

    return validate


def _word(what: str, enum: type[Enum]) -> tuple[BeforeValidator, WithJsonSchema]:
    """A word of `enum`, kept as text."""
    words = [member.value for member in enum]

    def validate(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise ScalarError(f"{shown(value)} is not {what}", suggestion(value, words))

    return BeforeValidator(validate), WithJsonSchema({"type": "string", "enum": words})


def _matching(kind: str, pattern: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """A text that matches `pattern` as a whole."""

    def parse(text: str) -> str:
        if re.fullmatch(pattern, text, re.ASCII) is None:
            raise ScalarError(f"expected {kind}, got {shown(text)}")
        return text

    return BeforeValidator(_text(kind, parse, str)), WithJsonSchema(
        {"type": "string", "pattern": f"^{pattern}$"}
    )


def _no_alert(value: Any) -> bool | str:
    if value is True:
        return True
    words = [member.value for member in AlertKind]
    if isinstance(value, str) and value in words:
        return value
    raise ScalarError(
        f"expected true or a kind of alert, got {shown(value)}", suggestion(value, ["true", *words])
    )


def _printed(value: Any) -> str:
    """Text that is printed later: it must hold nothing that a terminal acts on."""
    if not isinstance(value, str):
        hint = "put it in quotes" if isinstance(value, bool | int | float) else ""
        raise ScalarError(f"expected text, got {shown(value)}", hint)
    for character in value:
        if not (character.isprintable() or character in "\n\t"):
            raise ScalarError(
                f"text holds {foreign_character(character)}, which a terminal acts on", "remove it"
            )
    if len(value) > _LONGEST_NOTE:
        raise ScalarError(f"text of {len(value)} characters; expected at most {_LONGEST_NOTE}")
    return value


def parse_duration(text: str) -> float:
    """Seconds from `20ms`, `1.5s`, `2m`, `5h` or `1d`. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ScalarError(
            f"{shown(text)} is not a duration; expected for example 20ms, 90s, 5m, 2h or 1d", _unit_hint(text)
        )
    return float(match[1]) * _SECONDS[match[2]]


def _unit_hint(text: str) -> str:
    return f"write '{text}s' for seconds" if text.isascii() and text.isdigit() else ""


def parse_name(text: str) -> str:
    """A speaker's name. Raises ValueError unless it is lower-case letters, digits and hyphens."""
    if not _NAME.fullmatch(text):
        meant = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        hint = f"{meant!r} would do" if text.isascii() and _NAME.fullmatch(meant) else ""
        raise ScalarError(f"{shown(text)} is not a name; expected {_NAME_RULE}", hint)
    return text


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except PrefixError:
        hint = "leave the length out" if "/" in text else ""
        message = f"{shown(text)} is not an IP address; expected for example 203.0.113.9"
        raise ScalarError(message, hint) from None


def parse_rtr_address(text: str) -> str:
    """The address of an RTR cache on this machine in its usual form, such as 127.0.0.1:3323. Raises
    ScalarError."""
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise ScalarError(f"{shown(text)} is not an address with a port, {_RTR_EXAMPLES}")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        address = Address.parse(host[1:-1] if bracketed else host)
    except PrefixError:
        hint = f"write '127.0.0.1:{int(port)}'" if host == "localhost" else ""
        raise ScalarError(
            f"{shown(host)} is not an IP address; expected one with a port, {_RTR_EXAMPLES}", hint
        ) from None
    if bracketed != (address.version == 6):
        meant = f"[{address}]" if address.version == 6 else str(address)
        raise ScalarError(f"{shown(text)} is not written as usual", f"write '{meant}:{int(port)}'")
    if not _LOOPBACK[address.version].covers(address.host):
        message = f"{address} is not a loopback address, and labs connect to nothing else"
        raise ScalarError(message, f"use a cache on this machine, {_RTR_EXAMPLES}")
    return f"[{address}]:{int(port)}" if bracketed else f"{address}:{int(port)}"


@dataclass(frozen=True, slots=True)
class ShareBound:
    """A bound on a share of the ASes: `operator` one of < <= = >= >, `percent` 0 to 100."""

    operator: str
    percent: float

    def holds(self, percent: float) -> bool:
        """Whether `percent` is within the bound."""
        return {
            "<": percent < self.percent,
            "<=": percent <= self.percent,
            "=": abs(percent - self.percent) < 0.05,
            ">=": percent >= self.percent,
            ">": percent > self.percent,
        }[self.operator]

    def __str__(self) -> str:
        return f"{self.operator} {self.percent:g}%"


def parse_share(text: str) -> ShareBound:
    """A bound from `< 50%`, `>= 10%` or `100%`. Raises ValueError."""
    match = _SHARE.fullmatch(text)
    if not match or float(match[2]) > 100:
        raise ValueError(f"{shown(text)} is not a share; expected for example '< 50%', '>= 10%' or '100%'")
    return ShareBound(match[1] or "=", float(match[2]))


IpPrefix = Annotated[
    Prefix,
    BeforeValidator(_text("an IP prefix such as 203.0.113.0/24", Prefix.parse, Prefix)),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?$",
            "examples": ["203.0.113.0/24", "2001:db8::/32"],
        }
    ),
]
IpAddress = Annotated[
    Address,
    BeforeValidator(_text("an IP address such as 203.0.113.9", _address, Address)),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9a-fA-F:.]+$", "examples": ["203.0.113.9", "2001:db8::1"]}
    ),
]
CommunityField = Annotated[
    int | LargeCommunity,
    BeforeValidator(_text("a community such as 64500:100 or no-export", parse_community, tuple)),
    WithJsonSchema({"type": "string", "examples": ["64500:100", "64500:1:2", "no-export", "blackhole"]}),
]
Duration = Annotated[
    float,
    BeforeValidator(_text("a duration such as 20ms or 5h", parse_duration, float)),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["20ms", "90s", "5h"]}
    ),
]
Share = Annotated[
    ShareBound,
    BeforeValidator(_text("a share such as '< 50%'", parse_share, ShareBound)),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_SHARE.pattern}$", "examples": ["< 50%", ">= 10%", "100%"]}
    ),
]
Asn = Annotated[
    int, BeforeValidator(_asn(1)), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": _MAX_ASN})
]
AsnOrZero = Annotated[
    int, BeforeValidator(_asn(0)), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": _MAX_ASN})
]
RtrAddress = Annotated[
    str,
    BeforeValidator(_text(f"the address of an RTR cache, {_RTR_EXAMPLES}", parse_rtr_address, str)),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(127\.[0-9.]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$",
            "examples": ["127.0.0.1:3323", "[::1]:3323"],
        }
    ),
]
SpeakerName = Annotated[
    str,
    BeforeValidator(_text(f"a name ({_NAME_RULE})", parse_name, str)),
    WithJsonSchema({"type": "string", "pattern": f"^{NAME_PATTERN}$"}),
]
PrintedText = Annotated[
    str, BeforeValidator(_printed), WithJsonSchema({"type": "string", "maxLength": _LONGEST_NOTE})
]
AlertWord = Annotated[str, *_word("a kind of alert", AlertKind)]
RpkiFaultWord = Annotated[str, *_word("something to break", RpkiFault)]
CaName = Annotated[str, *_matching("a CA such as customer, arin/customer or arin", _CA)]
PublishedFile = Annotated[str, *_matching("a file such as AS64496.asa", _PUBLISHED_FILE)]
ReasonWord = Annotated[str, *_word("a reason for a dropped packet", DropReason)]
NoAlert = Annotated[
    bool | str,
    BeforeValidator(_no_alert),
    WithJsonSchema({"enum": [True, *(member.value for member in AlertKind)]}),
]
