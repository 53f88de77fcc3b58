from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_site import Site
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT
from support.examples import examples

from lab.clouds.cloudflare.zones.names import name_in_zone
from lab.clouds.cloudflare.zones.zone import NAME_SERVERS, ZoneKind


def test_a_zone_is_active_at_once_and_served_by_two_name_servers():
    site = Site()
    zone = site.zone()
    assert zone.status == "active"
    assert list(site.cloud.authoritative.zones()) == ["example.com"]
    assert site.answers("example.com", "NS") == set(NAME_SERVERS)
    assert len(NAME_SERVERS) == 2


def test_a_zone_of_reverse_dns_is_a_zone_like_others():
    site = Site()
    zone = site.zone("113.0.203.in-addr.arpa")
    site.record(zone, "9", "PTR", "www.example.com.")
    (record,) = site.cloud.authoritative.zones()[zone.name].records(f"9.{zone.name}")
    assert (record.rtype, record.content) == ("PTR", "www.example.com")


@pytest.mark.parametrize("kind", [kind for kind in ZoneKind if kind is not ZoneKind.FULL])
def test_only_a_full_zone_is_answered_for(kind):
    site = Site()
    zone = site.do(lambda: site.cloud.zones.create(ACCOUNT, "example.com", kind))
    assert zone.status == "pending"
    assert site.cloud.authoritative.zones() == {}
    assert site.cloud.authoritative.zone_of("www.example.com") is None


@pytest.mark.parametrize("name", ["example.com", "Example.COM."])
@pytest.mark.parametrize("account", [ACCOUNT, OTHER_ACCOUNT])
def test_a_name_is_a_zone_once(name, account):
    site = Site()
    site.zone()
    with site.refused(1061, "already exists"):
        site.zone(name, account)


@pytest.mark.parametrize(
    "name", ["", "com", "a..b", "-a.example", "ex ample.com", "bücher.example", "a" * 254]
)
def test_what_is_no_domain_name_is_no_zone(name):
    site = Site()
    with site.refused(1003, "Invalid zone name"):
        site.zone(name)


@pytest.mark.seed(196)
def test_a_subdomain_can_be_a_zone_of_its_own_with_other_addresses():
    site = Site()
    whole, sub = site.zone(), site.zone("shop.example.com")
    site.proxied(whole)
    site.proxied(sub, "@")
    site.map("203.0.113.7", zones=(sub,))
    assert site.answers("shop.example.com") == {"203.0.113.7"}
    assert site.answers("www.example.com").isdisjoint({"203.0.113.7"})
    assert site.answers("www.example.com")


def test_a_subdomain_of_another_accounts_zone_is_refused_without_naming_that_account():
    site = Site()
    site.zone("example.com", OTHER_ACCOUNT)
    with site.refused(1119, "another account", status=403) as _:
        site.zone("www.example.com")
    site.zone("com.example")


def test_another_accounts_zone_does_not_exist_for_the_caller():
    site = Site()
    foreign = site.zone("example.com", OTHER_ACCOUNT)
    with site.refused(1001, "There is no zone", status=404):
        site.cloud.zones.get(ACCOUNT, foreign.id)


def test_a_zone_takes_what_belongs_to_it_along():
    site = Site()
    zone, kept = site.zone(), site.zone("example.net")
    site.proxied(zone)
    site.app(zone)
    address_map = site.map("203.0.113.1", zones=(zone, kept))
    site.do(lambda: site.cloud.zones.delete(zone))
    assert site.cloud.zones.all() == [kept]
    assert site.cloud.dns_records.of_zone(zone) == []
    assert site.cloud.spectrum.of_zone(zone) == []
    members = site.cloud.maps.get(ACCOUNT, address_map.id).memberships
    assert [member.identifier for member in members] == [kept.id]


def test_a_deleted_zone_comes_back_empty():
    site = Site()
    zone = site.zone()
    site.proxied(zone)
    site.do(lambda: site.cloud.zones.delete(zone))
    again = site.zone()
    assert again.id != zone.id
    assert site.answers("www.example.com") == set()


LABELS = st.tuples(st.sampled_from("aZ09_"), st.text("b8-", max_size=4)).map(
    lambda parts: "".join(parts).lower() + "x"
)


@settings(max_examples=examples(60))
@given(st.lists(LABELS, min_size=1, max_size=3))
def test_a_name_means_the_same_relative_absolute_and_in_capitals(labels):
    relative = ".".join(labels)
    whole = f"{relative}.example.com"
    spellings = {relative, whole, f"{whole}.", relative.upper(), whole.upper()}
    assert {name_in_zone(text, "example.com") for text in spellings} == {whole}
    assert name_in_zone("@", "example.com") == name_in_zone("example.com", "example.com") == "example.com"
