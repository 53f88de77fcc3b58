from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_site import Site, addresses
from support.cloudflare_world import ACCOUNT, ALL, OTHER_ACCOUNT, make_settings
from support.examples import examples

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.zones.names import name_in_zone
from lab.clouds.cloudflare.zones.zone import ZoneKind
from lab.topology.cloudflare_section import Account


def test_a_zone_is_active_at_once_and_served_by_two_name_servers():
    site = Site()
    zone = site.zone()
    assert site.cloud.zones.is_active(zone)
    assert list(site.hosted()) == ["example.com"]
    pair = site.cloud.zones.name_servers.of(ACCOUNT)
    assert site.answers("example.com", "NS") == set(pair)
    assert len(set(pair)) == 2


def test_a_zone_of_reverse_dns_is_a_zone_like_others():
    site = Site()
    zone = site.zone("113.0.203.in-addr.arpa")
    site.record(zone, "9", "PTR", "www.example.com.")
    (record,) = site.hosted()[zone.name].records(f"9.{zone.name}")
    assert (record.rtype, record.content) == ("PTR", "www.example.com")


@pytest.mark.parametrize("kind", [kind for kind in ZoneKind if kind is not ZoneKind.FULL])
def test_only_a_full_zone_is_answered_for(kind):
    site = Site()
    zone = site.do(lambda: site.cloud.zones.create(ACCOUNT, "example.com", kind))
    assert not site.cloud.zones.is_active(zone)
    assert site.hosted() == {}
    assert site.cloud.authoritative.zone_of("www.example.com") is None


@pytest.mark.parametrize("name", ["example.com", "Example.COM."])
def test_a_name_is_a_zone_of_an_account_once(name):
    site = Site()
    site.zone()
    with site.refused(1061, "already exists"):
        site.zone(name)


def test_a_zone_that_another_account_has_is_pending_and_nobody_is_sent_to_it():
    site = Site()
    first, second = site.zone(), site.zone(account=OTHER_ACCOUNT)
    site.proxied(first, origin="203.0.113.150")
    site.record(second, "www", "A", "192.0.2.66")
    site.app(second, "ssh", protocol="tcp/22")
    assert [site.cloud.zones.is_active(zone) for zone in (first, second)] == [True, False]
    assert "example.com" not in site.hosted(OTHER_ACCOUNT)
    assert site.answers("www.example.com").isdisjoint({"192.0.2.66"})
    assert site.answers("ssh.example.com") == set()
    assert site.cloud.authoritative.origin_of("www.example.com") == addresses("203.0.113.150")
    assert site.client("other").zones.get(zone_id=second.id).status == "pending"
    site.do(lambda: site.cloud.zones.delete(first))
    assert site.answers("www.example.com") == {"192.0.2.66"}
    assert site.client("other").zones.get(zone_id=second.id).status == "active"


def test_a_zone_below_one_that_comes_later_in_another_account_is_not_active_any_more():
    site = Site()
    squatter = site.zone("www.example.com", OTHER_ACCOUNT)
    site.proxied(squatter, "@", origin="192.0.2.66")
    whole = site.zone()
    site.proxied(whole, origin="203.0.113.150")
    assert not site.cloud.zones.is_active(squatter)
    assert site.cloud.authoritative.origin_of("www.example.com") == addresses("203.0.113.150")


REVERSE = "113.0.203.in-addr.arpa"


def test_every_account_has_name_servers_of_its_own():
    accounts = {f"a{n}": Account(f"{n:032x}", f"a{n}", ALL) for n in range(60)}
    site = Site(make_settings(accounts=accounts))
    pairs = [site.cloud.zones.name_servers.of(account.id) for account in accounts.values()]
    names = [name for pair in pairs for name in pair]
    assert len(set(names)) == 120
    again = Site(site.settings)
    assert [again.cloud.zones.name_servers.of(account.id) for account in accounts.values()] == pairs


def test_the_reverse_zone_counts_whose_account_the_rir_has_delegated_to_however_late_it_comes():
    site = Site()
    squatter = site.zone(REVERSE, OTHER_ACCOUNT)
    site.world.delegated[REVERSE] = site.cloud.zones.name_servers.of(ACCOUNT)
    assert not site.cloud.zones.is_active(squatter)
    assert site.client("other").zones.get(zone_id=squatter.id).status == "pending"
    own = site.zone(REVERSE)
    assert site.cloud.zones.is_active(own)
    assert not site.cloud.zones.is_active(squatter)
    assert site.client().zones.get(zone_id=own.id).status == "active"


@pytest.mark.parametrize("above", ["0.203.in-addr.arpa", "in-addr.arpa"])
def test_no_zone_around_it_keeps_others_from_adding_a_reverse_zone(above):
    site = Site()
    site.zone(above, OTHER_ACCOUNT)
    own = site.zone(REVERSE)
    assert not site.cloud.zones.is_active(own)
    site.world.delegated[REVERSE] = site.cloud.zones.name_servers.of(ACCOUNT)
    assert site.cloud.zones.is_active(own)


def test_a_reverse_zone_below_a_delegated_one_of_the_account_is_active():
    site = Site()
    site.world.delegated["0.203.in-addr.arpa"] = site.cloud.zones.name_servers.of(ACCOUNT)
    site.world.delegated[REVERSE] = site.cloud.zones.name_servers.of(OTHER_ACCOUNT)
    own, foreign = site.zone(REVERSE), site.zone(REVERSE, OTHER_ACCOUNT)
    assert [site.cloud.zones.is_active(zone) for zone in (own, foreign)] == [True, False]


@settings(max_examples=examples(100))
@given(
    st.lists(
        st.tuples(
            st.sampled_from([ACCOUNT, OTHER_ACCOUNT]),
            st.sampled_from(
                [
                    "example.com",
                    "a.example.com",
                    "b.a.example.com",
                    "example.net",
                    REVERSE,
                    "0.203.in-addr.arpa",
                    "203.in-addr.arpa",
                ]
            ),
        ),
        unique=True,
        max_size=10,
    ),
    st.sampled_from([None, ACCOUNT, OTHER_ACCOUNT]),
)
def test_of_all_zones_of_one_name_at_most_one_is_active_and_only_it_has_the_name(wanted, delegated):
    site = Site()
    if delegated:
        site.world.delegated[REVERSE] = site.cloud.zones.name_servers.of(delegated)
    for account, name in wanted:
        with contextlib.suppress(CloudflareError):
            site.zone(name, account)
    zones = site.cloud.zones
    for name in {zone.name for zone in zones.all()}:
        active = [zone for zone in zones.all() if zone.name == name and zones.is_active(zone)]
        assert len(active) <= 1
        assert zones.covering(f"www.{name}") == zones.covering(name)
        if name == REVERSE:
            assert all(zone.account == delegated for zone in active)


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
