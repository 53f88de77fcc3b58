"""What ROAs must say before Amazon may announce a range, and whom they forget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.aws_world import GOV_REGION, REGION

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.clouds.aws.byoip.roa_rules import (
    amazon_asns,
    announced_elsewhere,
    left_behind,
    roa_shortfalls,
)
from lab.clouds.aws.world import SeenRoute

RANGE = Prefix.parse("198.51.100.0/24")
AMAZON = (16509, 14618)


def missing(*vrps: Vrp, region: str = REGION) -> list[str]:
    return [shortfall.text for shortfall in roa_shortfalls(vrps, RANGE, region)]


def vrps(prefix: str, max_length: int, *asns: int) -> list[Vrp]:
    return [Vrp(Prefix.parse(prefix), max_length, asn) for asn in asns]


@pytest.mark.seed(18, 19, 20, 84)
def test_both_of_amazons_ases_must_be_authorized() -> None:
    assert missing(*vrps("198.51.100.0/24", 24, *AMAZON)) == []
    (text,) = missing(*vrps("198.51.100.0/24", 24, 16509))
    assert "no ROA authorizes AS14618" in text
    (text,) = missing(*vrps("198.51.100.0/24", 24, 14618, 64500))
    assert "no ROA authorizes AS16509" in text
    assert "198.51.100.0/24 AS64500" in text


@pytest.mark.seed(85)
def test_govcloud_has_an_as_of_its_own() -> None:
    assert amazon_asns(GOV_REGION) == (8987,)
    assert missing(*vrps("198.51.100.0/24", 24, 8987), region=GOV_REGION) == []
    (text,) = missing(*vrps("198.51.100.0/24", 24, *AMAZON), region=GOV_REGION)
    assert "AS8987" in text
    assert len(missing(*vrps("198.51.100.0/24", 24, 8987))) == 2


@pytest.mark.seed(20)
def test_with_no_roa_at_all_one_text_names_both() -> None:
    (text,) = missing(*vrps("203.0.113.0/24", 24, *AMAZON))
    assert "no ROA covers 198.51.100.0/24" in text
    assert "AS16509 and AS14618" in text


@pytest.mark.seed(19, 21)
def test_the_max_length_must_reach_the_range() -> None:
    assert missing(*vrps("198.51.0.0/16", 24, *AMAZON)) == []
    texts = missing(*vrps("198.51.0.0/16", 22, *AMAZON))
    assert len(texts) == 2
    assert "198.51.0.0/16-22 AS16509 allows AS16509 nothing longer than /22" in texts[0]
    assert "set its maxLength to /24" in texts[0]


@pytest.mark.seed(19)
def test_roas_for_parts_of_the_range_are_not_enough() -> None:
    (text,) = missing(*vrps("198.51.100.0/25", 25, *AMAZON))
    assert "are for parts of 198.51.100.0/24 only" in text


@given(
    st.sets(
        st.builds(
            lambda length, extra, asn: Vrp(RANGE.supernet(length), min(length + extra, 32), asn),
            st.integers(14, 24),
            st.integers(0, 12),
            st.sampled_from([0, 8987, 14618, 16509, 64500]),
        )
    ),
    st.sampled_from([REGION, GOV_REGION]),
)
def test_nothing_is_missing_exactly_when_amazons_announcement_would_be_valid(
    found: set[Vrp], region: str
) -> None:
    table = VrpTable(found)
    valid = all(table.validate(RANGE, asn) is RovState.VALID for asn in amazon_asns(region))
    assert (not missing(*found, region=region)) == valid


@pytest.mark.seed(20)
def test_an_origin_that_the_roas_forget_is_named_and_one_that_they_keep_is_not() -> None:
    routes = [SeenRoute(RANGE, (64499, 64500), "collector"), SeenRoute(RANGE, (64498, 64500), "other")]
    amazon = vrps("198.51.100.0/24", 24, *AMAZON)
    (text,) = left_behind(amazon, routes)
    assert "AS64500 still announces 198.51.100.0/24" in text
    assert left_behind([*amazon, Vrp(RANGE, 24, 64500)], routes) == []
    assert left_behind([], routes) == []


@pytest.mark.seed(20)
def test_a_route_to_the_whole_is_left_behind_by_roas_for_its_parts() -> None:
    whole = SeenRoute(Prefix.parse("198.51.0.0/16"), (64500,), "collector")
    (text,) = left_behind(vrps("198.51.0.0/16", 24, *AMAZON), [whole])
    assert "AS64500 still announces 198.51.0.0/16" in text
    assert left_behind(vrps("198.51.100.0/24", 24, *AMAZON), [whole]) == []


@pytest.mark.seed(51)
def test_who_else_announces_a_range_is_seen_but_not_amazon_nor_a_covering_route() -> None:
    routes = [
        SeenRoute(Prefix.parse("198.51.100.128/25"), (64500,), "collector"),
        SeenRoute(RANGE, (64499, 16509), "collector"),
        SeenRoute(Prefix.parse("198.51.0.0/16"), (64501,), "collector"),
    ]
    assert announced_elsewhere(routes, RANGE, REGION) == ["AS64500 announces 198.51.100.128/25 too"]
    assert announced_elsewhere(routes[1:], RANGE, REGION) == []
