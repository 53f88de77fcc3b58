from __future__ import annotations

import random

import pytest
from support.cloudflare_site import Site, addresses, site_settings
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT, FakeWorld

from lab.clouds.cloudflare.cloud import Cloudflare
from lab.clouds.cloudflare.ids import Ids
from lab.clouds.cloudflare.maps.address_map import MemberKind
from lab.clouds.cloudflare.maps.codes import MANAGED, NOT_USABLE, STATIC_ADDRESS
from lab.state.state import State

STATIC = addresses("192.0.2.10", "192.0.2.11")
FALLBACK = addresses("203.0.113.200", "2001:db8:1::200")


@pytest.fixture
def leasing():
    return Site(site_settings(static_ips=STATIC))


@pytest.fixture
def restricted():
    return Site(site_settings(only_byoip=FALLBACK))


@pytest.mark.seed(181, 212)
def test_cloudflare_makes_the_map_of_leased_static_ips(leasing):
    (made,) = leasing.cloud.maps.of_account(ACCOUNT)
    assert made.addresses == STATIC
    assert (made.can_delete, made.can_modify_ips, made.enabled) == (False, False, True)
    assert made.memberships == ()
    assert leasing.cloud.maps.of_account(OTHER_ACCOUNT) == []


@pytest.mark.seed(181, 213)
def test_many_zones_share_static_ips_once_the_customer_says_which(leasing):
    zones = [leasing.zone(name) for name in ("example.com", "example.net", "example.org")]
    for zone in zones:
        leasing.proxied(zone)
    (made,) = leasing.cloud.maps.of_account(ACCOUNT)
    before = leasing.answers("www.example.org")
    for zone in zones[:2]:
        leasing.do(
            lambda zone=zone: leasing.cloud.maps.add_member(ACCOUNT, made.id, MemberKind.ZONE, zone.id)
        )
    static = {str(address) for address in STATIC}
    assert leasing.answers("www.example.com") == leasing.answers("www.example.net") == static
    assert leasing.answers("www.example.org") == before
    assert before.isdisjoint(static)


@pytest.mark.seed(181)
def test_static_ips_have_no_second_map(leasing):
    (made,) = leasing.cloud.maps.of_account(ACCOUNT)
    with leasing.refused(STATIC_ADDRESS, "192.0.2.10", made.id, status=409):
        leasing.map("192.0.2.10")
    own = leasing.map("203.0.113.1")
    with leasing.refused(STATIC_ADDRESS, made.id, status=409):
        leasing.do(lambda: leasing.cloud.maps.add_address(ACCOUNT, own.id, STATIC[0]))
    with leasing.refused(NOT_USABLE):
        leasing.map("192.0.2.10", account=OTHER_ACCOUNT)


@pytest.mark.seed(181, 212)
def test_of_the_static_map_everything_but_addresses_can_be_edited(leasing):
    maps, (made,) = leasing.cloud.maps, leasing.cloud.maps.of_account(ACCOUNT)
    edited = leasing.do(lambda: maps.edit(ACCOUNT, made.id, enabled=False, description="ours"))
    assert (edited.enabled, edited.description, edited.addresses) == (False, "ours", STATIC)
    with leasing.refused(MANAGED, "can_modify_ips", status=403):
        leasing.do(lambda: maps.add_address(ACCOUNT, made.id, *addresses("203.0.113.1")))
    with leasing.refused(MANAGED, "can_modify_ips", status=403):
        leasing.do(lambda: maps.remove_address(ACCOUNT, made.id, STATIC[0]))
    with leasing.refused(MANAGED, "can_delete", status=403):
        leasing.do(lambda: maps.delete(ACCOUNT, made.id))


@pytest.mark.seed(183)
def test_an_account_that_may_not_use_cloudflares_addresses_never_does(restricted):
    zone = restricted.zone()
    restricted.proxied(zone)
    assert restricted.answers("www.example.com") == {"203.0.113.200"}
    assert restricted.answers("www.example.com", "AAAA") == {"2001:db8:1::200"}
    restricted.map("203.0.113.1", everybody=True, enabled=False)
    assert restricted.answers("www.example.com") == {"203.0.113.200"}


@pytest.mark.seed(183)
def test_a_zones_map_overrides_the_fallback_and_an_accounts_map_does_too(restricted):
    zone, second = restricted.zone(), restricted.zone("example.net")
    for one in (zone, second):
        restricted.proxied(one)
    restricted.map("203.0.113.7", zones=(zone,))
    assert restricted.answers("www.example.com") == {"203.0.113.7"}
    assert restricted.answers("www.example.net") == {"203.0.113.200"}
    of_all = restricted.map("203.0.113.8", everybody=True)
    assert restricted.answers("www.example.net") == {"203.0.113.8"}
    restricted.drop(of_all)
    assert restricted.answers("www.example.net") == {"203.0.113.200"}


@pytest.mark.seed(183)
def test_the_fallback_is_immutable(restricted):
    maps, (made,) = restricted.cloud.maps, restricted.cloud.maps.of_account(ACCOUNT)
    zone = restricted.zone()
    assert (made.can_delete, made.can_modify_ips) == (False, False)
    assert [(member.kind, member.can_delete) for member in made.memberships] == [(MemberKind.ACCOUNT, False)]
    for action in (
        lambda: maps.delete(ACCOUNT, made.id),
        lambda: maps.edit(ACCOUNT, made.id, enabled=False),
        lambda: maps.add_address(ACCOUNT, made.id, *addresses("203.0.113.1")),
        lambda: maps.remove_address(ACCOUNT, made.id, FALLBACK[0]),
        lambda: maps.add_member(ACCOUNT, made.id, MemberKind.ZONE, zone.id),
        lambda: maps.remove_member(ACCOUNT, made.id, MemberKind.ACCOUNT, ACCOUNT),
    ):
        with restricted.refused(MANAGED, status=403):
            restricted.do(action)


@pytest.mark.seed(212)
def test_static_ips_stay_the_same_over_a_restart_unless_the_contract_changes(tmp_path):
    def lab(*static: str):
        state = State(tmp_path / "lab.db")
        settings = site_settings(static_ips=addresses(*static))
        cloud = Cloudflare(settings, FakeWorld(), state, Ids(random.Random(str(static))))
        found = [record for record in cloud.maps.of_account(ACCOUNT) if not record.can_delete]
        state.close()
        return found

    (first,) = lab("192.0.2.10", "192.0.2.11")
    assert lab("192.0.2.10", "192.0.2.11") == [first]
    (changed,) = lab("192.0.2.11", "192.0.2.12")
    assert changed.id == first.id
    assert changed.addresses == addresses("192.0.2.11", "192.0.2.12")
    assert lab() == []
