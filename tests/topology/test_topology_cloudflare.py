"""What a file says of Cloudflare, and what the model makes of it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.identity.permissions import ROLES, Permission
from lab.topology.cloudflare_section import (
    Account,
    Entitlement,
    Member,
    Onboarded,
    ServiceName,
    Token,
    Tunnel,
)
from lab.topology.cloudflare_vocabulary import Role
from lab.topology.lint import lint
from lab.topology.loading import parse
from lab.topology.model import Topology
from lab.topology.problems import TopologyError
from lab.topology.schema import json_schema

EXAMPLE = "654c5f71c324478cc9f68d60065d4620"
OTHER = "0123456789abcdef0123456789abcdef"
SPEAKERS = """\
name: small
ases:
  customer: {asn: 64496, prefixes: [203.0.113.0/24]}
  transit: {asn: 64500}
  cf-ams: {asn: 13335, cloud: cloudflare, prefixes: [192.0.2.0/26]}
links: [customer -> transit, cf-ams -> transit]
"""
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def with_section(text: str) -> Topology:
    """A small lab with this section, each line two spaces in."""
    return parse(f"{SPEAKERS}clouds:\n  cloudflare:\n{text}")


def with_account(members: str) -> Topology:
    return with_section(f"    accounts: {{example: {{id: {EXAMPLE}, {members}}}}}\n")


def account(members: str) -> Account:
    section = with_account(members).cloudflare
    assert section is not None
    return section.accounts["example"]


def refusal(text: str) -> str:
    with pytest.raises(TopologyError) as caught:
        with_section(text)
    return str(caught.value)


def test_a_lab_whose_speakers_are_not_cloudflares_has_no_cloudflare() -> None:
    assert parse(SPEAKERS.replace(", cloud: cloudflare", "")).cloudflare is None


def test_cloudflare_has_one_account_where_the_file_says_nothing() -> None:
    section = parse(SPEAKERS).cloudflare
    assert section is not None
    assert {name: each.id for name, each in section.accounts.items()} == {"lab": "0" * 31 + "1"}
    assert (section.members, section.tokens, dict(section.delays)) == ((), (), {})


def test_cloudflare_may_have_another_as_than_13335() -> None:
    assert parse(SPEAKERS.replace("13335", "64505")).cloudflare is not None


def test_an_id_alone_is_an_account_with_the_usual_contract() -> None:
    section = with_section(f"    accounts: {{example: {EXAMPLE}, other: {{id: {OTHER}}}}}\n").cloudflare
    assert section is not None
    assert list(section.accounts.values()) == [Account(EXAMPLE, "example"), Account(OTHER, "other")]
    assert section.accounts["example"].entitlements == {
        Entitlement.BYOIP,
        Entitlement.CDN,
        Entitlement.SPECTRUM,
    }


def test_everything_an_account_can_have_reaches_the_model() -> None:
    found = account(
        "entitlements: [magic-transit, cdn-egress], static_ips: [192.0.2.7], only_byoip: [203.0.113.8], "
        "tunnel: {to: customer, endpoint: 198.51.100.9, egress: true}, "
        "onboarded: [{prefix: 203.0.113.0/25}, "
        "{prefix: 203.0.113.128/25, service: CDN Egress, asn: 64496}]"
    )
    assert found.entitlements == {Entitlement.MAGIC_TRANSIT, Entitlement.CDN_EGRESS}
    assert found.static_ips == (Address.parse("192.0.2.7"),)
    assert found.only_byoip == (Address.parse("203.0.113.8"),)
    assert found.tunnel == Tunnel("customer", Address.parse("198.51.100.9"), egress=True)
    assert found.onboarded == (
        Onboarded(Prefix.parse("203.0.113.0/25"), ServiceName.MAGIC_TRANSIT, 13335),
        Onboarded(Prefix.parse("203.0.113.128/25"), ServiceName.CDN_EGRESS, 64496),
    )


def test_a_tunnel_without_an_endpoint_is_an_interconnect() -> None:
    assert account("tunnel: {to: customer}").tunnel == Tunnel("customer", None, egress=False)


def test_members_and_tokens_are_kept_in_the_order_of_the_file() -> None:
    section = with_section(
        f"    accounts: {{example: {EXAMPLE}}}\n"
        "    members:\n"
        "      zoe: {account: example}\n"
        "      adam: {account: example, role: DNS, email: adam@customer.example}\n"
        '    tokens: {desk: {account: example, permissions: ["IP Prefixes: Read", DNS Write]}}\n'
    ).cloudflare
    assert section is not None
    assert section.members == (
        Member("zoe", "zoe@example.example", "example", "Administrator"),
        Member("adam", "adam@customer.example", "example", "DNS"),
    )
    assert section.tokens == (Token("desk", "example", ("IP Prefixes: Read", "DNS Write")),)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_of_cloudflare_can_be_given_to_a_token(permission: Permission) -> None:
    text = f"    accounts: {{example: {EXAMPLE}}}\n    tokens: {{desk: {{account: example, permissions: "
    section = with_section(f'{text}["{permission.value}"]}}}}\n').cloudflare
    assert section is not None
    assert section.tokens[0].permissions == (permission.value,)


def test_every_role_of_a_file_is_one_that_cloudflare_knows() -> None:
    assert set(ROLES) == {role.value for role in Role}


def test_a_delay_is_a_window_of_which_only_what_is_given_is_kept() -> None:
    section = with_section("    delays: {validate: 2m, binding: [4h, 6h], enable: [2m, 2m]}\n").cloudflare
    assert section is not None
    assert section.delays == {"validate": (120, 120), "binding": (14400, 21600), "enable": (120, 120)}


@given(st.integers(0, 10**6), st.integers(0, 10**6))
@settings(max_examples=examples(50))
def test_a_window_never_ends_before_it_begins(first: int, second: int) -> None:
    text = f"    delays: {{disable: [{first}s, {second}s]}}\n"
    if first > second:
        assert f"write [{second}s, {first}s]" in refusal(text)
        return
    section = with_section(text).cloudflare
    assert section is not None
    assert section.delays["disable"] == (first, second)


IDS = st.text("0123456789abcdefABCDEFg-", min_size=28, max_size=36) | st.text("0123456789abcdef", min_size=32)


@given(IDS)
@settings(max_examples=examples(100))
def test_an_account_id_is_32_hexadecimal_digits_in_lower_case(text: str) -> None:
    is_id = len(text) == 32 and set(text) <= set("0123456789abcdef")
    section = f'    accounts: {{example: "{text}"}}\n'
    if is_id:
        with_section(section)
    else:
        assert "expected an account ID of 32 hexadecimal digits" in refusal(section)


def test_a_name_for_as_is_one_callers_only_even_where_cloudflare_gives_it_itself() -> None:
    accounts = f"    accounts: {{example: {EXAMPLE}}}\n"
    token = "{account: example, permissions: []}"
    assert "example-token is the token that account example has already" in refusal(
        f"{accounts}    tokens: {{example-token: {token}}}\n"
    )
    with_section(f"{accounts}    tokens: {{example-tokens: {token}}}\n")
    assert "lab-token is the token that account lab has already" in refusal(
        f"    accounts: {{lab: {EXAMPLE}, lab-token: {OTHER}}}\n"
    )


def test_addresses_of_others_cannot_be_leased_and_cloudflares_cannot_be_kept_away_by_themselves() -> None:
    assert account("static_ips: [192.0.2.63]").static_ips == (Address.parse("192.0.2.63"),)
    with pytest.raises(TopologyError, match=r"192\.0\.2\.64 is not Cloudflare's to lease"):
        account("static_ips: [192.0.2.64]")
    assert account("only_byoip: [192.0.2.64]").only_byoip == (Address.parse("192.0.2.64"),)
    with pytest.raises(TopologyError, match=r"192\.0\.2\.63 is Cloudflare's own"):
        account("only_byoip: [192.0.2.63]")


def test_a_prefix_is_onboarded_from_what_is_registered_once_there_is_a_registry() -> None:
    account = f"{{id: {EXAMPLE}, onboarded: [{{prefix: 198.51.100.0/24}}]}}"
    section = f"clouds: {{cloudflare: {{accounts: {{example: {account}}}}}}}\n"
    registry = "registry: [{{prefix: {}, rir: ARIN, holder: customer}}]\n"
    parse(SPEAKERS + section)
    parse(SPEAKERS + registry.format("198.51.0.0/16") + section)
    with pytest.raises(TopologyError, match=r"198\.51\.100\.0/24 is registered to nobody"):
        parse(SPEAKERS + registry.format("203.0.113.0/24") + section)


def codes(members: str) -> list[str]:
    return [f"{found.code} {found.where}" for found in lint(with_account(members))]


MAGIC = "entitlements: [byop, magic-transit], onboarded: [{prefix: 203.0.113.0/24}]".replace("byop", "byoip")


def test_a_tunnel_that_ends_inside_what_it_is_for_is_pointed_out() -> None:
    where = "clouds.cloudflare.accounts.example"
    inside, outside = "endpoint: 203.0.113.1", "endpoint: 198.51.100.1"
    assert codes(f"{MAGIC}, tunnel: {{to: customer, {inside}}}") == [
        f"tunnel-inside-prefix {where}.tunnel.endpoint"
    ]
    assert codes(f"{MAGIC}, tunnel: {{to: customer, {outside}}}") == []
    assert codes(f"{MAGIC}, tunnel: {{to: customer}}") == []


def test_magic_transit_without_a_tunnel_and_a_service_without_a_contract_are_pointed_out() -> None:
    where = "clouds.cloudflare.accounts.example.onboarded[0]"
    assert codes(MAGIC) == [f"no-tunnel {where}"]
    assert codes("onboarded: [{prefix: 203.0.113.0/24, service: CDN}]") == []
    assert codes("onboarded: [{prefix: 203.0.113.0/24, service: CDN Egress}]") == [f"not-in-contract {where}"]


@pytest.mark.parametrize(
    ("entry", "valid"),
    [(EXAMPLE, True), ({"id": EXAMPLE, "tunnel": {"to": "a"}}, True), ("example", False), ({"id": 1}, False)],
)
def test_the_schema_has_both_forms_of_an_account(entry: Any, valid: bool) -> None:
    data = {"topology": "byoip", "clouds": {"cloudflare": {"accounts": {"example": entry}}}}
    assert VALIDATOR.is_valid(data) == valid


@pytest.mark.parametrize(
    ("delay", "valid"), [("5h", True), (["4h", "6h"], True), (["4h"], False), (5, False)]
)
def test_the_schema_has_both_forms_of_a_delay(delay: Any, valid: bool) -> None:
    data = {"topology": "byoip", "clouds": {"cloudflare": {"delays": {"binding": delay}}}}
    assert VALIDATOR.is_valid(data) == valid


GUIDE = Path(__file__).parents[2].joinpath("docs/guides/writing-scenarios.md").read_text(encoding="utf-8")


def test_the_sections_that_the_guide_shows_are_read() -> None:
    blocks = re.findall(r"(?:^    .*\n)+", GUIDE, re.MULTILINE)
    irr, clouds = (
        next(textwrap.dedent(block) for block in blocks if block.startswith(f"    {key}:\n"))
        for key in ("irr", "clouds")
    )
    more = "  aws: {asn: 16509, cloud: aws}\nlinks: [aws -> transit, "
    topology = parse(SPEAKERS.replace("links: [", more) + irr + clouds)
    assert [found.code for found in lint(topology)] == ["unknown-as-set"]
    assert topology.cloudflare is not None
    assert topology.cloudflare.accounts["example"].onboarded
    assert set(topology.cloudflare.delays) == {"validate", "binding", "enable", "disable"}
