"""Announcing prefixes and withdrawing them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.cloudflare_customer import CDN, Customer
from support.cloudflare_onboarded import onboarded
from support.cloudflare_world import DELAYS, PREFIX, make_settings

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.handlers import HandlerState

ENABLE, DISABLE = DELAYS.enable[1], DELAYS.disable[1]


def announced(customer: Customer) -> set[str]:
    return {str(origination.prefix) for origination in customer.cloud.originations()}


@pytest.mark.seed(175, 215, 216, 217)
def test_an_advertisement_is_registered_at_once_and_follows_after_minutes() -> None:
    customer = Customer()
    customer.bound()
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{customer.bgp.id}"
    shown = customer.call("PATCH", path, {"on_demand": {"advertised": True}})
    assert shown["on_demand"]["advertised"]
    assert shown["on_demand"]["advertised_modified_at"] == shown["modified_at"]
    assert customer.get(f"prefixes/{customer.prefix_id}")["advertised"] is True
    customer.wait(ENABLE - 1)
    assert announced(customer) == set()
    customer.wait(1)
    assert announced(customer) == {"203.0.113.0/24"}
    assert (
        customer.call("PATCH", path, {"on_demand": {"advertised": False}})["on_demand"]["advertised"] is False
    )
    customer.wait(DISABLE - 1)
    assert announced(customer) == {"203.0.113.0/24"}
    customer.wait(1)
    assert announced(customer) == set()


@pytest.mark.seed(216, 217)
def test_the_delays_are_those_of_the_documents_unless_the_file_says_otherwise() -> None:
    customer = Customer(settings=make_settings(delays=replace(DELAYS, enable=(120, 420), disable=(840, 960))))
    customer.bound()
    for advertised, least, most in ((True, 120, 420), (False, 840, 960)):
        asked = customer.world.time
        due = customer.advertise(advertised).due
        assert due is not None
        assert least <= due - asked <= most
        customer.wait(due - asked)
        assert bool(announced(customer)) == advertised


@pytest.mark.seed(152, 267)
def test_a_prefix_without_a_default_binding_cannot_be_advertised() -> None:
    customer = Customer()
    customer.onboard()
    bgp = customer.call("POST", f"prefixes/{customer.prefix_id}/bgp/prefixes", {"cidr": "203.0.113.0/24"})
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{bgp['id']}"
    with customer.refused(codes.NO_DEFAULT_BINDING, "nothing would handle its traffic"):
        customer.call("PATCH", path, {"on_demand": {"advertised": True}})
    customer.bind(CDN)
    assert customer.call("PATCH", path, {"on_demand": {"advertised": True}})["on_demand"]["advertised"]


@pytest.mark.seed(267)
def test_the_default_binding_cannot_go_while_any_of_the_prefix_is_announced() -> None:
    customer = Customer()
    default = customer.bound()
    customer.advertise()
    with customer.refused(codes.IN_USE, "Withdraw it first"):
        customer.unbind(default)
    customer.wait(ENABLE)
    customer.advertise(False)
    with customer.refused(codes.IN_USE):
        customer.unbind(default)
    customer.wait(DISABLE)
    customer.unbind(default)
    with customer.refused(codes.NO_DEFAULT_BINDING):
        customer.advertise()


@pytest.mark.seed(158)
def test_advertising_before_the_binding_is_everywhere_is_possible_and_drops_traffic() -> None:
    customer = Customer()
    customer.onboard()
    customer.bind(CDN)
    customer.advertise()
    customer.wait(ENABLE)
    assert announced(customer) == {"203.0.113.0/24"}
    handler = customer.cloud.bindings.at_address(Address.parse("203.0.113.9"), "cf-ams")
    assert handler is not None
    assert handler.state is HandlerState.PROVISIONING


def test_what_the_sites_have_not_followed_yet_can_be_taken_back() -> None:
    customer = Customer()
    customer.bound()
    customer.advertise()
    customer.wait(ENABLE - 1)
    assert customer.advertise(False).due is None
    customer.wait(3600)
    assert announced(customer) == set()
    assert customer.cloud.bgp_prefixes.own_changes(PREFIX) is None


def test_asking_for_the_same_again_changes_nothing() -> None:
    customer = Customer()
    customer.bound()
    first = customer.advertise()
    customer.wait(60)
    assert customer.advertise() == first


@pytest.mark.seed(224)
def test_the_advertisement_status_is_another_way_to_the_same() -> None:
    customer = Customer()
    customer.onboard()
    path = f"prefixes/{customer.prefix_id}/bgp/status"
    assert customer.get(path) == {"advertised": None, "advertised_modified_at": None}
    with customer.refused(codes.NO_DEFAULT_BINDING):
        customer.call("PATCH", path, {"advertised": True})
    customer.bind(CDN)
    assert customer.get(path)["advertised"] is False
    assert customer.call("PATCH", path, {"advertised": True})["advertised"] is True
    shown = customer.get(f"prefixes/{customer.prefix_id}/bgp/prefixes")[0]["on_demand"]
    assert shown["advertised_modified_at"] == customer.get(path)["advertised_modified_at"]
    customer.wait(ENABLE)
    assert announced(customer) == {"203.0.113.0/24"}


def test_a_locked_advertisement_stays_as_it_is() -> None:
    customer = onboarded(CDN, locked=True)
    assert customer.get(f"prefixes/{customer.prefix_id}")["on_demand_locked"]
    assert customer.get(f"prefixes/{customer.prefix_id}/bgp/prefixes")[0]["on_demand"]["on_demand_locked"]
    with customer.refused(codes.LOCKED, "account team"):
        customer.advertise()
