"""The reverse zones of a prefix, and the prefix of a reverse zone."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.prefix import WIDTH, Prefix, address_text
from lab.registry.errors import RegistryError
from lab.registry.reverse.zones import STEP, reverse_zones, zone_name, zone_prefix


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    version = draw(st.sampled_from((4, 6)))
    length = draw(st.integers(0, WIDTH[version]))
    return Prefix(version, draw(st.integers(0, 2 ** WIDTH[version] - 1)), WIDTH[version]).supernet(length)


@pytest.mark.seed(138, 139)
def test_a_prefix_between_two_octets_is_split_at_the_next_one() -> None:
    assert reverse_zones(Prefix.parse("1.1.0.0/23")) == ("0.1.1.in-addr.arpa", "1.1.1.in-addr.arpa")
    assert [str(zone_prefix(zone)) for zone in reverse_zones(Prefix.parse("1.1.0.0/23"))] == [
        "1.1.0.0/24",
        "1.1.1.0/24",
    ]


@pytest.mark.seed(138, 140)
def test_a_prefix_between_two_nibbles_is_split_at_the_next_one() -> None:
    zones = reverse_zones(Prefix.parse("2001:db8::/34"))
    assert zones == tuple(f"{nibble}.8.b.d.0.1.0.0.2.ip6.arpa" for nibble in "0123")
    assert [str(zone_prefix(zone)) for zone in zones] == [
        "2001:db8::/36",
        "2001:db8:1000::/36",
        "2001:db8:2000::/36",
        "2001:db8:3000::/36",
    ]


@pytest.mark.seed(138)
@pytest.mark.parametrize(
    ("prefix", "zone"),
    [
        ("203.0.113.0/24", "113.0.203.in-addr.arpa"),
        ("2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa"),
        ("2001:db8:a::/48", "a.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
        ("203.0.113.9/32", "9.113.0.203.in-addr.arpa"),
        ("0.0.0.0/0", "in-addr.arpa"),
    ],
)
def test_a_prefix_at_a_boundary_has_one_zone(prefix: str, zone: str) -> None:
    assert reverse_zones(Prefix.parse(prefix)) == (zone,)


def test_half_a_24_is_128_zones_of_one_address() -> None:
    zones = reverse_zones(Prefix.parse("203.0.113.128/25"))
    assert len(zones) == 128
    assert (zones[0], zones[-1]) == ("128.113.0.203.in-addr.arpa", "255.113.0.203.in-addr.arpa")


@pytest.mark.seed(138)
@given(prefixes())
@settings(max_examples=examples(500))
def test_the_zones_of_a_prefix_are_as_many_as_the_formula_says_disjoint_and_together_the_prefix(
    prefix: Prefix,
) -> None:
    parts = [zone_prefix(zone) for zone in reverse_zones(prefix)]
    (length,) = {part.length for part in parts}
    assert length % STEP[prefix.version] == 0
    assert 0 <= length - prefix.length < STEP[prefix.version]
    assert len(parts) == 2 ** (length - prefix.length) <= {4: 128, 6: 8}[prefix.version]
    size = 2 ** (WIDTH[prefix.version] - length)
    assert [part.value for part in parts] == [prefix.value + index * size for index in range(len(parts))]


@given(prefixes(), st.data())
@settings(max_examples=examples(300))
def test_the_pointer_of_each_address_is_in_just_one_zone(prefix: Prefix, data: st.DataObject) -> None:
    size = 2 ** (WIDTH[prefix.version] - prefix.length)
    value = prefix.value + data.draw(st.integers(0, size - 1))
    pointer = ipaddress.ip_address(address_text(prefix.version, value)).reverse_pointer
    around = [zone for zone in reverse_zones(prefix) if f".{pointer}".endswith(f".{zone}")]
    assert len(around) == 1


@given(prefixes())
@settings(max_examples=examples(300))
def test_a_zone_names_its_prefix(prefix: Prefix) -> None:
    aligned = prefix.supernet(prefix.length // STEP[prefix.version] * STEP[prefix.version])
    assert zone_prefix(zone_name(aligned)) == aligned
    assert zone_prefix(zone_name(aligned).upper() + ".") == aligned


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("0/25.113.0.203.in-addr.arpa", "113.0.203.in-addr.arpa, for 203.0.113.0/24"),
        ("256.0.203.in-addr.arpa", "0.203.in-addr.arpa, for 203.0.0.0/16"),
        ("013.0.203.in-addr.arpa", "0.203.in-addr.arpa"),
        ("1.2.113.0.203.in-addr.arpa", "2.113.0.203.in-addr.arpa"),
        ("db8.1.0.0.2.ip6.arpa", "1.0.0.2.ip6.arpa, for 2001::/16"),
        ("²13.203.in-addr.arpa", "203.in-addr.arpa"),
        (".".join("0" * 33) + ".ip6.arpa", ".".join("0" * 32) + ".ip6.arpa"),
    ],
)
def test_a_name_that_is_no_reverse_zone_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(RegistryError) as refused:
        zone_prefix(name)
    assert f"the nearest is {nearest}" in str(refused.value)


@pytest.mark.parametrize("name", ["", "example.com", "arpa", "xin-addr.arpa"])
def test_a_name_outside_of_the_reverse_tree_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(RegistryError, match=r"is not a reverse zone; expected for example"):
        zone_prefix(name)


@given(st.text(max_size=300))
@settings(max_examples=examples(300))
def test_any_text_is_a_zone_or_refused(text: str) -> None:
    for name in (text, f"{text}.in-addr.arpa", f"{text}.ip6.arpa"):
        try:
            found = zone_prefix(name)
        except RegistryError:
            continue
        assert zone_name(found) == name.lower().removesuffix(".")
