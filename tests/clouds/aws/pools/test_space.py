"""Free space among prefixes that are taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.clouds.aws.pools.space import first_free, is_free, overlap

BASE = Prefix.parse("198.51.100.0/24")


@st.composite
def _parts(draw: st.DrawFn, shortest: int = 25) -> Prefix:
    length = draw(st.integers(shortest, 32))
    return Prefix(4, BASE.value + draw(st.integers(0, 255)), 32).supernet(length)


@given(st.lists(_parts(24), max_size=3), st.lists(_parts(), max_size=8), st.integers(24, 32))
def test_what_is_found_is_the_lowest_that_is_free(
    within: list[Prefix], taken: list[Prefix], length: int
) -> None:
    size = 1 << 32 - length
    candidates = (
        Prefix(4, value, length)
        for block in within
        if block.length <= length
        for value in range(block.value, block.value + (1 << 32 - block.length), size)
    )
    free = (each for each in candidates if not any(overlap(each, other) for other in taken))
    assert first_free(within, length, taken) == next(free, None)


@given(st.lists(_parts(), max_size=12), _parts(24))
def test_what_shares_no_address_with_any_that_are_apart_is_free(parts: list[Prefix], wanted: Prefix) -> None:
    apart: list[Prefix] = []
    for part in parts:
        if not any(overlap(part, other) for other in apart):
            apart.append(part)
    assert is_free(wanted, sorted(apart)) == (not any(overlap(wanted, other) for other in apart))


def test_other_ip_versions_do_not_stand_in_the_way() -> None:
    block = Prefix.parse("2001:db8::/32")
    assert first_free([block], 56, [Prefix.parse("0.0.0.0/0")]) == Prefix.parse("2001:db8::/56")
    assert first_free([block], 128, [block]) is None
    assert first_free([BASE], 24, [Prefix.parse("2001:db8::/128"), Prefix.parse("::/0")]) == BASE
