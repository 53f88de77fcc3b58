"""BGP prefixes: what is announced of a prefix, and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cloudflare_customer import CDN, MAGIC_TRANSIT, SPECTRUM, Customer
from support.cloudflare_onboarded import onboarded
from support.cloudflare_world import DELAYS, PREFIX, make_cloudflare

from lab.bgp.prefix import Prefix
from lab.clouds.chain import Link
from lab.clouds.cloudflare.events import CloudflareChanged
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.bgp_prefix import Origination
from lab.clouds.cloudflare.prefixes.explaining import chain
from lab.state.state import State
from lab.topology.cloudflare_section import Tunnel

ENABLE, DISABLE = DELAYS.enable[1], DELAYS.disable[1]


def announced(customer: Customer) -> set[str]:
    return {str(origination.prefix) for origination in customer.cloud.originations()}


@pytest.mark.seed(157)
def test_the_default_binding_makes_the_bgp_prefix_which_is_withdrawn() -> None:
    customer = Customer()
    customer.onboard()
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes"
    assert customer.get(path) == []
    customer.bind(CDN)
    (shown,) = customer.get(path)
    assert set(shown) == {
        "id", "asn", "asn_prepend_count", "auto_advertise_withdraw", "bgp_signal_opts", "cidr", "created_at",
        "modified_at", "on_demand",
    }  # fmt: skip
    assert shown["cidr"] == "203.0.113.0/24"
    assert shown["on_demand"] == {
        "advertised": False, "advertised_modified_at": None, "on_demand_enabled": True,
        "on_demand_locked": False,
    }  # fmt: skip
    assert customer.get(f"{path}/{shown['id']}") == shown
    prefix = customer.get(f"prefixes/{customer.prefix_id}")
    assert (prefix["on_demand_enabled"], prefix["advertised"]) == (True, False)
    customer.bind(SPECTRUM, "203.0.113.16/29")
    assert len(customer.get(path)) == 1
    assert announced(customer) == set()


def test_a_subnet_is_announced_by_itself_and_a_host_is_not() -> None:
    customer = Customer()
    prefix = Prefix.parse("203.0.112.0/23")
    customer.world.register(prefix)
    customer.onboard(prefix)
    customer.bind(CDN)
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes"
    half = customer.call("POST", path, {"cidr": "203.0.113.0/24"})
    customer.call("PATCH", f"{path}/{half['id']}", {"on_demand": {"advertised": True}})
    customer.wait(ENABLE)
    assert announced(customer) == {"203.0.113.0/24"}
    assert customer.get(f"prefixes/{customer.prefix_id}")["advertised"] is False
    for cidr, code in (
        ("203.0.113.0/24", codes.BGP_PREFIX),
        ("203.0.113.0/25", codes.CIDR),
        ("198.51.100.0/24", codes.CIDR),
    ):
        with customer.refused(code):
            customer.call("POST", path, {"cidr": cidr})


def test_a_bgp_prefix_is_withdrawn_before_it_is_deleted() -> None:
    customer = Customer()
    customer.bound()
    customer.advertise()
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{customer.bgp.id}"
    with customer.refused(codes.IN_USE, "withdraw it first"):
        customer.call("DELETE", path)
    customer.wait(ENABLE)
    customer.advertise(False)
    with customer.refused(codes.IN_USE, "wait"):
        customer.call("DELETE", path)
    customer.wait(DISABLE)
    customer.call("DELETE", path)
    assert customer.get(f"prefixes/{customer.prefix_id}")["advertised"] is None
    with customer.refused(codes.NOT_FOUND):
        customer.get(path)


@pytest.mark.parametrize("count", [-1, 4])
def test_cloudflares_asn_is_prepended_up_to_three_times(count: int) -> None:
    customer = Customer()
    customer.bound()
    customer.advertise(prepend=3)
    customer.wait(ENABLE)
    assert customer.cloud.originations() == {Origination(PREFIX, 3)}
    with customer.refused(codes.BGP_PREFIX, "0 to 3"):
        customer.advertise(False, prepend=count)


def prepended(customer: Customer) -> list[int]:
    return [each.prepend for each in customer.cloud.originations()]


def test_prepending_of_what_is_announced_changes_when_the_sites_follow() -> None:
    customer = Customer()
    customer.bound()
    customer.advertise()
    customer.wait(ENABLE)
    customer.advertise(prepend=2)
    customer.wait(ENABLE - 1)
    assert prepended(customer) == [0]
    assert customer.advertise(prepend=2).due == customer.bgp.due
    since = customer.cloud.bgp_prefixes.own_changes(PREFIX)
    customer.wait(1)
    assert prepended(customer) == [2]
    assert customer.cloud.bgp_prefixes.own_changes(PREFIX) == since
    customer.advertise(prepend=0)
    assert customer.advertise(prepend=2).due is None


def test_what_is_on_its_way_is_not_put_off_by_a_change_of_prepending() -> None:
    customer = Customer()
    customer.bound()
    due = customer.advertise().due
    customer.wait(60)
    assert customer.advertise(prepend=1).due == due
    customer.wait(ENABLE - 60)
    assert prepended(customer) == [1]
    due = customer.advertise(False).due
    customer.wait(60)
    assert customer.advertise(False, prepend=3).due == due
    customer.wait(DISABLE - 60)
    assert prepended(customer) == []
    assert customer.bgp.due is None


@pytest.mark.parametrize(("tunnel", "expected"), [(None, 0), (Tunnel("customer"), 1)])
def test_an_own_asn_is_behind_cloudflares_and_a_missing_route_withdraws_where_that_is_asked_for(
    tunnel: Tunnel | None, expected: int
) -> None:
    customer = onboarded(MAGIC_TRANSIT, asn=64496, tunnel=tunnel)
    customer.advertise()
    customer.wait(ENABLE)
    assert customer.cloud.originations() == {Origination(PREFIX, 0, (64496,))}
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{customer.bgp.id}"
    customer.call("PATCH", path, {"auto_advertise_withdraw": True})
    customer.wait(DISABLE)
    assert len(customer.cloud.originations()) == expected
    assert customer.cloud.bgp_prefixes.is_advertised(PREFIX) is bool(expected)
    assert customer.cloud.next_due() is None
    customer.call("PATCH", path, {"auto_advertise_withdraw": False})
    customer.wait(ENABLE)
    assert len(customer.cloud.originations()) == 1


def test_what_is_withheld_from_the_start_is_never_said_to_be_advertised() -> None:
    customer = onboarded(MAGIC_TRANSIT)
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{customer.bgp.id}"
    customer.cloud.take_events()
    customer.call("PATCH", path, {"auto_advertise_withdraw": True, "on_demand": {"advertised": True}})
    customer.wait(DISABLE)
    (event,) = customer.cloud.take_events()
    assert isinstance(event, CloudflareChanged)
    assert (event.subject, event.after) == ("requested advertisement", "advertised")
    assert "no site announces it: auto_advertise_withdraw is true" in event.text
    assert customer.bgp.changed is None
    (link,) = [found for found in explained(customer) if found.name == "advertised"]
    assert link.ok is False
    assert "no site announces it" in link.text


def test_a_withdrawal_for_want_of_a_route_is_told_with_its_reason() -> None:
    customer = onboarded(MAGIC_TRANSIT)
    customer.advertise()
    customer.wait(ENABLE)
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{customer.bgp.id}"
    customer.call("PATCH", path, {"auto_advertise_withdraw": True})
    customer.wait(DISABLE)
    event = customer.cloud.take_events()[-1]
    assert isinstance(event, CloudflareChanged)
    assert (event.subject, event.before, event.after) == ("advertisement", "advertised", "withdrawn")
    assert "Magic Transit has no route" in event.text


def test_routes_are_gone_by_only_where_there_is_a_magic_routing_table() -> None:
    customer = Customer()
    customer.bound()
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{customer.bgp.id}"
    with customer.refused(codes.BGP_PREFIX, "which only prefixes of Magic Transit have", "bound to CDN"):
        customer.call("PATCH", path, {"auto_advertise_withdraw": True, "on_demand": {"advertised": True}})
    assert (
        customer.call("PATCH", path, {"auto_advertise_withdraw": False})["auto_advertise_withdraw"] is False
    )


def test_a_prefix_that_has_left_magic_transit_is_advertised_without_going_by_its_routes() -> None:
    customer = onboarded(MAGIC_TRANSIT)
    path = f"prefixes/{customer.prefix_id}/bgp/prefixes/{customer.bgp.id}"
    customer.call("PATCH", path, {"auto_advertise_withdraw": True})
    default = customer.cloud.bindings.default(customer.record)
    assert default is not None
    customer.unbind(default)
    customer.wait(DELAYS.binding[1])
    customer.bind(CDN)
    with customer.refused(codes.BGP_PREFIX, "expected false"):
        customer.call("PATCH", path, {"on_demand": {"advertised": True}})
    customer.call("PATCH", path, {"on_demand": {"advertised": True}, "auto_advertise_withdraw": False})
    customer.wait(ENABLE)
    assert announced(customer) == {str(PREFIX)}


def test_a_tunnel_that_goes_with_the_labs_file_withdraws_the_prefix_and_one_that_comes_announces_it(
    tmp_path: Path,
) -> None:
    state, customer = State(tmp_path / "lab.db"), onboarded(MAGIC_TRANSIT, tunnel=Tunnel("customer"))
    with_tunnel = customer.cloud.basics.settings
    without = onboarded(MAGIC_TRANSIT).cloud.basics.settings
    customer.cloud = make_cloudflare(customer.world, with_tunnel, state)
    (record,) = customer.cloud.prefixes.all()
    customer.prefix_id = record.id
    path = f"prefixes/{record.id}/bgp/prefixes/{customer.bgp.id}"
    customer.call("PATCH", path, {"on_demand": {"advertised": True}, "auto_advertise_withdraw": True})
    customer.wait(ENABLE)
    assert announced(customer) == {str(PREFIX)}
    for settings, after in ((without, set()), (with_tunnel, {str(PREFIX)})):
        state.close()
        state = State(tmp_path / "lab.db")
        customer.cloud = make_cloudflare(customer.world, settings, state)
        customer.wait(DISABLE)
        assert announced(customer) == after
    state.close()


def explained(customer: Customer) -> list[Link]:
    cloud = customer.cloud
    return chain(cloud.basics, cloud.prefixes, cloud.bindings, cloud.bgp_prefixes, PREFIX)


def test_who_looks_for_leaks_is_told_what_is_announced_and_since_when() -> None:
    customer = Customer()
    customer.bound()
    rooms = customer.cloud.bgp_prefixes
    more_specific = Prefix.parse("203.0.113.128/25")
    assert not rooms.is_advertised(PREFIX)
    customer.advertise()
    customer.wait(ENABLE)
    assert rooms.is_advertised(PREFIX)
    assert rooms.is_advertised(more_specific)
    assert not rooms.is_advertised(Prefix.parse("203.0.112.0/23"))
    assert rooms.own_changes(more_specific) == customer.world.time
    assert rooms.own_changes(Prefix.parse("198.51.100.0/24")) is None
