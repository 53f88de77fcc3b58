from __future__ import annotations

from pathlib import Path

import pytest

from lab.topology.lint import lint, lint_file
from lab.topology.loading import load, parse, shipped


def codes(text: str) -> list[str]:
    return [found.code for found in lint(parse("name: x\n" + text))]


def messages(text: str) -> str:
    return "\n".join(found.message for found in lint(parse("name: x\n" + text)))


CHAIN = "ases: {a: {asn: 64496}, b: {asn: 64497}, c: {asn: 64498}, d: {asn: 64499}}\n"


def test_the_byoip_lab_has_no_lint() -> None:
    assert lint(load("byoip")) == []


def test_a_cycle_of_providers_is_named() -> None:
    found = lint(parse("name: x\n" + CHAIN + "links: [a -> b, b -> c, c -> a, d -> a]\n"))
    assert [one.code for one in found] == ["provider-cycle"]
    assert "a -> b -> c -> a" in found[0].message


def test_a_hierarchy_has_no_cycle() -> None:
    assert codes(CHAIN + "links: [a -> b, b -> c, a -> c, d -> c]\n") == []


def test_two_asns_that_are_providers_of_each_other_at_different_sites() -> None:
    text = "ases: {f: {asn: 64496}, g: {asn: 64496}, h: {asn: 64497}, i: {asn: 64497}}\n"
    text += "links: [f -> h, i -> g, f -- i]\n"
    found = lint(parse("name: x\n" + text))
    assert "mutual-providers" in [one.code for one in found]
    assert "AS 64496 (f, g) and AS 64497 (h, i) are providers of each other" in found[0].message


def test_an_as_without_links_is_isolated() -> None:
    assert codes(CHAIN + "links: [a -> b, c -> b]\n") == ["isolated-as"]


def test_a_network_apart_has_no_transit() -> None:
    text = "ases: {a: {asn: 64496}, b: {asn: 64497}, c: {asn: 64498}, d: {asn: 64499}, "
    text += "e: {asn: 64500}, f: {asn: 64501}}\n"
    found = lint(parse("name: x\n" + text + "links: [a -> b, c -> b, d -> b, e -- f]\n"))
    assert [(one.code, one.where) for one in found] == [("no-transit", "ases.e"), ("no-transit", "ases.f")]


def test_a_peer_of_a_stub_only_is_out_of_reach_but_clients_of_a_route_server_reach_each_other() -> None:
    assert codes(CHAIN + "links: [a -> b, c -> b, d -- a]\n") == ["no-transit"]
    assert codes(CHAIN + "links: [d => a, d => b, d => c]\n") == []


def test_reserved_asns_are_pointed_out() -> None:
    text = "ases: {a: {asn: 23456}, b: {asn: 65535}, c: {asn: 4294967295}, d: {asn: 64512}}\n"
    text += "links: [a -> d, b -> d, c -> d]\n"
    assert codes(text) == ["reserved-asn"] * 3


ONE = "ases: {a: {asn: 64496, prefixes: [203.0.113.0/24]}, b: {asn: 64497}}\nlinks: [a -> b]\n"


def test_a_max_length_beyond_what_is_announced_is_pointed_out() -> None:
    loose = ONE + "roas: [{prefix: 203.0.113.0/24, asn: 64496, max_length: 25}]\n"
    assert codes(loose) == ["loose-max-length"]
    assert "RFC 9319" in messages(loose)
    assert codes(loose + "scenario: [{announce: {from: a, prefix: 203.0.113.0/25}}]\n") == []
    assert codes(ONE + "roas: [{prefix: 203.0.113.0/24, asn: 64496}]\n") == []
    assert codes(ONE + "roas: [{prefix: 192.0.2.0/24, asn: 0, max_length: 32}]\n") == []


def test_an_announcement_its_roas_make_invalid_is_pointed_out() -> None:
    assert codes(ONE + "roas: [{prefix: 203.0.113.0/24, asn: 64500}]\n") == ["invalid-announcement"]
    assert codes(ONE + "roas: [{prefix: 203.0.112.0/23, asn: 64496}]\n") == ["invalid-announcement"]


TWO_HOMES = CHAIN + "links: [a -> b, a -> c, d -> b, d -> c, b -- c]\n"


def test_an_aspa_that_leaves_out_a_provider_is_pointed_out() -> None:
    short = TWO_HOMES + "aspas: [{customer: 64499, providers: [0]}, {customer: 64496, providers: [64498]}]\n"
    found = lint(parse("name: x\n" + short))
    assert [(one.code, one.where) for one in found] == [
        ("missed-provider", "aspas[0].providers"),
        ("missed-provider", "aspas[1].providers"),
    ]
    assert "the ASPA of d does not name its provider b, c: routes it announces there" in found[0].message
    assert "the ASPA of a does not name its provider b: routes" in found[1].message


def test_an_aspa_that_names_all_providers_and_more_is_none_of_our_business() -> None:
    assert codes(TWO_HOMES + "aspas: [{customer: 64496, providers: [64497, 64498, 64511]}]\n") == []
    assert codes(TWO_HOMES + "aspas: [{customer: 64497, providers: [0]}]\n") == [], "a peer is no provider"
    assert codes(TWO_HOMES + "aspas: [{customer: 64511, providers: [0]}]\n") == []


def test_an_aspa_is_for_all_sites_of_an_as() -> None:
    sites = "ases: {a: {asn: 64496}, b: {asn: 64496}, c: {asn: 64498}, d: {asn: 64499}, e: {asn: 64500}}\n"
    sites += "links: [a -> c, b -> d, c -> e, d -> e]\n"
    assert codes(sites + "aspas: [{customer: 64496, providers: [64498, 64499]}]\n") == []
    assert codes(sites + "aspas: [{customer: 64496, providers: [64498]}]\n") == ["missed-provider"]


def test_a_prefix_that_nobody_holds_is_pointed_out_only_with_a_registry() -> None:
    assert codes(ONE) == []
    assert codes(ONE + "registry: [{prefix: 192.0.2.0/24, rir: ARIN, holder: a}]\n") == [
        "unregistered-prefix"
    ]
    assert codes(ONE + "registry: [{prefix: 203.0.112.0/22, rir: ARIN, holder: a}]\n") == []


def test_a_prefix_of_two_ases_is_pointed_out_but_anycast_is_not() -> None:
    two = "ases: {{a: {{asn: 64496, prefixes: [203.0.113.0/24]}}, c: {{asn: 64499}}, "
    two += "b: {{asn: {asn}, prefixes: [203.0.113.0/24]}}}}\n"
    links = "links: [a -> c, b -> c]\n"
    assert codes(two.format(asn=64497) + links) == ["shared-prefix"]
    assert codes(two.format(asn=64496) + links) == []


def test_a_lint_of_a_file_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("name: x\n" + CHAIN.replace(", ", ",\n  ") + "links: [a -> b, d -> b]\n")
    _, found = lint_file(path)
    assert str(found[0]).startswith(f"{path}:4: ases.c: c has no link")


@pytest.mark.parametrize("name", shipped())
def test_what_ships_can_be_linted(name: str) -> None:
    topology, found = lint_file(shipped()[name])
    assert len(found) == len(lint(topology))
