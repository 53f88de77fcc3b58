"""Hypothesis strategies for VRPs, ASPAs and sets of payloads, dense enough that they cover each other."""

from __future__ import annotations

from hypothesis import strategies as st

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import Vrp
from lab.rpki.payloads import Payloads, Source

ASNS = st.integers(64496, 64499)
TAS = st.sampled_from(("arin", "ripe"))
_BLOCKS = (Prefix.parse("203.0.113.0/24"), Prefix.parse("198.51.100.0/24"), Prefix.parse("2001:db8::/32"))


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    """A documentation block or one of its next four generations."""
    block = draw(st.sampled_from(_BLOCKS))
    length = block.length + draw(st.integers(0, 4))
    index = draw(st.integers(0, 2 ** (length - block.length) - 1))
    return Prefix(block.version, block.value + (index << (WIDTH[block.version] - length)), length)


@st.composite
def vrps(draw: st.DrawFn, asns: st.SearchStrategy[int] = ASNS) -> Vrp:
    """A VRP for one of `prefixes`, AS 0 included, with a maxLength up to three bits longer."""
    prefix = draw(prefixes())
    longer = draw(st.integers(0, 3))
    return Vrp(prefix, prefix.length + longer, draw(st.one_of(asns, st.just(0))), draw(TAS))


@st.composite
def aspas(draw: st.DrawFn) -> Aspa:
    """An ASPA of one to three providers, or of none."""
    customer = draw(ASNS)
    others = st.sets(ASNS.filter(lambda asn: asn != customer), min_size=1, max_size=3)
    providers = draw(st.one_of(others, st.just({0})))
    return Aspa(customer, tuple(sorted(providers)), draw(TAS))


@st.composite
def payloads(draw: st.DrawFn) -> Payloads:
    """VRPs and ASPAs, each from one object or several."""
    drawn = draw(st.lists(st.one_of(vrps(), aspas()), max_size=12))
    return Payloads.of(
        (
            payload,
            Source(
                f"rsync://rpki.example/{payload.ta}/{draw(st.integers(0, 9))}.obj",
                payload.ta,
                draw(st.integers(0, 2**40 // 1000)),
            ),
        )
        for payload in drawn
    )
