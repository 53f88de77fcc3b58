"""What is found wrong with IRR entries, by prefix and by AS."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.irr_lab import IrrLab

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.registry.irr.checks import Evidence, Flaw, PrefixRow, check_asn, check_prefix
from lab.registry.irr.index import RouteIndex
from lab.registry.irr.narrating import as_json, as_text
from lab.registry.irr.records import RouteObject
from lab.topology.model import Holding, IrrRoute

PREFIX = Prefix.parse("203.0.113.0/24")
HALF = Prefix.parse("203.0.113.0/25")
OTHER = Prefix.parse("198.51.100.0/25")


def evidence(lab: IrrLab, announced: Mapping[Prefix, list[int]]) -> Evidence:
    return Evidence(lab.database.index, lab.vrps, announced, lab.database.rir_of)


def flaws(lab: IrrLab, announced: Mapping[Prefix, list[int]], prefix: Prefix = PREFIX) -> list[Flaw]:
    """The flaws of a prefix, without those of the prefixes around it and in it."""
    row = next(row for row in check_prefix(prefix, evidence(lab, announced)).rows if row.prefix == prefix)
    return [finding.flaw for finding in row.findings]


@pytest.fixture
def lab() -> IrrLab:
    return IrrLab()


@pytest.mark.seed(239, 241)
def test_an_entry_that_is_missing_is_found_until_it_is_added(lab: IrrLab) -> None:
    assert flaws(lab, {PREFIX: [13335]}) == [Flaw.NO_ROUTE_OBJECT]
    lab.add("203.0.113.0/24", 13335)
    assert flaws(lab, {PREFIX: [13335]}) == []


@pytest.mark.seed(239)
def test_an_entry_that_does_not_show_the_correct_origin_is_found_until_it_does(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 64496)
    assert flaws(lab, {PREFIX: [13335]}) == [Flaw.ORIGIN_MISMATCH]
    lab.add("203.0.113.0/24", 13335)
    assert flaws(lab, {PREFIX: [13335]}) == []
    assert flaws(lab, {PREFIX: [13335, 64496, 64497]}) == [Flaw.ORIGIN_MISMATCH]


@pytest.mark.seed(239)
def test_an_entry_of_the_supernet_is_not_enough_for_a_subnet_that_is_announced(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 13335)
    assert flaws(lab, {HALF: [13335]}, HALF) == [Flaw.SUPERNET_ONLY]
    lab.add("203.0.113.0/25", 13335)
    assert flaws(lab, {HALF: [13335]}, HALF) == []


def test_a_missing_entry_is_one_finding_where_there_are_a_supernets_entry_and_a_roa(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 13335)
    lab.vrps = [Vrp(PREFIX, 24, 13335), Vrp(HALF, 25, 13335)]
    assert flaws(lab, {HALF: [13335]}, HALF) == [Flaw.SUPERNET_ONLY]
    assert flaws(lab, {}, HALF) == [Flaw.ONLY_RPKI]


def test_entries_at_registries_that_do_not_have_the_space_are_found_until_its_own_has_one() -> None:
    lab = IrrLab([IrrRoute(PREFIX, 64496, source="RIPE"), IrrRoute(PREFIX, 64497, source="APNIC")])
    assert flaws(lab, {PREFIX: [64496]}) == [Flaw.OTHER_REGISTRY]
    text = as_text(check_prefix(PREFIX, evidence(lab, {})))
    assert "203.0.113.0/24 is registered with ARIN, and its route objects are at APNIC, RIPE only" in text
    lab.add("203.0.113.0/24", 64496)
    assert flaws(lab, {PREFIX: [64496]}) == []


def test_an_entry_stays_at_the_registry_that_its_space_has_left(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 64496)
    lab.registries.database.sync([Holding(PREFIX, "site-b", "RIPE", "ALLOCATED PA")])
    assert [each.source for each in lab.database.exact(PREFIX)] == ["ARIN"]
    assert flaws(lab, {PREFIX: [64496]}) == [Flaw.OTHER_REGISTRY]
    assert lab.add("203.0.113.0/24", 64496).source == "RIPE"
    assert flaws(lab, {PREFIX: [64496]}) == []


def test_the_supernets_entry_of_another_as_counts_for_nothing(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 64496)
    assert flaws(lab, {HALF: [13335]}, HALF) == [Flaw.NO_ROUTE_OBJECT]


@pytest.mark.seed(244)
def test_a_roa_alone_is_not_enough_until_the_irr_entry_is_added(lab: IrrLab) -> None:
    lab.vrps = [Vrp(PREFIX, 24, 13335)]
    for announced in ({}, {PREFIX: [13335]}):
        assert flaws(lab, announced) == [Flaw.ONLY_RPKI]
        (row,) = check_prefix(PREFIX, evidence(lab, announced)).rows
        assert row.findings[0].remedy.startswith("add the IRR entry: a route object for 203.0.113.0/24 with")
    lab.add("203.0.113.0/24", 13335)
    assert flaws(lab, {PREFIX: [13335]}) == []


@pytest.mark.seed(244)
def test_a_subnet_that_a_roas_max_length_covers_has_only_the_rpki(lab: IrrLab) -> None:
    lab.vrps = [Vrp(PREFIX, 25, 13335)]
    assert flaws(lab, {HALF: [13335]}, HALF) == [Flaw.ONLY_RPKI]
    assert flaws(lab, {HALF: [64496]}, HALF) == [Flaw.NO_ROUTE_OBJECT]


def test_an_object_that_a_roa_contradicts_is_found_until_there_is_a_roa_for_it(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 64496)
    assert flaws(lab, {PREFIX: [64496]}) == []
    lab.vrps = [Vrp(PREFIX, 24, 13335)]
    assert flaws(lab, {PREFIX: [64496]}) == [Flaw.CONTRADICTED]
    lab.vrps.append(Vrp(PREFIX, 24, 64496))
    assert flaws(lab, {PREFIX: [64496]}) == []


def test_a_roa_for_as_0_asks_for_no_entry(lab: IrrLab) -> None:
    lab.vrps = [Vrp(PREFIX, 24, 0)]
    assert flaws(lab, {}) == []


@pytest.mark.seed(241)
def test_a_prefix_is_shown_with_its_origins_sources_and_flaws_and_those_around_it(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 64496)
    lab.add("198.51.100.0/25", 64497)
    lab.vrps = [Vrp(PREFIX, 24, 13335)]
    check = check_prefix(HALF, evidence(lab, {HALF: [13335], OTHER: [64497]}))
    assert [row.prefix for row in check.rows] == [PREFIX, HALF]
    assert as_text(check).splitlines() == [
        "203.0.113.0/24",
        "  BGP: not announced",
        "  IRR: AS64496 at ARIN (CUSTOMER-MNT)",
        "  RPKI: AS13335 up to /24",
        "  contradicted-by-roa: the route object for 203.0.113.0/24 with origin AS64496 (ARIN) is invalid:"
        " 203.0.113.0/24 AS13335: authorises AS13335, the origin is AS64496",
        "    remove it, or add a ROA for 203.0.113.0/24 and AS64496",
        "203.0.113.0/25",
        "  BGP: AS13335",
        "  IRR: no route object",
        "  RPKI: no ROA",
        "  no-route-object: AS13335 announces 203.0.113.0/25, which has no route object, and no valid ROA",
        "    add a route object for 203.0.113.0/25 with origin AS13335",
        "2 findings",
    ]


@pytest.mark.seed(241)
def test_an_as_is_shown_with_its_prefixes_sources_and_flaws(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 64496)
    lab.vrps = [Vrp(Prefix.parse("192.0.2.0/25"), 25, 64496)]
    lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496"])
    lab.editor.put_as_set("AS-ALL", ["AS-CUSTOMERS"])
    lab.editor.put_as_set("AS-OTHERS", ["AS64497"])
    check = check_asn(64496, evidence(lab, {PREFIX: [64496], OTHER: [64496], HALF: [64497]}), lab.database)
    assert check.as_sets == ("AS-ALL", "AS-CUSTOMERS")
    shown = {str(row.prefix): [finding.flaw for finding in row.findings] for row in check.rows}
    assert shown == {
        "192.0.2.0/25": [Flaw.ONLY_RPKI],
        "198.51.100.0/25": [Flaw.NO_ROUTE_OBJECT],
        "203.0.113.0/24": [],
    }
    found = as_json(check)
    assert (found["asn"], found["as_sets"]) == (64496, ["AS-ALL", "AS-CUSTOMERS"])
    assert found["prefixes"][2] == {
        "prefix": "203.0.113.0/24",
        "announced": [64496],
        "objects": [{"origin": 64496, "source": "ARIN", "maintainer": "CUSTOMER-MNT"}],
        "roas": [],
        "findings": [],
    }
    assert as_text(check).startswith("AS64496  as-sets: AS-ALL, AS-CUSTOMERS\n192.0.2.0/25\n")
    assert as_text(check).endswith("2 findings")


def test_what_nobody_has_is_shown_as_that(lab: IrrLab) -> None:
    nothing = evidence(lab, {})
    assert as_text(check_asn(64511, nothing, lab.database)).splitlines() == [
        "AS64511  as-sets: none",
        "  announces nothing, and nothing is registered for it in the IRR or the RPKI",
        "nothing is wrong",
    ]
    assert as_json(check_prefix(PREFIX, nothing)) == {
        "prefix": "203.0.113.0/24",
        "prefixes": [
            {"prefix": "203.0.113.0/24", "announced": [], "objects": [], "roas": [], "findings": []}
        ],
    }


NESTED = st.sampled_from(
    [
        Prefix.parse(text)
        for text in (
            "203.0.113.0/24",
            "203.0.113.0/25",
            "203.0.113.128/25",
            "203.0.113.0/26",
            "2001:db8::/32",
        )
    ]
)
FEW = st.integers(64496, 64498)
ROUTES = st.builds(RouteObject, NESTED, FEW, st.just("ARIN"), st.just("X-MNT"))
VRPS = st.builds(
    lambda prefix, more, asn: Vrp(prefix, prefix.length + more, asn),
    NESTED,
    st.integers(0, 2),
    FEW | st.just(0),
)


@settings(max_examples=examples(200))
@given(
    st.lists(ROUTES, max_size=5),
    st.lists(VRPS, max_size=4),
    st.dictionaries(NESTED, st.lists(FEW, min_size=1, max_size=2), max_size=4),
)
def test_an_as_that_has_its_object_has_no_flaw_and_one_without_has_exactly_one(
    routes: list[RouteObject], vrps: list[Vrp], announced: dict[Prefix, list[int]]
) -> None:
    held = Evidence(RouteIndex(routes), vrps, announced, lambda prefix: None)
    table = VrpTable(vrps)
    everything = (Prefix.parse("0.0.0.0/0"), Prefix.parse("::/0"))
    for row in (row for each in everything for row in check_prefix(each, held).rows):
        for asn in row.announced:
            about = [each for each in row.findings if f"AS{asn} announce" in each.text]
            assert len(about) == (not any(route.origin == asn for route in row.objects))
        invalid = [
            route for route in row.objects if table.validate(row.prefix, route.origin) is RovState.INVALID
        ]
        assert count(row, Flaw.CONTRADICTED) == len(invalid)


def count(row: PrefixRow, flaw: Flaw) -> int:
    return sum(finding.flaw is flaw for finding in row.findings)
