"""Look-ups of route objects, held against looking at each of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.irr_values import bare_route_objects, prefixes

from lab.bgp.prefix import Prefix
from lab.registry.irr.index import RouteIndex
from lab.registry.irr.records import RouteObject

WIDE = st.sampled_from([Prefix.parse("0.0.0.0/0"), Prefix.parse("::/0"), Prefix.parse("203.0.112.0/23")])
WIDE_ROUTES = st.builds(RouteObject, WIDE, st.just(64496), st.just("RIPE"), st.just("X-MNT"))


@settings(max_examples=examples(300))
@given(st.lists(bare_route_objects | WIDE_ROUTES, max_size=12), prefixes() | WIDE)
def test_every_look_up_finds_what_looking_at_each_object_finds(
    routes: list[RouteObject], prefix: Prefix
) -> None:
    index = RouteIndex(routes)
    assert set(index.all()) == set(routes)
    assert set(index.exact(prefix)) == {each for each in routes if each.prefix == prefix}
    assert set(index.covering(prefix)) == {each for each in routes if each.prefix.covers(prefix)}
    assert set(index.within(prefix)) == {each for each in routes if prefix.covers(each.prefix)}
    lengths = [each.prefix.length for each in index.covering(prefix)]
    assert lengths == sorted(lengths, reverse=True)
    for asn in {each.origin for each in routes}:
        assert set(index.of_origin(asn)) == {each for each in routes if each.origin == asn}
