"""Objects as they are when they are made: in whose registry, maintained by whom, with which lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lab.bgp.prefix import Prefix
from lab.registry.comments import comment_lines
from lab.registry.database import UNREGISTERED_AT, RegistryDatabase
from lab.registry.errors import RegistryError
from lab.registry.irr.names import as_number, member, set_name
from lab.registry.irr.records import AsSet, RouteObject
from lab.registry.records import Autnum
from lab.registry.rirs import RIRS
from lab.topology.problems import suggestion

SOURCES: Final = tuple(sorted(RIRS))
"""The registries, by name."""
MOST_MEMBERS: Final = 10_000
"""Members of one as-set."""
_LAST_ASN: Final = 0xFFFFFFFF


def new_route(
    registry: RegistryDatabase,
    prefix: Prefix,
    origin: int,
    source: str | None = None,
    descr: str = "",
    remarks: str = "",
    maintainer: str = "",
) -> RouteObject:
    """A route object at `source`, None for the RIR where `prefix` is registered; the mntner is HOLDER-MNT
    unless another is named. Raises RegistryError for what no registry could hold."""
    if not 0 < origin <= _LAST_ASN:
        raise RegistryError(f"AS{origin} cannot be an origin", f"expected AS1 to AS{_LAST_ASN}")
    registration = registry.find(prefix)
    if registration is None and source is None:
        raise RegistryError(
            f"{prefix} is registered nowhere, so that no registry takes a route object for it"
        )
    where = registration.rir if source is None and registration else source_name(source or "")
    holder = registration.holder if registration else f"AS{origin}"
    return RouteObject(
        prefix,
        origin,
        where,
        maintainer.upper() or maintainer_of(holder),
        lines_of(descr, where),
        lines_of(remarks, where),
    )


def new_as_set(
    registry: RegistryDatabase,
    name: str,
    members: Iterable[str],
    source: str | None = None,
    descr: str = "",
    remarks: str = "",
) -> AsSet:
    """An as-set at `source`, None for the RIR of the AS in a hierarchical name and else RIPE. The holder of
    that AS maintains it, or a mntner with the name of the set. Raises RegistryError."""
    proper = set_name(name)
    parents = (as_number(part) for part in proper.split(":"))
    owner: Autnum | None = next((registry.autnum(asn) for asn in parents if asn is not None), None)
    where = source_name(source) if source is not None else owner.rir if owner else UNREGISTERED_AT
    holder = owner.holder if owner else proper.split(":")[-1].removeprefix("AS-")
    chosen = tuple(dict.fromkeys(member(each) for each in members))
    if len(chosen) > MOST_MEMBERS:
        raise RegistryError(f"{proper} would have {len(chosen)} members; expected at most {MOST_MEMBERS}")
    lines = lines_of(descr, where), lines_of(remarks, where)
    return AsSet(proper, chosen, where, maintainer_of(holder), *lines)


def source_name(word: str) -> str:
    """A registry's name as it writes it itself, upper and lower case alike. Raises RegistryError."""
    if word.upper() in SOURCES:
        return word.upper()
    raise RegistryError(f"there is no registry {word!r}", suggestion(word.upper(), SOURCES))


def maintainer_of(holder: str) -> str:
    """The mntner of a holder: `CUSTOMER-MNT`."""
    return f"{holder.upper()}-MNT"


def lines_of(text: str, source: str) -> tuple[str, ...]:
    """The lines of a text as the registry `source` takes them; none of an empty one. Raises RegistryError."""
    return comment_lines(text, RIRS[source].charset) if text.strip() else ()
