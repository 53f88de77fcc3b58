"""What filters built from the IRR let through, held against bgpq4."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.irr_lab import IrrLab, run, served
from support.irr_values import SETS, bare_route_objects, members

from lab.bgp.prefix import Prefix
from lab.registry.irr.filters import allowed_prefixes
from lab.registry.irr.records import RouteObject
from lab.registry.irr.server import WhoisServer

DATABASES = st.tuples(
    st.lists(bare_route_objects, max_size=15), st.dictionaries(st.sampled_from(SETS[:4]), members)
)


def filled(routes: list[RouteObject], sets: dict[str, tuple[str, ...]]) -> IrrLab:
    lab = IrrLab()
    with lab.state.transaction():
        for route in routes:
            lab.database.put_route(route)
    for name, found in sets.items():
        lab.editor.put_as_set(name, found)
    return lab


def bgpq4(server: WhoisServer, word: str, version: int) -> frozenset[Prefix]:
    """What bgpq4 makes of an AS or an as-set; -p has it take documentation ASNs."""
    shown = run("bgpq4", "-h", f"127.0.0.1:{server.port}", "-p", f"-{version}", "-j", word)
    entries = json.loads(shown)["NN"]
    assert all(entry["exact"] for entry in entries)
    return frozenset(Prefix.parse(entry["prefix"]) for entry in entries)


@pytest.mark.irr
@settings(max_examples=examples(60))
@given(DATABASES)
def test_bgpq4_builds_the_same_filter_for_every_set_and_as(
    database: tuple[list[RouteObject], dict[str, tuple[str, ...]]],
) -> None:
    lab = filled(*database)
    with served(lab) as server:
        for word in (*database[1], *{f"AS{route.origin}" for route in database[0][:3]}, "AS-NOBODYS"):
            both = bgpq4(server, word, 4) | bgpq4(server, word, 6)
            assert allowed_prefixes(lab.database, word) == both


@settings(max_examples=examples(100))
@given(DATABASES)
def test_the_irrd_protocol_has_the_same_filter_for_every_set_and_as(
    database: tuple[list[RouteObject], dict[str, tuple[str, ...]]],
) -> None:
    lab = filled(*database)
    for name in SETS:
        assert allowed_prefixes(lab.database, name) == prefixes_in(lab.whois(f"!a{name}"))
    for asn in {route.origin for route in database[0]}:
        both = prefixes_in(lab.whois(f"!gAS{asn}")) | prefixes_in(lab.whois(f"!6AS{asn}"))
        assert allowed_prefixes(lab.database, f"AS{asn}") == both


def prefixes_in(answer: str) -> frozenset[Prefix]:
    if answer == "D\n":
        return frozenset()
    return frozenset(map(Prefix.parse, answer.splitlines()[1].split()))


def test_a_filter_lets_through_the_exact_prefix_of_the_origin_and_nothing_else() -> None:
    lab = IrrLab()
    prefix = Prefix.parse("203.0.113.0/24")
    lab.editor.add_route(prefix, 13335)
    assert allowed_prefixes(lab.database, "AS13335") == {prefix}
    assert allowed_prefixes(lab.database, "AS64496") == frozenset()
    lab.editor.remove_route(prefix, 13335)
    lab.add("203.0.113.0/25", 13335)
    assert prefix not in allowed_prefixes(lab.database, "AS13335")
