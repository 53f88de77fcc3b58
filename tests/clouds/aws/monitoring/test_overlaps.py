"""Which CIDRs overlap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import WIDTH, Prefix
from lab.clouds.aws.monitoring.overlaps import overlapping
from lab.clouds.aws.pools.space import overlap

prefixes = st.builds(
    lambda version, bits, length: Prefix(version, bits << (WIDTH[version] - 5), 5).supernet(length),
    st.sampled_from([4, 6]),
    st.integers(0, 31),
    st.integers(0, 5),
)
"""Few bits, so that many of them meet."""


@given(st.lists(prefixes, max_size=12))
def test_it_finds_what_comparing_all_pairs_finds(cidrs: list[Prefix]) -> None:
    keyed = [(prefix, place) for place, prefix in enumerate(cidrs)]
    expected = {
        place
        for prefix, place in keyed
        if any(overlap(prefix, other) for other, another in keyed if another != place)
    }
    assert overlapping(keyed) == expected
