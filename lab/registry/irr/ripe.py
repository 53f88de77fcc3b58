"""Queries in the form of RIPE's whois: flags, and one search key (RIPE Database documentation, "Queries")."""

from __future__ import annotations

import getopt
from typing import Final

from lab.bgp.prefix import Prefix, PrefixError
from lab.registry.errors import RegistryError
from lab.registry.irr.connection import Connection, chosen_sources, joined
from lab.registry.irr.names import as_number
from lab.registry.irr.objects import CLASSES, key_text
from lab.registry.irr.queries import ALL_SOURCES, Queries, Specificity
from lab.registry.irr.records import AsSet, RouteObject
from lab.registry.irr.templates import about_server, template
from lab.topology.problems import suggestion

NOTHING: Final = "%  No entries found for the selected source(s)."

_FLAGS: Final = "aBbcCdFGkKlLmMrRxi:q:s:t:T:v:V:"
"""Those with a colon have a value. What is not looked at below is about contacts: no object here has any."""
_SPECIFICITY: Final = {
    "-x": Specificity.EXACT,
    "-l": Specificity.LESS_ONE_LEVEL,
    "-L": Specificity.LESS_AND_EXACT,
    "-m": Specificity.MORE_ONE_LEVEL,
    "-M": Specificity.MORE,
}
_INVERSE: Final = ("origin", "mnt-by")
_DESCRIPTIONS: Final = {"-q": about_server, "-t": template, "-v": template}


class RipeQueries:
    """Answers queries on one connection."""

    def __init__(self, queries: Queries, connection: Connection) -> None:
        self._queries = queries
        self._connection = connection

    def answer(self, query: str) -> str:
        """The objects found, or that there are none, without a line break at the end; "" is no answer.

        A prefix finds its own route objects or, without any, those one level less specific. Raises
        RegistryError.
        """
        try:
            pairs, rest = getopt.gnu_getopt(query.split(), _FLAGS)
        except getopt.GetoptError as error:
            raise RegistryError(error.msg.encode("ascii", "backslashreplace").decode()) from None
        flags = dict(pairs)
        key = " ".join(rest)
        if "-k" in flags and not key:
            self._connection.closed = self._connection.persistent
            self._connection.persistent = True
            return ""
        self._connection.persistent |= "-k" in flags
        for flag, describe in _DESCRIPTIONS.items():
            if flag in flags:
                return describe(flags[flag])
        if not key:
            raise RegistryError("there is nothing to search for", "expected for example 203.0.113.0/24")
        found = [each for each in self._search(flags, key) if each.kind in _classes(flags)]
        text = key_text if "-K" in flags else self._queries.text
        return joined(text(each) for each in found) if found else NOTHING

    def _search(self, flags: dict[str, str], key: str) -> list[RouteObject] | list[RouteObject | AsSet]:
        sources = chosen_sources(flags["-s"]) if "-s" in flags else ALL_SOURCES
        if "-i" in flags:
            attributes = [word.strip().lower() for word in flags["-i"].split(",")]
            found = [each for name in attributes for each in self._inverse(name, key, sources)]
            return list(dict.fromkeys(found))
        wanted = [_SPECIFICITY[flag] for flag in flags if flag in _SPECIFICITY]
        try:
            prefix = Prefix.parse(key)
        except PrefixError as error:
            if wanted or "/" in key:
                raise RegistryError(str(error).encode("ascii", "backslashreplace").decode()) from None
            return self._queries.named(key, sources)
        if wanted:
            return self._queries.routes(prefix, wanted[-1], sources)
        return self._queries.nearest(prefix, sources)

    def _inverse(
        self, attribute: str, key: str, sources: tuple[str, ...]
    ) -> list[RouteObject] | list[RouteObject | AsSet]:
        match attribute:
            case "mnt-by":
                return self._queries.of_maintainer(key, sources)
            case "origin":
                asn = as_number(key)
                if asn is None:
                    raise RegistryError(f"{key!a} is no AS number", "expected for example AS64496")
                return self._queries.of_origin(asn, sources)
        raise RegistryError(
            f"there is no inverse search by {attribute!a}",
            suggestion(attribute, _INVERSE, "there is that by"),
        )


def _classes(flags: dict[str, str]) -> tuple[str, ...]:
    """The classes of objects that are wanted. Raises RegistryError."""
    if "-T" not in flags:
        return CLASSES
    wanted = tuple(word.strip().lower() for word in flags["-T"].split(","))
    for word in wanted:
        if word not in CLASSES:
            raise RegistryError(f"there are no objects {word!a} here", suggestion(word, CLASSES, "there are"))
    return wanted
