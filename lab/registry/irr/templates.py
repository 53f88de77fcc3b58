"""What the whois server says of itself: its version and sources, and what objects look like."""

from __future__ import annotations

from typing import Final

from lab.registry.errors import RegistryError
from lab.registry.irr.objects import CLASSES
from lab.registry.irr.pseudo import RPKI
from lab.registry.irr.queries import ALL_SOURCES
from lab.registry.irr.rpsl import Attribute, write
from lab.topology.problems import suggestion

VERSION: Final = "IRRd -- version 4: the protocol, as a lab speaks it"

_TEXTS: Final = (
    ("descr", "optional", "multiple", ""),
    ("remarks", "optional", "multiple", ""),
)
_ADMINISTRATION: Final = (
    ("mnt-by", "mandatory", "single", "inverse key"),
    ("created", "generated", "single", ""),
    ("last-modified", "generated", "single", ""),
    ("source", "mandatory", "single", ""),
)
_BODIES: Final = {
    "route": (("origin", "mandatory", "single", "primary/inverse key"), *_TEXTS),
    "route6": (("origin", "mandatory", "single", "primary/inverse key"), *_TEXTS),
    "as-set": (*_TEXTS, ("members", "optional", "multiple", "")),
}


def template(kind: str) -> str:
    """The attributes that an object of a class has (RIPE's `-t`), without a line break at the end.

    Raises RegistryError.
    """
    body = _BODIES.get(kind.lower())
    if body is None:
        raise RegistryError(f"there are no objects {kind!a} here", suggestion(kind, CLASSES, "there are"))
    key = (kind.lower(), "mandatory", "single", "primary/lookup key")
    return write(_line(*row) for row in (key, *body, *_ADMINISTRATION)).rstrip("\n")


def about_server(what: str) -> str:
    """What RIPE's `-q` asks for: `version`, `sources` or `types`. The line of a source would have the version
    of the protocol for mirrors: there is none. Raises RegistryError."""
    match what.lower():
        case "version":
            return f"% {VERSION}"
        case "sources":
            return "\n".join(f"{source}:-:{'X' if source == RPKI else 'N'}:0-0" for source in ALL_SOURCES)
        case "types":
            return "\n".join(CLASSES)
    raise RegistryError(
        f"there is nothing to say about {what!a}",
        suggestion(what, ("version", "sources", "types"), "ask for"),
    )


def _line(name: str, need: str, count: str, key: str) -> Attribute:
    return Attribute(name, (f"{f'[{need}]':<14}{f'[{count}]':<13}[{key or ' '}]",))
