"""The scalars of files that are about DNS and traffic: names of hosts and zones, types of records, ports."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import WithJsonSchema

from lab.bgp.prefix import Prefix, PrefixError
from lab.topology.problems import shown
from lab.topology.scalar_forms import ScalarError, text_form, word_form
from lab.topology.scalars import NAME_PATTERN

REVERSE_SUFFIXES: Final = (".in-addr.arpa", ".ip6.arpa")
RECORD_TYPES: Final = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT")
DEFAULT_PORT: Final = "tcp/443"
"""Where a packet goes that names no port."""

CLOUDFLARE: Final = "cloudflare"
"""Who stands for the name servers of Cloudflare's first account, and with `/NAME` for those of another."""

_LONGEST_NAME: Final = 253
_LABEL: Final = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME: Final = rf"{_LABEL}(?:\.{_LABEL})*"
_RECORD_NAME: Final = rf"(?:@|(?:\*\.)?{_NAME}|\*)"
_ZONE_RULE: Final = "a reverse zone such as 113.0.203.in-addr.arpa"
_PORT: Final = re.compile(r"(tcp|udp)/([1-9][0-9]{0,4})", re.ASCII)


def parse_host(text: str) -> str:
    """A name of the DNS (RFC 1035 section 2.3.4) in lower case without the final dot. Raises ScalarError."""
    name = text.removesuffix(".")
    if len(name) > _LONGEST_NAME or not re.fullmatch(_NAME, name, re.ASCII):
        hint = "leave the scheme and the path out" if "/" in text else ""
        raise ScalarError(
            f"{shown(text)} is not a name of the DNS; expected for example www.example.com", hint
        )
    return name.lower()


def _record_name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not re.fullmatch(_RECORD_NAME, text, re.ASCII):
        hint = "leave the final dot out; the name is relative to the zone" if text.endswith(".") else ""
        message = f"{shown(text)} is not the name of a record in a zone; expected for example www, or @"
        raise ScalarError(message, hint)
    return text.lower()


def _reverse_zone(text: str) -> str:
    name = parse_host(text)
    if not name.endswith(REVERSE_SUFFIXES):
        raise ScalarError(f"{shown(text)} is not {_ZONE_RULE}", "RIRs delegate reverse zones")
    return name


def _delegated(text: str) -> Prefix | str:
    if "/" not in text:
        return _reverse_zone(text)
    try:
        return Prefix.parse(text)
    except PrefixError as error:
        raise ScalarError(str(error)) from None


def parse_port(text: str) -> str:
    """A protocol and a port such as tcp/22. Raises ScalarError."""
    match = _PORT.fullmatch(text)
    if match is None or int(match[2]) > 65535:
        hint = f"write 'tcp/{int(text)}'" if re.fullmatch("[1-9][0-9]{0,3}", text, re.ASCII) else ""
        raise ScalarError(f"{shown(text)} is not a port; expected for example tcp/443 or udp/53", hint)
    return text


def _delegate(text: str) -> str:
    """A host, or `cloudflare/NAME`: the name servers of that account."""
    cloud, slash, account = text.partition("/")
    if slash and cloud == CLOUDFLARE and re.fullmatch(NAME_PATTERN, account, re.ASCII):
        return text
    return parse_host(text)


HostName = Annotated[
    str,
    text_form("a name of the DNS such as www.example.com", parse_host, str, longest=_LONGEST_NAME + 1),
    WithJsonSchema({"type": "string", "pattern": rf"^{_NAME}\.?$", "examples": ["www.example.com"]}),
]
DelegateWord = Annotated[
    str,
    text_form("a name server, elsewhere, or cloudflare", _delegate, str, longest=_LONGEST_NAME + 1),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^({_NAME}\.?|{CLOUDFLARE}/{NAME_PATTERN})$",
            "examples": ["cloudflare", "cloudflare/customer", "ns1.example.com"],
        }
    ),
]
RecordName = Annotated[
    str,
    text_form("the name of a record in a zone such as www, or @", _record_name, str, longest=_LONGEST_NAME),
    WithJsonSchema({"type": "string", "pattern": f"^{_RECORD_NAME}$", "examples": ["www", "@"]}),
]
DelegatedSpace = Annotated[
    Prefix | str,
    text_form(f"a prefix or {_ZONE_RULE}", _delegated, Prefix, longest=_LONGEST_NAME + 1),
    WithJsonSchema({"type": "string", "examples": ["203.0.113.0/24", "113.0.203.in-addr.arpa"]}),
]
RecordTypeWord = Annotated[str, *word_form("a type of record that the lab has", RECORD_TYPES)]
PortWord = Annotated[
    str,
    text_form("a port such as tcp/443 or udp/53", parse_port, str),
    WithJsonSchema({"type": "string", "pattern": f"^{_PORT.pattern}$", "examples": ["tcp/443", "udp/53"]}),
]
