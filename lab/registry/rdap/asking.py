"""What an RDAP request asks for (RFC 9082 section 3), from its path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lab.bgp.prefix import WIDTH, Prefix, PrefixError
from lab.registry.rdap.flavours import FLAVOURS, Flavour

MAX_ASN: Final = 2**32 - 1
_UNSERVED: Final = frozenset({"domain", "nameserver", "domains", "nameservers", "entities", "ips", "autnums"})
_EXPECTED: Final = "expected ip/<address>, ip/<prefix>/<length>, autnum/<number>, entity/<handle> or help"


class QueryError(ValueError):
    """A path asks for nothing that is served; `status` is the HTTP status that says so."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(status, description)
        self.status = status
        self.description = description


@dataclass(frozen=True, slots=True)
class Query:
    """A question to an RIR's server, or, without one, to the server that knows which RIR to ask.

    Of `prefix`, `asn` and `handle` one is given; none, for help.
    """

    flavour: Flavour | None
    prefix: Prefix | None = None
    asn: int | None = None
    handle: str | None = None

    @property
    def is_help(self) -> bool:
        """Whether it asks for no object."""
        return self.prefix is None and self.asn is None and self.handle is None

    @property
    def path(self) -> str:
        """The query in its canonical form, to follow a server's base URL."""
        if self.prefix is not None:
            is_host = self.prefix.length == WIDTH[self.prefix.version]
            return f"ip/{self.prefix.network if is_host else self.prefix}"
        if self.asn is not None:
            return f"autnum/{self.asn}"
        return "help" if self.handle is None else f"entity/{self.handle}"


def parse(path: str) -> Query:
    """The query in a path below that of the server, still percent-encoded. Raises QueryError."""
    words = [_decoded(word) for word in path.strip("/").split("/")]
    flavour = FLAVOURS.get(words[0])
    if flavour is not None:
        del words[0]
    match words:
        case ["help"]:
            return Query(flavour)
        case ["ip", address] if address:
            return Query(flavour, prefix=_prefix(address))
        case ["ip", address, length]:
            return Query(flavour, prefix=_prefix(f"{address}/{length}"))
        case ["autnum", number]:
            return Query(flavour, asn=_asn(number))
        case ["entity", handle] if handle:
            return Query(flavour, handle=handle)
        case [kind, *_] if kind in _UNSERVED:
            raise QueryError(501, f"This server answers no {kind} queries; {_EXPECTED}.")
    raise QueryError(400, f"This is no RDAP query: {_EXPECTED}.")


def _decoded(word: str) -> str:
    try:
        text = unquote(word, errors="strict")
    except UnicodeDecodeError:
        raise QueryError(400, "The path is not UTF-8, percent-encoded.") from None
    if not text.isprintable():
        raise QueryError(400, "The path has a character that cannot be printed.")
    return text


def _prefix(text: str) -> Prefix:
    try:
        return Prefix.parse(text)
    except PrefixError as error:
        raise QueryError(400, f"{error}.") from None


def _asn(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_ASN):
        raise QueryError(400, f"{text!r} is no AS number; expected a decimal number of at most {MAX_ASN}.")
    return int(text)
