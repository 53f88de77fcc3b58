"""What holds after any sequence of calls, whoever makes them and however long they wait in between."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_customer import Customer
from support.cloudflare_world import ACCOUNT, ALL, OTHER_ACCOUNT, PREFIX, make_settings
from support.examples import examples

from lab.bgp.jsonable import from_json, to_json
from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes.handlers import HandlerState
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.prefixes.service_binding import ServiceBinding
from lab.clouds.cloudflare.prefixes.services import BY_ID
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.topology.cloudflare_section import Account, Onboarded, ServiceName

CIDRS = st.tuples(st.integers(23, 32), st.sampled_from([0, 1, 16, 17, 128, 255])).map(
    lambda pair: str(Prefix(4, PREFIX.value + pair[1], 32).supernet(pair[0]))
)
CALLS = st.one_of(
    st.tuples(st.just("bind"), st.just(str(PREFIX)) | CIDRS, st.sampled_from(sorted(BY_ID))),
    st.tuples(st.just("unbind"), st.integers(0, 5)),
    st.tuples(st.just("advertise"), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("status"), st.booleans()),
    st.tuples(st.just("create"), CIDRS),
    st.tuples(st.just("forget"), st.integers(0, 2)),
    st.tuples(st.just("delegate"), CIDRS),
    st.tuples(st.just("delete")),
    st.tuples(st.just("wait"), st.sampled_from([60, 300, 900, 18000, 30000])),
)


def onboarding(service: ServiceName) -> CloudflareSettings:
    accounts = {
        "example": Account(ACCOUNT, "example", ALL, onboarded=(Onboarded(PREFIX, service),)),
        "other": Account(OTHER_ACCOUNT, "other", ALL),
    }
    return make_settings(accounts=accounts)


def nth(items: list[Any], number: int) -> str:
    """The ID of one of the items, or one that nothing has."""
    return items[number]["id"] if number < len(items) else "0" * 32


def carry_out(customer: Customer, verb: str, *members: Any) -> None:
    base = f"prefixes/{customer.prefix_id}"
    bgp = f"{base}/bgp/prefixes"
    verbs: dict[str, Callable[..., Any]] = {
        "bind": lambda cidr, service: customer.call(
            "POST", f"{base}/bindings", {"cidr": cidr, "service_id": service}
        ),
        "unbind": lambda number: customer.call(
            "DELETE", f"{base}/bindings/{nth(customer.get(f'{base}/bindings'), number)}"
        ),
        "advertise": lambda number, wanted: customer.call(
            "PATCH", f"{bgp}/{nth(customer.get(bgp), number)}", {"on_demand": {"advertised": wanted}}
        ),
        "status": lambda wanted: customer.call("PATCH", f"{base}/bgp/status", {"advertised": wanted}),
        "create": lambda cidr: customer.call("POST", bgp, {"cidr": cidr}),
        "forget": lambda number: customer.call("DELETE", f"{bgp}/{nth(customer.get(bgp), number)}"),
        "delegate": lambda cidr: customer.call(
            "POST", f"{base}/delegations", {"cidr": cidr, "delegated_account_id": OTHER_ACCOUNT}
        ),
        "delete": lambda: customer.call("DELETE", base),
        "wait": customer.wait,
    }
    verbs[verb](*members)


def check(customer: Customer) -> None:
    """What must never be otherwise."""
    cloud, record = customer.cloud, customer.record
    bindings = cloud.bindings.of(record)
    default = cloud.bindings.default(record)
    if any(bgp.is_in_use for bgp in cloud.bgp_prefixes.of(record)):
        assert default is not None
    for one, other in itertools.combinations([each for each in bindings if each.cidr != PREFIX], 2):
        assert not one.cidr.covers(other.cidr)
        assert not other.cidr.covers(one.cidr)
    assert sum(each.cidr == PREFIX for each in bindings) <= 1
    if bindings:
        assert default is not None
    for origination in cloud.originations():
        assert PREFIX.covers(origination.prefix)
        handler = cloud.bindings.at_address(Address(4, origination.prefix.value), "cf-ams")
        assert handler is not None
        assert handler.state is not HandlerState.UNBOUND
    for each in bindings:
        assert from_json(ServiceBinding, to_json(each)) == each
    assert from_json(PrefixRecord, to_json(record)) == record


@settings(max_examples=examples(200))
@given(st.sampled_from(ServiceName), st.lists(CALLS, max_size=14))
def test_nothing_is_announced_without_a_default_binding_and_refusals_change_nothing(
    service: ServiceName, calls: list[tuple[Any, ...]]
) -> None:
    customer = Customer(settings=onboarding(service))
    customer.prefix_id = customer.cloud.prefixes.of(ACCOUNT)[0].id
    for verb, *members in calls:
        before = customer.everything()
        try:
            carry_out(customer, verb, *members)
        except CloudflareError:
            assert customer.everything() == before
        check(customer)
