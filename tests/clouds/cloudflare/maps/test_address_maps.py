from __future__ import annotations

from dataclasses import replace

import pytest
from support.cloudflare_site import Site, addresses
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT, START

from lab.clouds.cloudflare.maps.address_map import MemberKind
from lab.clouds.cloudflare.maps.codes import (
    BAD_ADDRESS,
    BAD_MEMBER,
    ENABLED,
    NOT_FOUND,
    NOT_USABLE,
    TAKEN,
    TOO_MANY,
)
from lab.clouds.cloudflare.maps.map_rules import MOST_ADDRESSES, MOST_MAPS

ZONE, WHOLE = MemberKind.ZONE, MemberKind.ACCOUNT
WWW = "www.example.com"


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def zone(site):
    zone = site.zone()
    site.proxied(zone)
    return zone


@pytest.mark.seed(186)
def test_a_map_has_no_effect_until_it_is_enabled_and_has_a_member(site, zone):
    before = site.answers(WWW)
    address_map = site.map("203.0.113.1", enabled=False)
    assert site.answers(WWW) == before
    site.do(lambda: site.cloud.maps.edit(ACCOUNT, address_map.id, enabled=True))
    assert site.answers(WWW) == before
    site.do(lambda: site.cloud.maps.edit(ACCOUNT, address_map.id, enabled=False))
    site.do(lambda: site.cloud.maps.add_member(ACCOUNT, address_map.id, ZONE, zone.id))
    assert site.answers(WWW) == before
    site.do(lambda: site.cloud.maps.edit(ACCOUNT, address_map.id, enabled=True))
    assert site.answers(WWW) == {"203.0.113.1"}


@pytest.mark.seed(187)
def test_a_zones_map_goes_before_the_accounts(site, zone):
    site.map("203.0.113.1", everybody=True)
    assert site.answers(WWW) == {"203.0.113.1"}
    of_zone = site.map("203.0.113.2", zones=(zone,))
    assert site.answers(WWW) == {"203.0.113.2"}
    site.do(lambda: site.cloud.maps.edit(ACCOUNT, of_zone.id, enabled=False))
    assert site.answers(WWW) == {"203.0.113.1"}


@pytest.mark.seed(195)
def test_an_accounts_map_is_for_all_its_zones_and_a_zones_map_for_that_one(site, zone):
    second, foreign = site.zone("example.net"), site.zone("example.org", OTHER_ACCOUNT)
    for other in (second, foreign):
        site.proxied(other)
    of_all = site.map("203.0.113.1", everybody=True)
    assert site.answers(WWW) == site.answers("www.example.net") == {"203.0.113.1"}
    assert site.answers("www.example.org").isdisjoint({"203.0.113.1"})
    site.drop(of_all)
    site.map("203.0.113.2", zones=(second,))
    assert site.answers("www.example.net") == {"203.0.113.2"}
    assert site.answers(WWW).isdisjoint({"203.0.113.1", "203.0.113.2"})


@pytest.mark.seed(188)
def test_disabling_or_deleting_a_map_changes_the_addresses_in_use(site, zone):
    before = site.answers(WWW)
    address_map = site.map("203.0.113.1", zones=(zone,))
    site.do(lambda: site.cloud.maps.edit(ACCOUNT, address_map.id, enabled=False))
    assert site.answers(WWW) == before
    site.do(lambda: site.cloud.maps.edit(ACCOUNT, address_map.id, enabled=True))
    assert site.answers(WWW) == {"203.0.113.1"}
    with site.refused(ENABLED, "must be disabled before it can be deleted"):
        site.do(lambda: site.cloud.maps.delete(ACCOUNT, address_map.id))
    site.drop(address_map)
    assert site.answers(WWW) == before
    with site.refused(NOT_FOUND, address_map.id, status=404):
        site.do(lambda: site.cloud.maps.delete(ACCOUNT, address_map.id))


@pytest.mark.seed(188)
def test_an_edited_map_says_when(site):
    address_map = site.map(enabled=False)
    site.world.time += 60
    edited = site.do(lambda: site.cloud.maps.edit(ACCOUNT, address_map.id, description="new"))
    assert (edited.description, edited.enabled) == ("new", False)
    assert (edited.created, edited.modified) == (START, START + 60)


@pytest.mark.seed(189)
def test_addresses_zones_and_accounts_come_and_go_one_by_one(site, zone):
    before, maps = site.answers(WWW), site.cloud.maps
    map_id = site.map().id
    site.do(lambda: maps.add_address(ACCOUNT, map_id, *addresses("203.0.113.1")))
    site.do(lambda: maps.add_member(ACCOUNT, map_id, ZONE, zone.id))
    assert site.answers(WWW) == {"203.0.113.1"}
    site.do(lambda: maps.add_address(ACCOUNT, map_id, *addresses("203.0.113.2")))
    assert site.answers(WWW) == {"203.0.113.1", "203.0.113.2"}
    site.do(lambda: maps.remove_address(ACCOUNT, map_id, *addresses("203.0.113.1")))
    assert site.answers(WWW) == {"203.0.113.2"}
    site.do(lambda: maps.remove_member(ACCOUNT, map_id, ZONE, zone.id))
    assert site.answers(WWW) == before
    site.do(lambda: maps.add_member(ACCOUNT, map_id, WHOLE, ACCOUNT))
    assert site.answers(WWW) == {"203.0.113.2"}
    site.do(lambda: maps.remove_member(ACCOUNT, map_id, WHOLE, ACCOUNT))
    assert site.answers(WWW) == before


@pytest.mark.seed(189)
def test_adding_what_is_there_changes_nothing_and_removing_what_is_not_is_refused(site, zone):
    maps, map_id = site.cloud.maps, site.map("203.0.113.1", zones=(zone,)).id
    before = site.everything()
    site.do(lambda: maps.add_address(ACCOUNT, map_id, *addresses("203.0.113.1")))
    site.do(lambda: maps.add_member(ACCOUNT, map_id, ZONE, zone.id))
    assert site.everything() == before
    with site.refused(NOT_FOUND, "203.0.113.2 is not on", status=404):
        site.do(lambda: maps.remove_address(ACCOUNT, map_id, *addresses("203.0.113.2")))
    with site.refused(NOT_FOUND, "is no member", status=404):
        site.do(lambda: maps.remove_member(ACCOUNT, map_id, WHOLE, ACCOUNT))


@pytest.mark.seed(190)
def test_while_a_map_is_changed_its_names_are_answered_all_the_time(site, zone):
    """Setting up and updating has no moment without an answer, nor one with an address of neither state."""
    seen = [site.answers(WWW)]
    address_map = site.map("203.0.113.1", zones=(zone,))
    map_id = address_map.id
    seen.append(site.answers(WWW))
    site.do(lambda: site.cloud.maps.add_address(ACCOUNT, map_id, *addresses("203.0.113.2")))
    seen.append(site.answers(WWW))
    site.do(lambda: site.cloud.maps.remove_address(ACCOUNT, map_id, *addresses("203.0.113.1")))
    seen.append(site.answers(WWW))
    site.drop(address_map)
    seen.append(site.answers(WWW))
    assert seen[1:4] == [{"203.0.113.1"}, {"203.0.113.1", "203.0.113.2"}, {"203.0.113.2"}]
    assert seen[0] == seen[4]
    assert all(seen)
    assert site.cloud.next_due() is None


@pytest.mark.seed(182)
@pytest.mark.parametrize("ip", ["198.51.100.1", "192.0.2.1", "192.0.0.1", "2001:db8:2::1"])
def test_only_addresses_of_an_own_approved_prefix_can_be_on_a_map(site, ip):
    with site.refused(NOT_USABLE, ip, "approved prefix"):
        site.map("203.0.113.1", ip)
    map_id = site.map("203.0.113.1").id
    with site.refused(NOT_USABLE, ip):
        site.do(lambda: site.cloud.maps.add_address(ACCOUNT, map_id, *addresses(ip)))


@pytest.mark.seed(182)
def test_a_pending_prefix_is_not_for_maps_yet(site):
    for record in site.cloud.prefixes.of(ACCOUNT):
        pending = replace(record, approved=None)
        site.do(lambda pending=pending: site.cloud.prefixes.put(pending))
    with site.refused(NOT_USABLE, "203.0.113.1"):
        site.map("203.0.113.1")


@pytest.mark.seed(252)
def test_delegated_addresses_can_be_on_maps_of_the_other_account(site):
    zone = site.zone("example.org", OTHER_ACCOUNT)
    site.proxied(zone)
    with site.refused(NOT_USABLE):
        site.map("203.0.113.18", zones=(zone,), account=OTHER_ACCOUNT)
    site.delegate("203.0.113.16/29")
    site.map("203.0.113.18", zones=(zone,), account=OTHER_ACCOUNT)
    assert site.answers("www.example.org") == {"203.0.113.18"}
    with site.refused(NOT_USABLE):
        site.map("203.0.113.24", account=OTHER_ACCOUNT)


@pytest.mark.seed(252)
def test_when_a_delegation_ends_its_addresses_are_answered_no_longer(site):
    zone = site.zone("example.org", OTHER_ACCOUNT)
    site.proxied(zone)
    delegation = site.delegate("203.0.113.16/29")
    site.map("203.0.113.18", "198.51.100.1", zones=(zone,), account=OTHER_ACCOUNT)
    assert site.answers("www.example.org") == {"203.0.113.18", "198.51.100.1"}
    site.do(lambda: site.cloud.delegations.delete(delegation))
    assert site.answers("www.example.org") == {"198.51.100.1"}


@pytest.mark.seed(185)
def test_only_own_zones_and_the_account_itself_can_be_members(site):
    foreign = site.zone("example.org", OTHER_ACCOUNT)
    with site.refused(BAD_MEMBER, "The account has no zone"):
        site.map(zones=(foreign,))
    map_id = site.map().id
    with site.refused(BAD_MEMBER, "The account has no zone"):
        site.do(lambda: site.cloud.maps.add_member(ACCOUNT, map_id, ZONE, "f" * 32))
    with site.refused(BAD_MEMBER, "Only the account itself"):
        site.do(lambda: site.cloud.maps.add_member(ACCOUNT, map_id, WHOLE, OTHER_ACCOUNT))


def test_a_zone_is_a_member_of_one_map(site, zone):
    first = site.map("203.0.113.1", zones=(zone,), enabled=False)
    with site.refused(TAKEN, first.id, "remove it there first", status=409):
        site.map("203.0.113.2", zones=(zone,))
    second = site.map("203.0.113.2")
    with site.refused(TAKEN, first.id, status=409):
        site.do(lambda: site.cloud.maps.add_member(ACCOUNT, second.id, ZONE, zone.id))
    site.do(lambda: site.cloud.maps.remove_member(ACCOUNT, first.id, ZONE, zone.id))
    site.do(lambda: site.cloud.maps.add_member(ACCOUNT, second.id, ZONE, zone.id))
    assert site.answers(WWW) == {"203.0.113.2"}


def test_an_account_is_a_member_of_one_map(site):
    site.map("203.0.113.1", everybody=True)
    with site.refused(TAKEN, status=409):
        site.map("203.0.113.2", everybody=True)


@pytest.mark.parametrize("ips", [("203.0.113.1", "203.0.113.1"), ("203.0.113.0/24",), ("www",), ("",)])
def test_what_is_no_address_or_there_twice_is_refused(site, ips):
    with site.refused(BAD_ADDRESS):
        site.map(*ips)


def test_another_accounts_map_does_not_exist_for_the_caller(site):
    foreign = site.map("198.51.100.1", account=OTHER_ACCOUNT)
    for action in (
        lambda: site.cloud.maps.get(ACCOUNT, foreign.id),
        lambda: site.cloud.maps.edit(ACCOUNT, foreign.id, enabled=False),
        lambda: site.cloud.maps.delete(ACCOUNT, foreign.id),
        lambda: site.cloud.maps.add_address(ACCOUNT, foreign.id, *addresses("203.0.113.1")),
    ):
        with site.refused(NOT_FOUND, status=404):
            site.do(action)
    assert site.cloud.maps.of_account(ACCOUNT) == []


def test_maps_and_their_addresses_are_bounded(site, monkeypatch):
    assert MOST_ADDRESSES >= 256
    assert MOST_MAPS >= 100
    monkeypatch.setattr("lab.clouds.cloudflare.maps.additions.MOST_ADDRESSES", 2)
    monkeypatch.setattr("lab.clouds.cloudflare.maps.address_maps.MOST_MAPS", 1)
    map_id = site.map("203.0.113.1", "203.0.113.2").id
    with site.refused(TOO_MANY, "at most 2"):
        site.do(lambda: site.cloud.maps.add_address(ACCOUNT, map_id, *addresses("203.0.113.3")))
    with site.refused(TOO_MANY, "at most 1"):
        site.map()
