"""Domain names as text: lower case, without the final dot (RFC 1035 section 2.3, RFC 4343)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from lab.topology.problems import shown

LONGEST_NAME: Final = 253
"""Characters of a name as text: 255 octets on the wire."""
LONGEST_LABEL: Final = 63
_RECORD_LABEL: Final = re.compile("[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_HOST_LABEL: Final = re.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_PLAIN: Final = frozenset(range(33, 127)) - set(b".\\")


class DomainNameError(ValueError):
    """A text is no domain name, or none of the kind that is wanted; the message says why."""


def canonical(name: str) -> str:
    """`name` as the lab keeps names: lower case, without the final dot."""
    return name.lower().removesuffix(".")


def text_of(labels: Sequence[bytes]) -> str:
    """Labels from the wire as a canonical name; octets that text cannot have are escaped (RFC 1035
    section 5.1)."""
    return ".".join(
        "".join(chr(octet) if octet in _PLAIN else f"\\{octet:03d}" for octet in label.lower())
        for label in labels
    )


def around(name: str) -> Iterator[str]:
    """The name itself, and then the names around it, the nearest first. The root is not among them."""
    while name:
        yield name
        name = name.partition(".")[2]


def existing(names: Iterable[str]) -> frozenset[str]:
    """The names that exist because these do: themselves, and all around them (RFC 4592 section 2.2.2)."""
    found: set[str] = set()
    for name in names:
        for each in around(name):
            if each in found:
                break
            found.add(each)
    return frozenset(found)


def is_within(name: str, zone: str) -> bool:
    """Whether `name` is `zone` or below it."""
    return name == zone or name.endswith(f".{zone}")


def asked_name(text: str) -> str:
    """The canonical form of a name that somebody asks for; a name on the wire can have any octets.

    Raises DomainNameError for the empty text, an empty label, and what is too long.
    """
    name = canonical(text)
    if not name:
        raise DomainNameError(f"{shown(text)} is no name; expected for example www.example.com")
    if len(name) > LONGEST_NAME:
        raise DomainNameError(
            f"{shown(text)} is no name: it is too long; a domain name has at most {LONGEST_NAME} characters"
        )
    for label in name.split("."):
        if not 0 < len(label) <= LONGEST_LABEL:
            raise DomainNameError(
                f"{shown(text)} is no name: {shown(label)} is not a label, which has 1 to {LONGEST_LABEL}"
                " characters"
            )
    return name


def record_name(text: str) -> str:
    """The canonical name of a record, such as `_sip._tcp.example.com` or `*.example.com`.

    Raises DomainNameError unless its labels have letters, digits, hyphens and underscores only; a `*` may be
    the first label.
    """
    name = canonical(text)
    _check(name, text, name.removeprefix("*."), _RECORD_LABEL, "letters, digits, hyphens and underscores")
    return name


def host_name(text: str) -> str:
    """The canonical name of a host, such as `ns1.dns.example` (RFC 1123 section 2.1).

    Raises DomainNameError for anything else, one label and an IPv4 address included.
    """
    name = canonical(text)
    _check(name, text, name, _HOST_LABEL, "letters, digits and hyphens")
    top = name.rpartition(".")[2]
    if top == name or top.isdigit():
        raise DomainNameError(
            f"{shown(text)} is not the whole name of a host; expected for example ns1.dns.example"
        )
    return name


def _check(name: str, text: str, looked_at: str, label: re.Pattern[str], expected: str) -> None:
    if not name:
        raise DomainNameError(f"{shown(text)} is not a domain name; expected for example www.example.com")
    if len(name) > LONGEST_NAME:
        raise DomainNameError(
            f"{shown(text)} is too long; a domain name has at most {LONGEST_NAME} characters"
        )
    for each in looked_at.split("."):
        if len(each) > LONGEST_LABEL:
            raise DomainNameError(
                f"{shown(text)} has a label of {len(each)} characters; at most {LONGEST_LABEL} are possible"
            )
        if not label.fullmatch(each):
            raise DomainNameError(
                f"{shown(text)} is not a domain name: {shown(each)} is not a label; expected {expected},"
                " with a hyphen neither first nor last"
            )
