"""Internet number resources: sets of addresses and AS numbers, and their extensions (RFC 3779)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from itertools import pairwise

import netaddr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import WIDTH, Prefix
from lab.rpki.objects.der import element
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.resources import (
    LAST_ASN,
    MOST_RANGES,
    Resources,
    as_extension,
    ip_extension,
    parse_as_extension,
    parse_ip_extension,
    prefix_range,
    prefixes_in,
)

UNIVERSE = 48
"""AS numbers below this are few enough to be counted one by one."""
INHERITED = Resources(None, None, None)


def ranges(highest: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Ranges up to a number, in any order, overlapping as they like."""
    ends = st.integers(0, highest) | st.sampled_from([0, 1, highest - 1, highest])
    pair = st.tuples(ends, ends).map(lambda both: (min(both), max(both)))
    return st.lists(pair, max_size=6)


def few() -> st.SearchStrategy[Resources]:
    return ranges(UNIVERSE - 1).map(lambda asns: Resources.of(asns=asns))


@st.composite
def any_resources(draw: st.DrawFn) -> Resources:
    """Of all families, each maybe inherited, as ranges that need not be prefixes."""
    families = []
    for highest in ((1 << 32) - 1, (1 << 128) - 1, LAST_ASN):
        merged = Resources.of(asns=draw(ranges(highest))).asns
        families.append(None if draw(st.booleans()) and draw(st.booleans()) else merged)
    return Resources(*families)


def numbers(resources: Resources) -> set[int]:
    """The slow way to say what is held."""
    return {asn for first, last in resources.asns or () for asn in range(first, last + 1)}


@given(ranges(UNIVERSE - 1))
def test_ranges_become_the_numbers_in_them_sorted_and_merged(asns: list[tuple[int, int]]) -> None:
    resources = Resources.of(asns=asns)
    assert numbers(resources) == {asn for first, last in asns for asn in range(first, last + 1)}
    held = resources.asns or ()
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(held))


@given(few(), few())
def test_unions_differences_and_coverage_are_those_of_sets(one: Resources, other: Resources) -> None:
    left, right = numbers(one), numbers(other)
    assert numbers(one.union(other)) == left | right
    assert numbers(one.beyond(other)) == left - right
    assert one.covers(other) == (right <= left)
    assert one.is_empty == (not left)
    assert {asn for asn in range(UNIVERSE) if one.covers_asn(asn)} == left


@given(any_resources(), any_resources())
def test_who_holds_what_is_left_and_what_is_common_holds_everything(one: Resources, other: Resources) -> None:
    own = one.resolved(Resources())
    common = own.beyond(own.beyond(other))
    assert own.beyond(common).union(common) == own
    assert own.covers(common)
    assert other.resolved(Resources()).covers(common)


@given(any_resources(), any_resources())
def test_what_is_inherited_is_what_the_issuer_holds(one: Resources, issuer: Resources) -> None:
    issuer = issuer.resolved(Resources())
    resolved = one.resolved(issuer)
    assert not resolved.inherits
    assert INHERITED.resolved(issuer) == issuer
    for own, theirs, held in zip(one, issuer, resolved, strict=True):
        assert held == (theirs if own is None else own)


@given(any_resources())
def test_extensions_say_exactly_what_is_held(resources: Resources) -> None:
    addresses, asns = ip_extension(resources), as_extension(resources)
    assert (((), ()) if addresses is None else parse_ip_extension(addresses)) == resources[:2]
    assert (() if asns is None else parse_as_extension(asns)) == resources.asns


@given(st.sampled_from([4, 6]), st.data())
def test_a_range_is_the_fewest_prefixes(version: int, data: st.DataObject) -> None:
    highest = (1 << WIDTH[version]) - 1
    first = data.draw(st.integers(0, highest))
    last = data.draw(st.integers(first, highest))
    ours = prefixes_in(version, first, last)
    address = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    theirs = ipaddress.summarize_address_range(address(first), address(last))
    assert [(prefix.value, prefix.length) for prefix in ours] == [
        (int(network.network_address), network.prefixlen) for network in theirs
    ]
    ends = [prefix_range(prefix) for prefix in ours]
    assert (ends[0][0], ends[-1][1]) == (first, last)


@given(st.lists(st.tuples(st.integers(0, (1 << 32) - 1), st.integers(0, 32)), max_size=8), st.data())
def test_a_prefix_is_held_when_netaddr_says_so(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    held = [Prefix(4, value >> (32 - length) << (32 - length), length) for value, length in pairs]
    near = st.sampled_from([prefix.value for prefix in held] or [0])
    asked = Prefix(4, data.draw(near), 32).supernet(data.draw(st.integers(0, 32)))
    theirs = netaddr.IPNetwork(str(asked)) in netaddr.IPSet(map(str, held))
    assert Resources.of(held).covers_prefix(asked) == theirs


def test_everything_covers_all_families_and_nothing_is_beyond_it() -> None:
    everything = Resources.everything()
    some = Resources.of([Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8::/32")], [(64496, 64511)])
    assert everything.covers(some)
    assert some.beyond(everything).is_empty
    assert everything.covers_prefix(Prefix.parse("::/0"))
    assert not some.covers_prefix(Prefix.parse("192.0.2.0/23"))


def test_an_extension_of_nothing_is_not_written() -> None:
    assert ip_extension(Resources()) is None
    assert as_extension(Resources()) is None


def test_resources_are_shown_as_prefixes_and_as_numbers() -> None:
    some = Resources.of(
        [Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8::/32")], [64496, (64500, 64511)]
    )
    assert str(some) == "192.0.2.0/24, 2001:db8::/32, AS64496, AS64500-AS64511"
    assert str(Resources()) == "nothing"
    assert str(INHERITED) == "IPv4 inherited, IPv6 inherited, ASNs inherited"


def test_very_many_resources_are_not_all_shown() -> None:
    """A range may be 250 prefixes, and a stranger's certificate may have a hundred thousand ranges."""
    text = str(Resources(ipv6=tuple((4 * n + 1, 4 * n + 2) for n in range(100_000))))
    assert text.endswith("more ranges of IPv6")
    assert len(text) < 10_000


@pytest.mark.parametrize(
    ("family", "write", "parse"),
    [("ipv4", ip_extension, parse_ip_extension), ("asns", as_extension, parse_as_extension)],
)
def test_more_ranges_than_any_registry_has_are_refused(
    family: str, write: Callable[[Resources], bytes | None], parse: Callable[[bytes], object]
) -> None:
    ranges = tuple((2 * number, 2 * number) for number in range(MOST_RANGES + 1))
    most, more = (Resources()._replace(**{family: some}) for some in (ranges[:-1], ranges))
    parse(write(most) or b"")
    with pytest.raises(ObjectError, match="has 100001 ranges in one family; at most 100000 are accepted"):
        parse(write(more) or b"")


@pytest.mark.parametrize("parse", [parse_ip_extension, parse_as_extension], ids=["addresses", "AS numbers"])
@given(data=st.binary(max_size=40), wrapped=st.booleans())
def test_garbage_is_refused_or_is_resources(
    parse: Callable[[bytes], object], data: bytes, wrapped: bool
) -> None:
    refused: ObjectError | None = None
    try:
        parse(element(0x30, data) if wrapped else data)
    except ObjectError as error:
        refused = error
    assert refused is None or refused.check in ("encoding", "ip-resources", "as-resources")
