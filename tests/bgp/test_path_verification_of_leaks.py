"""AS path verification of paths as they come about: through customers, peers and providers, leaked or not."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from lab.bgp.aspa import Aspa, AspaState, AspaTable, Direction

UP, DOWN = Direction.UPSTREAM, Direction.DOWNSTREAM
VALID, INVALID, UNKNOWN = AspaState.VALID, AspaState.INVALID, AspaState.UNKNOWN

Links = dict[tuple[int, int], str]
"""How a route steps from one AS to another: `up` to a provider, `flat` to a peer, `down` to a customer."""
INVERSE = {"up": "down", "down": "up", "flat": "flat"}
SEEN_AS = {"up": UP, "flat": UP, "down": DOWN}
"""The direction the receiver judges in: what went up to it came from a customer."""


@st.composite
def internets(draw: st.DrawFn) -> Links:
    """Up to nine ASes, at least every second pair of them connected, in whatever way."""
    asns = range(64496, 64496 + draw(st.integers(3, 9)))
    links: Links = {}
    for a in asns:
        for b in range(a + 1, asns.stop):
            if kind := draw(st.sampled_from(("up", "down", "flat", "up", None))):
                links[a, b], links[b, a] = kind, INVERSE[kind]
    return links


@st.composite
def walks(draw: st.DrawFn, links: Links) -> tuple[int, ...]:
    """A walk along links that visits no AS twice: the origin first, the receiver last."""
    assume(links)
    walk = list(draw(st.sampled_from(sorted(links))))
    for _ in range(draw(st.integers(0, 5))):
        onward = [b for a, b in sorted(links) if a == walk[-1] and b not in walk]
        if not onward:
            break
        walk.append(draw(st.sampled_from(onward)))
    return tuple(walk)


def steps_of(links: Links, walk: tuple[int, ...]) -> list[str]:
    return [links[hop] for hop in pairwise(walk)]


def leaks(steps: list[str]) -> bool:
    """Whether a route went on to a provider or a peer after it had come from one (RFC 7908)."""
    return any(before != "up" and after != "down" for before, after in pairwise(steps))


def full_attestation(links: Links) -> dict[int, Aspa]:
    """Every AS has an ASPA that names all its providers."""
    return {
        asn: Aspa(asn, tuple(sorted(b for a, b in links if a == asn and links[a, b] == "up")) or (0,))
        for asn in {a for a, _ in links}
    }


def judged(table: AspaTable, links: Links, walk: tuple[int, ...]) -> AspaState:
    """The state at the last AS of a walk."""
    return table.verify(walk[-2::-1], SEEN_AS[links[walk[-2], walk[-1]]])


@given(internets().flatmap(lambda links: st.tuples(st.just(links), walks(links))))
def test_with_full_attestation_a_path_is_invalid_exactly_if_somebody_leaked_it(
    internet: tuple[Links, tuple[int, ...]],
) -> None:
    links, walk = internet
    state = judged(AspaTable(full_attestation(links).values()), links, walk)
    assert state is (INVALID if leaks(steps_of(links, walk)) else VALID)


@st.composite
def valley_free(draw: st.DrawFn) -> tuple[Links, tuple[int, ...]]:
    """A walk up, at most once across, and down, through an internet with more links than it uses."""
    ups, downs = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    flat = draw(st.booleans()) or ups + downs == 0
    steps = ["up"] * ups + ["flat"] * flat + ["down"] * downs
    walk = tuple(range(64496, 64497 + len(steps)))
    links: Links = {}
    for (a, b), kind in zip(pairwise(walk), steps, strict=True):
        links[a, b], links[b, a] = kind, INVERSE[kind]
    for a, b in draw(st.lists(st.tuples(st.sampled_from(walk), st.integers(64496, 64508)), max_size=6)):
        if a != b and (a, b) not in links:
            kind = draw(st.sampled_from(tuple(INVERSE)))
            links[a, b], links[b, a] = kind, INVERSE[kind]
    return links, walk


@given(valley_free(), st.data())
def test_no_true_aspas_make_a_valley_free_path_invalid_and_all_of_them_make_it_valid(
    internet: tuple[Links, tuple[int, ...]], data: st.DataObject
) -> None:
    links, walk = internet
    true = full_attestation(links)
    published = data.draw(st.sets(st.sampled_from(sorted(true))))
    assert judged(AspaTable(true[asn] for asn in published), links, walk) is not INVALID
    assert judged(AspaTable(true.values()), links, walk) is VALID


@given(valley_free(), st.data())
def test_one_more_true_aspa_never_makes_a_state_of_a_valley_free_path_worse(
    internet: tuple[Links, tuple[int, ...]], data: st.DataObject
) -> None:
    links, walk = internet
    true = full_attestation(links)
    published = data.draw(st.sets(st.sampled_from(sorted(true))))
    more = published | {data.draw(st.sampled_from(sorted(true)))}
    before, after = (judged(AspaTable(true[asn] for asn in each), links, walk) for each in (published, more))
    assert (before, after) != (VALID, UNKNOWN)
    assert after is not INVALID
