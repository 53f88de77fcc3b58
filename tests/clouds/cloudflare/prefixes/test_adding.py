"""Adding a prefix: what the answer shows, and what is refused at once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_customer import Customer
from support.cloudflare_world import (
    ACCOUNT,
    OTHER_ACCOUNT,
    PREFIX,
    FakeWorld,
    make_cloudflare,
    make_settings,
)
from support.examples import examples

from lab.bgp.prefix import WIDTH, Prefix
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.cidrs import MOST_SPECIFIC, check_announceable, parse_cidr
from lab.registry.rirs import RIRS
from lab.topology.cloudflare_section import Account, Entitlement

ASKED = {"cidr": "203.0.113.0/24", "asn": 13335, "delegate_loa_creation": True}


@pytest.mark.seed(131, 132, 133, 134)
def test_a_prefix_that_was_added_looks_as_in_the_documents() -> None:
    customer = Customer()
    shown = customer.call("POST", "prefixes", ASKED)
    assert list(shown) == [
        "id", "created_at", "modified_at", "cidr", "account_id", "description", "approved",
        "on_demand_enabled", "on_demand_locked", "advertised", "advertised_modified_at", "loa_document_id",
        "asn", "ownership_validation_token", "delegate_loa_creation", "irr_validation_state",
        "rpki_validation_state", "ownership_validation_state",
    ]  # fmt: skip
    assert re.fullmatch("[0-9a-f]{32}", shown["id"])
    assert re.fullmatch("[0-9a-f]{32}", shown["loa_document_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", shown["created_at"])
    assert shown["modified_at"] == shown["created_at"]
    constant = {
        name: shown[name]
        for name in shown
        if name not in ("id", "created_at", "modified_at", "loa_document_id", "ownership_validation_token")
    }
    assert constant == {
        "cidr": "203.0.113.0/24", "account_id": ACCOUNT, "description": "", "approved": "P",
        "on_demand_enabled": False, "on_demand_locked": False, "advertised": None,
        "advertised_modified_at": None, "asn": 13335, "delegate_loa_creation": True,
        "irr_validation_state": "pending", "rpki_validation_state": "pending",
        "ownership_validation_state": "pending",
    }  # fmt: skip
    assert customer.get(f"prefixes/{shown['id']}") == shown


@pytest.mark.seed(219)
def test_the_prefixes_of_an_account_are_listed_with_their_ids_and_no_others() -> None:
    customer = Customer()
    other = Prefix.parse("198.51.100.0/24")
    customer.world.register(other)
    ids = [customer.add().id, customer.add(other).id]
    assert [shown["id"] for shown in customer.get("prefixes")] == ids
    assert customer.call("GET", "prefixes", account=OTHER_ACCOUNT) == []
    with customer.refused(codes.NOT_FOUND):
        customer.call("GET", f"prefixes/{ids[0]}", account=OTHER_ACCOUNT)


@pytest.mark.seed(129, 247, 264)
@pytest.mark.parametrize(
    ("asn", "words"), [(64496, "contact your account team"), (209242, "use it already"), (0, "AS13335")]
)
def test_only_cloudflares_own_asn_can_be_used(asn: int, words: str) -> None:
    customer = Customer()
    with customer.refused(codes.ASN, words):
        customer.call("POST", "prefixes", ASKED | {"asn": asn})
    assert customer.call("POST", "prefixes", ASKED)["asn"] == 13335


@pytest.mark.seed(121)
def test_an_account_whose_contract_does_not_cover_byoip_cannot_add_a_prefix() -> None:
    contract = make_settings(accounts={"example": Account(ACCOUNT, "example", frozenset({Entitlement.CDN}))})
    customer = Customer(settings=contract)
    with customer.refused(codes.CONTRACT, "byoip", "account team"):
        customer.add()
    assert Customer().add().account == ACCOUNT


@pytest.mark.seed(126)
@pytest.mark.parametrize("rir", sorted(RIRS))
def test_a_prefix_must_be_registered_at_one_of_the_five_rirs(rir: str) -> None:
    world = FakeWorld()
    cloud = make_cloudflare(world)
    with pytest.raises(CloudflareError, match="AFRINIC, APNIC, ARIN, LACNIC or RIPE") as caught:
        cloud.perform(lambda: cloud.prefixes.create(ACCOUNT, PREFIX, 13335))
    assert caught.value.code == codes.NOT_REGISTERED
    world.register(PREFIX, rir=rir)
    assert not cloud.perform(lambda: cloud.prefixes.create(ACCOUNT, PREFIX, 13335)).is_approved


def test_there_are_five_rirs() -> None:
    assert len(RIRS) == 5


@pytest.mark.parametrize(
    ("cidr", "words"),
    [
        ("203.0.113.1/24", "did you mean 203.0.113.0/24"),
        ("203.0.113.0", "has no length"),
        ("nonsense/24", "is not an IP prefix"),
        ("203.0.113.0/25", "is a /24, such as 203.0.113.0/24"),
        ("2001:db8::/49", "is a /48"),
    ],
)
def test_a_cidr_that_cannot_be_announced_is_refused(cidr: str, words: str) -> None:
    customer = Customer()
    with customer.refused(codes.CIDR, words):
        customer.call("POST", "prefixes", ASKED | {"cidr": cidr})


@settings(max_examples=examples(200))
@given(st.sampled_from([4, 6]), st.integers(0, 128), st.integers(0, (1 << 128) - 1))
def test_a_cidr_can_be_announced_up_to_a_24_or_48(version: int, length: int, value: int) -> None:
    length = min(length, WIDTH[version])
    prefix = Prefix(version, value % (1 << WIDTH[version]), WIDTH[version]).supernet(length)
    assert parse_cidr(str(prefix)) == prefix
    if length <= MOST_SPECIFIC[version]:
        check_announceable(prefix)
    else:
        with pytest.raises(CloudflareError, match="too specific"):
            check_announceable(prefix)


def test_addresses_that_another_account_has_proven_to_own_cannot_be_added() -> None:
    customer = Customer()
    customer.onboard()
    with customer.refused(codes.TAKEN, "another Cloudflare account"):
        customer.call("POST", "prefixes", ASKED, account=OTHER_ACCOUNT)


def test_a_prefix_that_nobody_has_proven_to_own_keeps_nobody_else_out() -> None:
    customer = Customer()
    squatted = customer.call("POST", "prefixes", ASKED, account=OTHER_ACCOUNT)
    customer.onboard()
    customer.world.add_route_object(PREFIX, 13335, f"cf-validation: {squatted['ownership_validation_token']}")
    customer.call("POST", f"prefixes/{squatted['id']}/validate", account=OTHER_ACCOUNT)
    customer.wait(60)
    shown = customer.call("GET", f"prefixes/{squatted['id']}", account=OTHER_ACCOUNT)
    assert (shown["approved"], shown["ownership_validation_state"]) == ("P", "invalid")


@pytest.mark.parametrize("cidr", ["203.0.113.0/24", "203.0.112.0/23"])
def test_an_account_adds_the_same_addresses_once(cidr: str) -> None:
    customer = Customer()
    customer.world.register(Prefix.parse("203.0.112.0/23"))
    known = customer.add()
    with customer.refused(codes.TAKEN, known.id):
        customer.call("POST", "prefixes", ASKED | {"cidr": cidr})


def test_only_the_description_changes_when_it_is_edited() -> None:
    customer = Customer()
    before = prefix = customer.call("POST", "prefixes", ASKED)
    customer.wait(10)
    after = customer.call("PATCH", f"prefixes/{prefix['id']}", {"description": "web"})
    assert {name for name in after if after[name] != before[name]} == {"description", "modified_at"}
    with customer.refused(codes.NOTHING_TO_CHANGE):
        customer.call("PATCH", f"prefixes/{prefix['id']}", {})


@pytest.mark.seed(274)
def test_a_pending_prefix_can_be_deleted_and_an_approved_one_is_offboarded_by_the_account_team() -> None:
    customer = Customer()
    pending = customer.add()
    customer.call("DELETE", f"prefixes/{pending.id}")
    assert customer.get("prefixes") == []
    approved = customer.onboard()
    with customer.refused(codes.IN_USE, "account team"):
        customer.call("DELETE", f"prefixes/{approved.id}")
