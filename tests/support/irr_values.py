"""Route objects, as-sets and their texts, drawn at random from documentation space."""

from __future__ import annotations

from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.registry.irr.records import AsSet, RouteObject
from lab.registry.rirs import RIRS

ASNS = st.sampled_from([*range(64496, 64512), *range(65536, 65552)])
SETS = ("AS-ONE", "AS-TWO", "AS-THREE", "AS64496:AS-CUSTOMERS", "AS-NOBODYS")


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    """A prefix in the space that the lab's registries have registered."""
    if draw(st.booleans()):
        around = Prefix.parse(draw(st.sampled_from(["203.0.113.0/24", "198.51.100.0/25", "192.0.2.128/25"])))
        length = draw(st.integers(around.length, 28))
        return Prefix(4, around.value + draw(st.integers(0, 127)), 32).supernet(length)
    around = Prefix.parse("2001:db8:100::/48")
    value = around.value + (draw(st.integers(0, 0xFFFF)) << 64)
    return Prefix(6, value, 128).supernet(draw(st.integers(48, 64)))


_CHARACTERS = st.characters(max_codepoint=0x17F, exclude_categories=("C", "Z"), include_characters=" ")
_LINE = st.text(_CHARACTERS, max_size=40).map(lambda text: text.strip(" "))


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, ...]:
    """The lines of a text as a registry keeps them: none, or the first and the last not empty."""
    found = draw(st.lists(_LINE, max_size=4))
    while found and not found[0]:
        del found[0]
    while found and not found[-1]:
        del found[-1]
    return tuple(found)


_SOURCES = st.sampled_from(sorted(RIRS))
_MNTNERS = st.sampled_from(["CUSTOMER-MNT", "MAINT-AU-EXAMPLE-AP"])
_TIMES = st.integers(1, 4_000_000_000).map(float)

route_objects = st.builds(RouteObject, prefixes(), ASNS, _SOURCES, _MNTNERS, lines(), lines(), _TIMES, _TIMES)
bare_route_objects = st.builds(RouteObject, prefixes(), ASNS, _SOURCES, _MNTNERS)
"""Without texts and times: for those who look for others' keys."""
members = st.lists(ASNS.map(lambda asn: f"AS{asn}") | st.sampled_from(SETS), max_size=5, unique=True).map(
    tuple
)
as_sets = st.builds(
    AsSet, st.sampled_from(SETS), members, _SOURCES, _MNTNERS, lines(), lines(), _TIMES, _TIMES
)
