"""uRPF as a truth table: every mode in every situation, then what the evidence says."""

import pytest

from lab.bgp.prefix import Address, Prefix
from lab.bgp.relationship import Relationship
from lab.dataplane.urpf import check, efp_a, efp_b
from lab.topology.model import UrpfMode
from lab.topology.vocabulary import DropReason

MODES = ("off", "loose", "strict", "feasible", "efp-a", "efp-b")
SOURCES = {4: ("203.0.113.9", "203.0.113.0/24", "203.0.113.0/25", "0.0.0.0/0", "198.51.100.0/24"),
           6: ("2001:db8:1::9", "2001:db8:1::/48", "2001:db8:1::/64", "::/0", "2001:db8:2::/48")}  # fmt: skip


def situations(build, version):
    """name: (RIBs of this AS, the neighbour the packet came from and what it is, the modes that pass it)."""
    _, held, part, default, other = SOURCES[version]
    c1, c2 = ("c1", "customer"), ("c2", "customer")
    peer, up = ("peer", "peer"), ("up", "provider")
    learned, own = build.learned, build.own
    every = "off loose strict feasible efp-a efp-b"
    return {
        "best route out of the arriving interface": ({held: [learned(*c1, 64496)]}, c1, every),
        "best route out of another interface, a worse one here": (
            {held: [learned(*c1, 64496), learned(*c2, 64497, 64496)]}, c2, "off loose feasible efp-a efp-b"),
        "announced here but rejected by import policy": (
            {held: [learned(*c1, 64496), learned(*c2, 64496, rejected=True)]}, c2, "off loose efp-b"),
        "only a rejected route": ({held: [learned(*c1, 64496, rejected=True)]}, c1, "off"),
        "another customer announced it": ({held: [learned(*c1, 64496)]}, c2, "off loose efp-b"),
        "same origin announced another prefix here, this one elsewhere": (
            {held: [learned(*c1, 64496)], other: [learned(*c2, 64496)]}, c2, "off loose efp-a efp-b"),
        "same origin, this prefix only from the provider": (
            {held: [learned(*up, 64510, 64496)], other: [learned(*c1, 64496)]}, c1, "off loose efp-a efp-b"),
        "another origin, only from the provider": (
            {held: [learned(*up, 64510, 64496)], other: [learned(*c1, 64497)]}, c1, "off loose"),
        "the origin is another customer's": (
            {held: [learned(*up, 64510, 64496)], other: [learned(*c1, 64496)]}, c2, "off loose efp-b"),
        "no route at all": ({other: [learned(*c1, 64496)]}, c1, "off"),
        "only a default route, out of the arriving interface": (
            {default: [learned(*up, 64510)]}, up, every),
        "only a default route, out of another interface": ({default: [learned(*up, 64510)]}, peer,
            "off loose efp-a efp-b"),
        "only a default route, and the customer sends": ({default: [learned(*up, 64510)]}, c1, "off loose"),
        "a more specific out of another interface": (
            {held: [learned(*c1, 64496)], part: [learned(*c2, 64497)]}, c1, "off loose feasible efp-a efp-b"),
        "the route is our own": ({held: [own()]}, c1, "off loose"),
        "from a peer, best route via a provider": (
            {held: [learned(*up, 64510, 64496)]}, peer, "off loose efp-a efp-b"),
        "from a peer, announced by it as well": (
            {held: [learned(*c1, 64496), learned(*peer, 64502, 64496)]}, peer,
            "off loose feasible efp-a efp-b"),
        "from a provider, no route": ({}, up, "off"),
        "the best route is a blackhole": ({held: [learned(*c1, 64496, discard=True)]}, c1, "off"),
        "a blackhole inside the prefix, the source is in it": (
            {held: [learned(*c1, 64496)], part: [learned(*c1, 64496, discard=True)]}, c1, "off"),
    }  # fmt: skip


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("mode", MODES)
def test_urpf_passes_exactly_what_the_table_says(build, mode, version):
    source = Address.parse(SOURCES[version][0])
    expected, passed = {}, {}
    for name, (routes, (neighbor, relationship), passing) in situations(build, version).items():
        verdict = check(build.rib(routes), neighbor, Relationship(relationship), source, UrpfMode(mode))
        expected[name] = mode in passing.split()
        passed[name] = verdict.passed
        assert verdict.reason == (None if verdict.passed else DropReason(f"urpf-{mode}"))
    assert passed == expected


@pytest.mark.parametrize(
    ("mode", "relationship", "evidence"),
    [
        ("strict", "customer", "the best route to 203.0.113.0/24 is via transit-b, the packet came from c1"),
        ("feasible", "customer", "c1 announced no route to 203.0.113.9 that was accepted"),
        ("efp-a", "customer", "no prefix in the RPF list for customer c1 covers 203.0.113.9"),
        ("loose", "customer", "there is a route to 203.0.113.0/24, via transit-b"),
        (
            "efp-b",
            "peer",
            "there is a route to 203.0.113.0/24, via transit-b (c1 is no customer, so loose applies)",
        ),
        ("off", "customer", "uRPF is off here"),
    ],
)
def test_the_evidence_names_the_route(build, mode, relationship, evidence):
    here = build.rib({"203.0.113.0/24": [build.learned("transit-b", "provider", 64510, 64496)]})
    verdict = check(here, "c1", Relationship(relationship), Address.parse("203.0.113.9"), UrpfMode(mode))
    assert verdict.evidence == evidence


def test_efp_lists_follow_an_origin_across_interfaces(build):
    """A customer announces P1 here and P2 only to another provider; P3 is announced to another customer."""
    p1, p2, p3 = "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"
    here = build.rib(
        {
            p1: [build.learned("c1", "customer", 64496)],
            p2: [build.learned("up", "provider", 64510, 64496)],
            p3: [build.learned("c2", "customer", 64497, 64498)],
        }
    )
    parsed = [Prefix.parse(text) for text in (p1, p2, p3)]
    assert efp_a(here, "c1") == {parsed[0], parsed[1]}
    assert efp_a(here, "c2") == {parsed[2]}
    assert efp_b(here) == set(parsed)


def test_efp_a_goes_by_prefix_so_a_moas_prefix_links_two_origins(build):
    """RFC 8704 step 3: an origin's list applies where one of its prefixes came in, whoever's origin."""
    here = build.rib(
        {
            "192.0.2.0/24": [build.learned("c1", "customer", 64496), build.learned("c2", "customer", 64497)],
            "198.51.100.0/24": [build.learned("c1", "customer", 64496)],
        }
    )
    assert Prefix.parse("198.51.100.0/24") in efp_a(here, "c2")
