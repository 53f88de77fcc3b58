"""The scalars of a file: how a prefix, an ASN, a name or a duration is written, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from lab.bgp.attributes import LargeCommunity, parse_community
from lab.bgp.prefix import Address, Prefix, PrefixError
from lab.topology.problems import foreign_character, shown, suggestion
from lab.topology.scalar_forms import ScalarError, pattern_form, text_form, word_form
from lab.topology.vocabulary import AlertKind, RpkiFault

NAME_PATTERN: Final = r"[a-z][a-z0-9-]{0,30}"
_NAME: Final = re.compile(NAME_PATTERN, re.ASCII)
_NAME_RULE: Final = "a lower-case letter, then up to 30 lower-case letters, digits or hyphens"
_CA: Final = rf"(?:{NAME_PATTERN}/)?{NAME_PATTERN}"
_PUBLISHED_FILE: Final = r"[A-Za-z0-9_-]{1,80}\.[a-z]{3}"
_MAX_ASN: Final = 4294967295
_LONGEST_NOTE: Final = 2000
_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)", re.ASCII)
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LOOPBACK: Final = {4: Prefix.parse("127.0.0.0/8"), 6: Prefix.parse("::1/128")}
_RTR_EXAMPLES: Final = "such as 127.0.0.1:3323 or [::1]:3323"
_SHARE: Final = re.compile(r"\s*(<=|>=|<|>|=)?\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%\s*", re.ASCII)


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
    text_form("an IP prefix such as 203.0.113.0/24", Prefix.parse, Prefix),
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
    text_form("an IP address such as 203.0.113.9", _address, Address),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9a-fA-F:.]+$", "examples": ["203.0.113.9", "2001:db8::1"]}
    ),
]
CommunityField = Annotated[
    int | LargeCommunity,
    text_form("a community such as 64500:100 or no-export", parse_community, tuple),
    WithJsonSchema({"type": "string", "examples": ["64500:100", "64500:1:2", "no-export", "blackhole"]}),
]
Duration = Annotated[
    float,
    text_form("a duration such as 20ms or 5h", parse_duration, float),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["20ms", "90s", "5h"]}
    ),
]
Share = Annotated[
    ShareBound,
    text_form("a share such as '< 50%'", parse_share, ShareBound),
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
    text_form(f"the address of an RTR cache, {_RTR_EXAMPLES}", parse_rtr_address, str),
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
    text_form(f"a name ({_NAME_RULE})", parse_name, str),
    WithJsonSchema({"type": "string", "pattern": f"^{NAME_PATTERN}$"}),
]
PrintedText = Annotated[
    str, BeforeValidator(_printed), WithJsonSchema({"type": "string", "maxLength": _LONGEST_NOTE})
]
AlertWord = Annotated[str, *word_form("a kind of alert", [kind.value for kind in AlertKind])]
RpkiFaultWord = Annotated[str, *word_form("something to break", [fault.value for fault in RpkiFault])]
CaName = Annotated[str, *pattern_form("a CA such as customer, arin/customer or arin", _CA)]
PublishedFile = Annotated[str, *pattern_form("a file such as AS64496.asa", _PUBLISHED_FILE)]
NoAlert = Annotated[
    bool | str,
    BeforeValidator(_no_alert),
    WithJsonSchema({"enum": [True, *(member.value for member in AlertKind)]}),
]
