"""Communities as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.attributes import WELL_KNOWN, community_text, parse_community

large = st.tuples(*[st.integers(0, 2**32 - 1)] * 3)


@given(st.integers(0, 2**32 - 1) | st.sampled_from(list(WELL_KNOWN.values())) | large)
def test_a_community_reads_back_as_it_was_written(community: int | tuple[int, int, int]) -> None:
    assert parse_community(community_text(community)) == community


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_a_standard_community_is_the_asn_above_the_value(asn: int, value: int) -> None:
    assert parse_community(f"{asn}:{value}") == asn * 65536 + value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no-export", "65535:65281"),
        ("no-advertise", "65535:65282"),
        ("blackhole", "65535:666"),
        ("graceful-shutdown", "65535:0"),
    ],
)
def test_a_well_known_name_is_the_value_its_rfc_gives(name: str, text: str) -> None:
    assert parse_community(name) == parse_community(text)
    assert community_text(parse_community(text)) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "64500",
        "64500:",
        ":1",
        "65536:1",
        "1:65536",
        "1:2:4294967296",
        "1:2:3:4",
        "-1:2",
        "NO-EXPORT",
        "٦:٦",
        "1:2\n",
        "0x1:2",
    ],
)
def test_what_is_no_community_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a community; expected ASN:VALUE"):
        parse_community(text)
