"""The IRRd protocol: commands that begin with `!`, as IRRd 4 answers them and bgpq4 sends them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from lab.bgp.prefix import Prefix, PrefixError
from lab.registry.errors import RegistryError
from lab.registry.irr.connection import Connection, chosen_sources, joined
from lab.registry.irr.making import SOURCES
from lab.registry.irr.names import as_number
from lab.registry.irr.pseudo import RPKI
from lab.registry.irr.queries import ALL_SOURCES, Queries, Specificity
from lab.registry.irr.records import AsSet, RouteObject
from lab.registry.irr.templates import VERSION

_LONGEST_TIMEOUT: Final = 1000
_ROUTE_KEY: Final = re.compile(r"(\S+?)-?(AS\d+)", re.IGNORECASE)
_NEEDS_PARAMETER: Final = frozenset("g6ijJmnorst")
_SEARCHES: Final = {
    "": Specificity.EXACT,
    "o": Specificity.EXACT,
    "l": Specificity.LESS_ONE_LEVEL,
    "L": Specificity.LESS_AND_EXACT,
    "M": Specificity.MORE,
}


class IrrdQueries:
    """Answers commands on one connection.

    The RPKI pseudo-source is not among the sources that are asked by default, as with an IRRd whose
    `sources_default` does not name it: `!r`, `!g`, `!s-lc`, `!j-*` and `!J-*` are about the five registries,
    until `!s` chooses others. So bgpq4's filters have what the IRR has (`filters.allowed_prefixes`).
    Queries in RIPE's form, which people type, show it unless `-s` says otherwise.

    Success with data is `A<bytes>`, the data and `C`; without, `C`; nothing found is `D`; an error is `F`.
    """

    def __init__(self, queries: Queries, connection: Connection) -> None:
        self._queries = queries
        self._connection = connection

    def answer(self, command: str) -> str:
        """The whole answer to a command, given without its `!`; "" is no answer. Raises RegistryError."""
        letter, parameter = command[:1], command[1:].strip()
        if letter in _NEEDS_PARAMETER and not parameter:
            raise RegistryError(f"Missing parameter for {letter} query")
        match letter:
            case "!":
                self._connection.persistent = True
                return ""
            case "q" | "e":
                self._connection.closed = True
                return ""
            case "n":
                return "C\n"
            case "t":
                return self._set_timeout(parameter)
            case "s" if parameter.lower() != "-lc":
                self._connection.sources = chosen_sources(parameter)
                return "C\n"
        return _data(self._found(letter, parameter))

    def _found(self, letter: str, parameter: str) -> str:
        match letter:
            case "v":
                return VERSION
            case "s":
                return ",".join(self._connection.sources)
            case "g" | "6":
                return self._of_origin(parameter, 6 if letter == "6" else 4)
            case "a":
                return self._of_set(parameter)
            case "i":
                return self._members(parameter)
            case "r":
                return self._search(parameter)
            case "m":
                return self._exact_key(parameter)
            case "o":
                return self._texts(self._queries.of_maintainer(parameter, self._connection.sources))
            case "j":
                return "\n".join(_serials(parameter))
            case "J":
                return _status(parameter)
        raise RegistryError(f"Unrecognised command: {letter!a}")

    def _set_timeout(self, parameter: str) -> str:
        seconds = int(parameter) if parameter.isascii() and parameter.isdigit() and len(parameter) < 5 else 0
        if not 0 < seconds <= _LONGEST_TIMEOUT:
            raise RegistryError(
                f"Invalid value for timeout: {parameter[:20]!a}", "expected 1 to 1000 seconds"
            )
        self._connection.timeout = float(seconds)
        return "C\n"

    def _of_origin(self, parameter: str, version: int) -> str:
        asn = as_number(parameter)
        if asn is None:
            raise RegistryError(f"Invalid AS number {parameter[:40]!a}", "expected for example AS64496")
        return _words(self._queries.prefixes(parameter, version, self._connection.sources))

    def _of_set(self, parameter: str) -> str:
        version = int(parameter[0]) if parameter[:1] in ("4", "6") else None
        name = parameter if version is None else parameter[1:]
        if not name:
            raise RegistryError("Missing required set name for A query")
        return _words(self._queries.prefixes(name, version, self._connection.sources))

    def _members(self, parameter: str) -> str:
        name, _, recursive = parameter.partition(",")
        found = self._queries.as_set(name, self._connection.sources)
        if found is None:
            return ""
        if recursive == "1":
            return " ".join(
                f"AS{asn}" for asn in sorted(self._queries.expand(name, self._connection.sources))
            )
        return _words(found.members)

    def _search(self, parameter: str) -> str:
        text, _, option = parameter.partition(",")
        if option not in _SEARCHES:
            raise RegistryError(f"Invalid route search option: {option[:20]!a}", "expected o, l, L or M")
        prefix = _prefix(text)
        found = self._queries.routes(prefix, _SEARCHES[option], self._connection.sources)
        if option == "o":
            return " ".join(dict.fromkeys(f"AS{route.origin}" for route in found))
        return self._texts(found)

    def _exact_key(self, parameter: str) -> str:
        kind, _, key = parameter.partition(",")
        sources = self._connection.sources
        if kind.lower() == "as-set":
            found = self._queries.as_set(key, sources)
            return self._texts([found] if found else [])
        match = _ROUTE_KEY.fullmatch(key)
        if match is None:
            raise RegistryError(
                f"Invalid argument for object lookup: {parameter[:80]!a}",
                "expected for example route,203.0.113.0/24AS64496 or as-set,AS-CUSTOMERS",
            )
        routes = self._queries.routes(_prefix(match[1]), Specificity.EXACT, sources)
        wanted = as_number(match[2])
        return self._texts([each for each in routes if (each.kind, each.origin) == (kind.lower(), wanted)])

    def _texts(self, found: Iterable[RouteObject | AsSet]) -> str:
        return joined(self._queries.text(each) for each in found)


def _prefix(text: str) -> Prefix:
    try:
        return Prefix.parse(text)
    except PrefixError as error:
        raise RegistryError(str(error).encode("ascii", "backslashreplace").decode()) from None


def _words(values: Iterable[object]) -> str:
    return " ".join(map(str, values))


def _data(text: str) -> str:
    """An answer with data; without any, that nothing was found."""
    return f"A{len(text.encode()) + 1}\n{text}\nC\n" if text else "D\n"


def _serials(parameter: str) -> Iterable[str]:
    """Each source asked for and that it keeps no journal."""
    for name in _sources(parameter):
        yield f"{name}:N:-" if name in ALL_SOURCES else f"{name}:X:Database unknown"


def _status(parameter: str) -> str:
    known = [name for name in _sources(parameter) if name in ALL_SOURCES]
    return json.dumps(
        {name: {"authoritative": name != RPKI, "keep_journal": False} for name in known}, indent=4
    )


def _sources(parameter: str) -> tuple[str, ...]:
    """The names in a list; `-*` is every source that is asked by default."""
    if parameter == "-*":
        return SOURCES
    return tuple(ascii(word.strip().upper())[1:-1] for word in parameter.split(","))
