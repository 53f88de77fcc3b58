"""Letting another account use addresses of a prefix."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_customer import CDN, Customer
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT, PREFIX
from support.examples import examples

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.services import service_id


def delegate(
    customer: Customer, cidr: str = "203.0.113.0/24", account: str = OTHER_ACCOUNT
) -> dict[str, str]:
    body = {"cidr": cidr, "delegated_account_id": account}
    return customer.call("POST", f"prefixes/{customer.prefix_id}/delegations", body)  # type: ignore[no-any-return]


@pytest.mark.seed(150)
def test_a_delegation_looks_as_the_sdk_expects_it_and_is_listed_until_it_is_deleted() -> None:
    customer = Customer()
    customer.onboard()
    shown = delegate(customer)
    assert set(shown) == {
        "id", "cidr", "created_at", "delegated_account_id", "modified_at", "parent_prefix_id"
    }  # fmt: skip
    assert (shown["cidr"], shown["delegated_account_id"]) == ("203.0.113.0/24", OTHER_ACCOUNT)
    assert shown["parent_prefix_id"] == customer.prefix_id
    path = f"prefixes/{customer.prefix_id}/delegations"
    assert customer.get(path) == [shown]
    assert customer.call("DELETE", f"{path}/{shown['id']}") == {"id": shown["id"]}
    assert customer.get(path) == []
    with customer.refused(codes.NOT_FOUND):
        customer.call("DELETE", f"{path}/{shown['id']}")


@pytest.mark.parametrize(
    ("cidr", "account", "code", "words"),
    [
        ("198.51.100.0/24", OTHER_ACCOUNT, codes.CIDR, "not inside"),
        ("203.0.112.0/23", OTHER_ACCOUNT, codes.CIDR, "not inside"),
        ("203.0.113.0/24", ACCOUNT, codes.DELEGATION, "own"),
        ("203.0.113.0/24", "f" * 32, codes.DELEGATION, "no such account"),
    ],
)
def test_a_delegation_is_of_addresses_of_the_prefix_to_another_account(
    cidr: str, account: str, code: int, words: str
) -> None:
    customer = Customer()
    customer.onboard()
    with customer.refused(code, words):
        delegate(customer, cidr, account)


def test_the_same_is_delegated_once() -> None:
    customer = Customer()
    customer.onboard()
    known = delegate(customer)
    with customer.refused(codes.DELEGATION, known["id"]):
        delegate(customer)


@pytest.mark.seed(226, 251)
def test_the_other_account_may_use_just_what_is_delegated_to_it_and_does_not_manage_it() -> None:
    customer = Customer()
    customer.onboard()
    delegations = customer.cloud.delegations
    inside, outside = Address.parse("203.0.113.5"), Address.parse("203.0.113.9")
    assert not delegations.may_use(OTHER_ACCOUNT, inside)
    known = delegate(customer, "203.0.113.4/30")
    assert delegations.may_use(OTHER_ACCOUNT, inside)
    assert not delegations.may_use(OTHER_ACCOUNT, outside)
    assert not delegations.may_use(OTHER_ACCOUNT, PREFIX)
    assert delegations.may_use(ACCOUNT, PREFIX)
    assert delegations.usable_prefix(OTHER_ACCOUNT, inside) == customer.record
    for method, path in (
        ("GET", "prefixes/{}"),
        ("DELETE", "prefixes/{}"),
        ("GET", "prefixes/{}/delegations"),
    ):
        with customer.refused(codes.NOT_FOUND):
            customer.call(method, path.format(customer.prefix_id), account=OTHER_ACCOUNT)
    customer.call("DELETE", f"prefixes/{customer.prefix_id}/delegations/{known['id']}")
    assert not delegations.may_use(OTHER_ACCOUNT, inside)


def test_a_pending_prefix_can_be_used_by_nobody() -> None:
    customer = Customer()
    customer.add()
    delegate(customer)
    for account in (ACCOUNT, OTHER_ACCOUNT):
        assert not customer.cloud.delegations.may_use(account, PREFIX)
    customer.prove()
    customer.validate()
    for account in (ACCOUNT, OTHER_ACCOUNT):
        assert customer.cloud.delegations.may_use(account, PREFIX)


@pytest.mark.seed(151)
def test_delegated_addresses_are_bound_on_the_parent_account_only() -> None:
    customer = Customer()
    customer.onboard()
    path = f"prefixes/{customer.prefix_id}/bindings"
    body = {"cidr": "203.0.113.0/24", "service_id": service_id(CDN)}
    with customer.refused(codes.NOT_FOUND):
        customer.call("POST", path, body, account=OTHER_ACCOUNT)
    delegate(customer)
    with customer.refused(codes.DELEGATION, "parent account"):
        customer.call("POST", path, body, account=OTHER_ACCOUNT)
    assert customer.call("POST", path, body)["service_name"] == "CDN"


def test_deleting_a_pending_prefix_takes_its_delegations_along() -> None:
    customer = Customer()
    record = customer.add()
    delegate(customer)
    customer.call("DELETE", f"prefixes/{record.id}")
    assert customer.cloud.delegations.of(record) == []


SUBNETS = st.tuples(st.integers(24, 32), st.integers(0, 255)).map(
    lambda pair: Prefix(4, PREFIX.value + pair[1], 32).supernet(pair[0])
)


@settings(max_examples=examples(40))
@given(st.lists(SUBNETS, max_size=4, unique=True), st.integers(0, 255))
def test_an_address_may_be_used_exactly_where_a_delegation_covers_it(
    subnets: list[Prefix], host: int
) -> None:
    customer = Customer()
    customer.onboard(delegate_loa_creation=False)
    for subnet in subnets:
        delegate(customer, str(subnet))
    address = Address(4, PREFIX.value + host)
    covered = any(subnet.covers(address.host) for subnet in subnets)
    assert customer.cloud.delegations.may_use(OTHER_ACCOUNT, address) == covered
