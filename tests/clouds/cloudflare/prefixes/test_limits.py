"""No account can fill the lab's memory."""

from __future__ import annotations

import pytest
from support.cloudflare_customer import A_PDF, CDN, SPECTRUM, Customer
from support.cloudflare_world import OTHER_ACCOUNT, PREFIX

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.operation import Upload
from lab.clouds.cloudflare.prefixes import (
    bgp_prefixes,
    bindings,
    codes,
    delegations,
    loa_documents,
    prefixes,
)


@pytest.fixture
def customer() -> Customer:
    customer = Customer()
    customer.onboard()
    customer.bind(CDN)
    return customer


def test_an_account_has_so_many_prefixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MOST_PREFIXES", 1)
    customer = Customer()
    customer.add()
    customer.world.register(Prefix.parse("198.51.100.0/24"))
    with customer.refused(codes.TOO_MANY, "has 1 prefixes; at most 1"):
        customer.add(Prefix.parse("198.51.100.0/24"))


def test_a_prefix_has_so_many_bindings(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bindings, "MOST_BINDINGS", 2)
    customer.bind(SPECTRUM, "203.0.113.1/32")
    with customer.refused(codes.TOO_MANY, "service bindings"):
        customer.bind(SPECTRUM, "203.0.113.2/32")


def test_a_prefix_has_so_many_bgp_prefixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bgp_prefixes, "MOST_BGP_PREFIXES", 1)
    customer = Customer()
    wide = Prefix.parse("203.0.112.0/23")
    customer.world.register(wide)
    customer.onboard(wide)
    customer.bind(CDN)
    with customer.refused(codes.TOO_MANY, "BGP prefixes"):
        customer.call("POST", f"prefixes/{customer.prefix_id}/bgp/prefixes", {"cidr": str(PREFIX)})


def test_a_prefix_has_so_many_delegations(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delegations, "MOST_DELEGATIONS", 0)
    body = {"cidr": str(PREFIX), "delegated_account_id": OTHER_ACCOUNT}
    with customer.refused(codes.TOO_MANY, "delegations"):
        customer.call("POST", f"prefixes/{customer.prefix_id}/delegations", body)


def test_an_account_has_so_many_bytes_of_letters(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loa_documents, "MOST_BYTES", 2 * len(A_PDF))
    for _ in range(2):
        customer.call("POST", "loa_documents", upload=Upload(A_PDF))
    with customer.refused(codes.LOA_FILE, "more than"):
        customer.call("POST", "loa_documents", upload=Upload(A_PDF))
