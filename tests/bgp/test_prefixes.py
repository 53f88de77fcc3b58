"""Prefixes and addresses as text, held against ipaddress and netaddr."""

from __future__ import annotations

import ipaddress

import netaddr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bgp_values import prefixes, related_prefixes

from lab.bgp.prefix import WIDTH, Address, Prefix, PrefixError


def network(prefix: Prefix) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    kind = ipaddress.IPv4Network if prefix.version == 4 else ipaddress.IPv6Network
    return kind((prefix.value, prefix.length))


@given(prefixes())
def test_a_prefix_reads_back_as_it_was_written(prefix: Prefix) -> None:
    assert Prefix.parse(str(prefix)) == prefix


@given(prefixes())
def test_a_prefix_is_the_one_that_netaddr_and_ipaddress_read(prefix: Prefix) -> None:
    text = str(prefix)
    assert ipaddress.ip_network(text) == network(prefix)
    theirs = netaddr.IPNetwork(text)
    assert (theirs.version, theirs.first, theirs.prefixlen) == tuple(prefix)


@given(prefixes())
def test_every_spelling_of_a_prefix_reads_as_the_same_prefix(prefix: Prefix) -> None:
    assert Prefix.parse(network(prefix).exploded) == prefix
    assert Prefix.parse(str(netaddr.IPNetwork(str(prefix)))) == prefix
    assert Prefix.parse(str(prefix).upper()) == prefix


@given(prefixes())
def test_an_address_reads_back_and_is_its_own_host_prefix(prefix: Prefix) -> None:
    address = Address.parse(prefix.network)
    assert address == (prefix.version, prefix.value)
    assert str(address) == prefix.network
    assert Prefix.parse(str(address)) == address.host
    assert address.host.length == WIDTH[address.version]


@given(prefixes(), st.data())
def test_host_bits_are_refused_and_the_network_is_named(prefix: Prefix, data: st.DataObject) -> None:
    bits = WIDTH[prefix.version] - prefix.length
    if bits == 0:
        return
    host = data.draw(st.integers(1, 2**bits - 1))
    text = f"{Address(prefix.version, prefix.value | host)}/{prefix.length}"
    with pytest.raises(PrefixError, match=f"did you mean {prefix}"):
        Prefix.parse(text)


@given(related_prefixes() | prefixes(), related_prefixes() | prefixes())
def test_covering_is_what_ipaddress_calls_a_supernet(one: Prefix, other: Prefix) -> None:
    a, b = network(one), network(other)
    assert one.covers(other) == (a.version == b.version and b.subnet_of(a))  # type: ignore[arg-type]
    if one.covers(other):
        assert other.supernet(one.length) == one
        assert one <= other


@pytest.mark.parametrize(
    "text",
    [
        "",
        "203.0.113",
        "203.0.113.0/",
        "203.0.113.0/33",
        "203.0.113.0/-1",
        "203.0.113.0/024",
        "203.0.113.0/٢٤",
        "203.0.113.0/24/24",
        "203.0.113.256",
        "203.00.113.0/24",
        " 203.0.113.0/24",
        "203.0.113.0/24\n",
        "2001:db8::/129",
        "2001:db8:::/32",
        "fe80::1%eth0",
        "\0",
        "203.0.113.0\0/24",
        "\ud800",
        "0x7f.1",
        "203.0.113.0/255.255.255.0",
        "203.0.113.0/99999999999999999999",
    ],
)
def test_what_is_no_prefix_is_refused(text: str) -> None:
    with pytest.raises(PrefixError):
        Prefix.parse(text)
    with pytest.raises(PrefixError):
        Address.parse(text)


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-f:.]{1,20}(/[0-9]{1,4})?", fullmatch=True))
def test_any_text_is_a_prefix_or_a_prefix_error(text: str) -> None:
    try:
        prefix = Prefix.parse(text)
    except PrefixError:
        return
    assert ipaddress.ip_network(text) == network(prefix)


def test_an_address_has_no_length() -> None:
    with pytest.raises(PrefixError, match="an address has no length"):
        Address.parse("203.0.113.0/24")
