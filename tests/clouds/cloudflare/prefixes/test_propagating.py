"""How bindings reach Cloudflare's sites, and what happens to packets meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_customer import CDN, SPECTRUM, Customer
from support.cloudflare_world import DELAYS, PREFIX, START, make_settings
from support.examples import examples

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.events import CloudflareChanged
from lab.clouds.cloudflare.prefixes.handlers import Handler, HandlerState
from lab.clouds.cloudflare.settings import CloudflareSettings, Delays

HOUR = 3600.0
SITES = ("cf-ams", "cf-fra", "cf-iad", "cf-nrt", "cf-sjc")
UPGRADED, OTHER = Address.parse("203.0.113.17"), Address.parse("203.0.113.99")


def by_chance(seed: str = "test") -> CloudflareSettings:
    """Five sites, and the delays that the documents name."""
    delays = Delays(DELAYS.validate, enable=DELAYS.enable, disable=DELAYS.disable)
    return make_settings(sites=SITES, delays=delays, seed=seed)


def at(customer: Customer, address: Address, site: str = "cf-ams") -> Handler:
    handler = customer.cloud.bindings.at_address(address, site)
    assert handler is not None
    return handler


@pytest.mark.seed(158, 162)
def test_a_binding_is_provisioned_for_four_to_six_hours_and_drops_what_it_is_for_meanwhile() -> None:
    customer = Customer()
    customer.onboard()
    assert at(customer, OTHER).state is HandlerState.UNBOUND
    customer.bind(CDN)
    path = f"prefixes/{customer.prefix_id}/bindings"
    customer.wait(DELAYS.binding[1] - 1)
    assert customer.get(path)[0]["provisioning"]["state"] == "provisioning"
    handler = at(customer, OTHER)
    assert (handler.state, handler.until) == (HandlerState.PROVISIONING, customer.world.time + 1)
    customer.wait(1)
    assert customer.get(path)[0]["provisioning"]["state"] == "active"
    assert (at(customer, OTHER).is_ready, at(customer, OTHER).service) == (True, CDN)


@pytest.mark.seed(162)
def test_an_upgrade_disrupts_just_the_addresses_in_its_scope() -> None:
    customer = Customer()
    customer.bound(CDN)
    upgrade = customer.bind(SPECTRUM, "203.0.113.16/29")
    assert at(customer, UPGRADED).state is HandlerState.PROVISIONING
    assert (at(customer, OTHER).is_ready, at(customer, OTHER).service) == (True, CDN)
    customer.wait(DELAYS.binding[1])
    assert (at(customer, UPGRADED).is_ready, at(customer, UPGRADED).service) == (True, SPECTRUM)
    customer.unbind(upgrade)
    assert at(customer, UPGRADED).state is HandlerState.DELETING
    assert at(customer, OTHER).is_ready
    customer.wait(DELAYS.binding[1])
    assert (at(customer, UPGRADED).is_ready, at(customer, UPGRADED).service) == (True, CDN)


@pytest.mark.seed(177)
def test_the_list_shows_all_bindings_after_the_propagation_and_no_deleted_one() -> None:
    customer = Customer()
    customer.bound(CDN)
    upgrade = customer.bind(SPECTRUM, "203.0.113.16/29")
    customer.wait(DELAYS.binding[1])
    path = f"prefixes/{customer.prefix_id}/bindings"
    shown = {each["cidr"]: each["provisioning"]["state"] for each in customer.get(path)}
    assert shown == {"203.0.113.0/24": "active", "203.0.113.16/29": "active"}
    customer.call("DELETE", f"{path}/{upgrade.id}")
    assert [each["cidr"] for each in customer.get(path)] == ["203.0.113.0/24"]


def test_addresses_cannot_be_bound_again_until_every_site_has_forgotten_the_last_binding() -> None:
    customer = Customer()
    customer.bound(CDN)
    upgrade = customer.bind(SPECTRUM, "203.0.113.16/29")
    customer.unbind(upgrade)
    with customer.refused(1108, "being deleted"):
        customer.bind(SPECTRUM, "203.0.113.16/29")
    customer.wait(DELAYS.binding[1])
    assert customer.bind(SPECTRUM, "203.0.113.16/29").id != upgrade.id


@settings(max_examples=examples(40))
@given(st.integers(0, 10**6))
def test_each_site_has_a_binding_within_the_window_and_a_majority_makes_it_active(seed: int) -> None:
    customer = Customer(settings=by_chance(str(seed)))
    customer.onboard()
    binding = customer.bind(CDN)
    asked = customer.world.time
    assert set(binding.arrives) == set(SITES)
    assert all(4 * HOUR <= time - asked <= 6 * HOUR for time in binding.arrives.values())
    for ready, (site, time) in enumerate(sorted(binding.arrives.items(), key=lambda pair: pair[1]), 1):
        assert not at(customer, OTHER, site).is_ready
        assert customer.cloud.next_due() == time
        customer.wait(time - customer.world.time)
        assert at(customer, OTHER, site).is_ready
        (shown,) = customer.cloud.bindings.of(customer.record)
        assert (shown.state.value == "active") == (ready > len(SITES) / 2)
    assert customer.cloud.next_due() is None


def test_the_timeline_tells_when_each_site_has_a_binding() -> None:
    customer = Customer(settings=by_chance())
    customer.bound(CDN)
    customer.wait(6 * HOUR)
    events = [event for event in customer.cloud.take_events() if isinstance(event, CloudflareChanged)]
    assert {event.subject for event in events} >= {f"binding at {site}" for site in SITES}
    states = [(event.before, event.after) for event in events if event.subject == "binding"]
    assert states == [("", "provisioning"), ("provisioning", "active")]
    assert {event.prefix for event in events} == {PREFIX}


def test_an_address_outside_of_every_approved_prefix_has_no_handler() -> None:
    customer = Customer()
    customer.add()
    assert customer.cloud.bindings.at_address(OTHER, "cf-ams") is None
    assert customer.cloud.bindings.at_address(Address.parse("198.51.100.1"), "cf-ams") is None
    assert customer.world.time == START
