"""Hypothesis strategies for the values that BGP carries."""

from __future__ import annotations

from hypothesis import strategies as st

from lab.bgp.attributes import WELL_KNOWN, Attributes, Origin
from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import Vrp

asns = st.sampled_from([*range(64496, 64512), 65536, 65551, 4294967295])
paths = st.lists(asns, min_size=1, max_size=6).map(tuple)
communities = st.lists(
    st.sampled_from([*WELL_KNOWN.values(), 64500 << 16 | 100]), max_size=2, unique=True
).map(tuple)


@st.composite
def prefixes(draw: st.DrawFn, versions: tuple[int, ...] = (4, 6)) -> Prefix:
    """Any prefix, the short and the host ones included."""
    version = draw(st.sampled_from(versions))
    length = draw(st.integers(0, WIDTH[version]))
    value = draw(st.integers(0, 2 ** WIDTH[version] - 1))
    return Prefix(version, value, WIDTH[version]).supernet(length)


@st.composite
def related_prefixes(draw: st.DrawFn) -> Prefix:
    """A prefix of a small space, so that two of them often cover each other."""
    length = draw(st.integers(20, 28))
    return Prefix(4, 0xCB007100 | draw(st.integers(0, 255)), 32).supernet(length)


@st.composite
def vrps(draw: st.DrawFn) -> Vrp:
    """A VRP for one of the related prefixes; AS 0 included."""
    prefix = draw(related_prefixes())
    return Vrp(prefix, draw(st.integers(prefix.length, 32)), draw(st.sampled_from([0, 64496, 64497])))


@st.composite
def attributes_of(draw: st.DrawFn, neighbor_asn: int) -> Attributes:
    """Attributes as neighbour AS `neighbor_asn` may send them."""
    return Attributes(
        (neighbor_asn, *draw(st.lists(asns, max_size=4))),
        draw(st.sampled_from(Origin)),
        draw(st.none() | st.integers(0, 3)),
        draw(communities),
        (),
        draw(st.none() | asns),
    )
