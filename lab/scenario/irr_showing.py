"""The IRR of a lab, as plain JSON data."""

from __future__ import annotations

from typing import Any

from lab.bgp.prefix import Prefix
from lab.registry.errors import RegistryError
from lab.registry.irr import membership
from lab.registry.irr.checks import AsnCheck, Evidence, PrefixCheck, check_asn, check_prefix
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.names import as_number, set_name
from lab.registry.irr.narrating import as_json, as_text
from lab.registry.irr.objects import text_of
from lab.registry.irr.records import AsSet, RouteObject
from lab.scenario.lab import Lab, LabError
from lab.topology.problems import suggestion

Data = dict[str, Any]


def irr(lab: Lab, about: str | None = None) -> Data:
    """The route objects and as-sets: all, or those that have to do with a prefix, an AS or an as-set.

    With a prefix come the objects around it, the most specific first, and those inside it; with an AS those
    of this origin and the sets it is in; with a set those of its ASes. Raises LabError where nothing is.
    """
    database = lab.clouds.irr
    if about is None:
        routes, as_sets = database.routes(), database.as_sets()
    else:
        routes, as_sets = _about(database, subject(about))
        if not routes and not as_sets:
            raise LabError(f"the IRR has nothing about {about}")
    return {
        "routes": [_route(each) for each in routes],
        "as_sets": [_as_set(each, database) for each in as_sets],
    }


def irr_check(lab: Lab, about: str) -> Data:
    """What is wrong with the IRR entries of a prefix, an AS or all ASes of an as-set, held against the
    collector's table and the RPKI: `data` for programs (of a set a list, AS by AS) and `text` for people.
    """
    found = subject(about)
    table = lab.table()
    announced = {prefix: tuple(table.origins(prefix)) for prefix in table.paths}
    evidence = Evidence(lab.clouds.irr.index, lab.vrps, announced, lab.clouds.irr.rir_of)
    if isinstance(found, str):
        _existing_set(lab.clouds.irr, found)
        checks = [check_asn(asn, evidence, lab.clouds.irr) for asn in sorted(lab.clouds.irr.expand(found))]
        text = "\n\n".join(map(as_text, checks)) or f"{found} has no ASes"
        return {"data": [as_json(each) for each in checks], "text": text}
    if isinstance(found, Prefix):
        result: PrefixCheck | AsnCheck = check_prefix(found, evidence)
    else:
        result = check_asn(found, evidence, lab.clouds.irr)
    return {"data": as_json(result), "text": as_text(result)}


def irr_env(lab: Lab) -> Data:
    """Where the lab answers whois. Raises LabError where it does not."""
    if lab.clouds.whois_address is None:
        raise LabError("this lab serves no whois; `lab up` does")
    host, port = lab.clouds.whois_address
    return {"host": host, "port": port}


def subject(word: str) -> Prefix | int | str:
    """What a word means: a prefix (or an address), an AS number (`AS64496` or `64496`) or an as-set.

    Raises LabError for what is none, and PrefixError for what looks like a prefix and is none.
    """
    if any(mark in word for mark in "./:") and not word.upper().startswith("AS"):
        return Prefix.parse(word)
    number = as_number(f"AS{word}" if word.isdigit() else word)
    if number is not None:
        return number
    try:
        return set_name(word)
    except RegistryError:
        raise LabError(
            f"{word!r} is neither a prefix nor an AS number nor the name of an as-set; expected for example "
            "203.0.113.0/24, AS64496 or AS-CUSTOMER"
        ) from None


def _about(
    database: IrrDatabase, found: Prefix | int | str
) -> tuple[tuple[RouteObject, ...], tuple[AsSet, ...]]:
    if isinstance(found, Prefix):
        inside = [each for each in database.within(found) if each.prefix != found]
        return (*database.covering(found), *inside), ()
    if isinstance(found, int):
        sets = membership.sets_with(found, database.as_sets(), database.as_set)
        return database.of_origin(found), tuple(each for each in database.as_sets() if each.name in sets)
    as_set = _existing_set(database, found)
    routes = (each for asn in sorted(database.expand(found)) for each in database.of_origin(asn))
    return tuple(routes), (as_set,)


def _existing_set(database: IrrDatabase, name: str) -> AsSet:
    """The as-set of this name. Raises LabError."""
    as_set = database.as_set(name)
    if as_set is None:
        names = [each.name for each in database.as_sets()]
        raise LabError(f"nobody has defined {name}; {suggestion(name, names, 'as-sets')}")
    return as_set


def _route(route: RouteObject) -> Data:
    return {
        "prefix": str(route.prefix),
        "origin": route.origin,
        "source": route.source,
        "maintainer": route.maintainer,
        "descr": list(route.descr),
        "remarks": list(route.remarks),
        "rpsl": text_of(route),
    }


def _as_set(as_set: AsSet, database: IrrDatabase) -> Data:
    return {
        "name": as_set.name,
        "source": as_set.source,
        "maintainer": as_set.maintainer,
        "members": list(as_set.members),
        "asns": sorted(database.expand(as_set.name)),
        "rpsl": text_of(as_set),
    }
