"""Prefixes that the account team has onboarded."""

from __future__ import annotations

import pytest
from support.cloudflare_customer import MAGIC_TRANSIT
from support.cloudflare_onboarded import onboarded

from lab.topology.cloudflare_section import Tunnel


def test_an_onboarded_prefix_is_approved_bound_and_withdrawn_from_the_start() -> None:
    customer = onboarded(MAGIC_TRANSIT, asn=64496)
    shown = customer.get(f"prefixes/{customer.prefix_id}")
    assert (shown["approved"], shown["asn"], shown["advertised"]) == ("V", 64496, False)
    (bgp,) = customer.get(f"prefixes/{customer.prefix_id}/bgp/prefixes")
    assert (bgp["cidr"], bgp["asn"], bgp["on_demand"]["advertised"]) == ("203.0.113.0/24", 64496, False)
    assert customer.cloud.originations() == frozenset()


@pytest.mark.parametrize(
    ("tunnel", "state"), [(None, "magic_transit_route_missing"), (Tunnel("customer"), "active")]
)
def test_magic_transit_without_a_tunnel_has_no_route(tunnel: Tunnel | None, state: str) -> None:
    customer = onboarded(MAGIC_TRANSIT, tunnel=tunnel)
    (binding,) = customer.get(f"prefixes/{customer.prefix_id}/bindings")
    assert binding["provisioning"]["state"] == state
