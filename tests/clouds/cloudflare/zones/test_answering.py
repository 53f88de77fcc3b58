from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_site import Site, addresses, site_settings
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT
from support.examples import examples

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.maps.address_map import MemberKind
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.clouds.cloudflare.zones.anycast import own_addresses

ANYCAST = (Prefix.parse("192.0.2.0/26"), Prefix.parse("2001:db8:cf::/48"))


def is_cloudflares(text: str) -> bool:
    return any(prefix.covers(Address.parse(text).host) for prefix in ANYCAST)


@pytest.mark.seed(124)
def test_without_a_map_a_proxied_name_is_answered_with_cloudflares_own_addresses():
    site = Site()
    site.proxied(site.zone())
    for rtype in ("A", "AAAA"):
        answers = site.answers("www.example.com", rtype)
        assert len(answers) == 2
        assert all(is_cloudflares(answer) for answer in answers)
    assert site.answers("www.example.com") == site.answers("WWW.example.com.")


@pytest.mark.seed(124)
def test_a_name_that_is_not_proxied_is_answered_with_its_own_address():
    site = Site()
    site.record(site.zone(), "www", "A", "198.51.100.150")
    assert site.answers("www.example.com") == {"198.51.100.150"}
    assert site.answers("www.example.com", "AAAA") == set()


@pytest.mark.seed(178, 197, 198, 180)
def test_the_worked_example():
    """The map says 203.0.113.100, the record 203.0.113.150: visitors get the one, the origin is the other."""
    site = Site()
    zone = site.zone()
    site.proxied(zone, "www", "203.0.113.150")
    site.map("203.0.113.100", zones=(zone,))
    assert site.answers("www.example.com") == {"203.0.113.100"}
    assert site.cloud.authoritative.origin_of("www.example.com") == addresses("203.0.113.150")


@pytest.mark.seed(180)
def test_a_map_with_the_address_of_the_origin_changes_nothing_about_the_origin():
    site = Site()
    zone = site.zone()
    site.proxied(zone, "www", "203.0.113.100")
    before = site.cloud.authoritative.origin_of("www.example.com")
    site.map("203.0.113.100", zones=(zone,))
    assert site.cloud.authoritative.origin_of("www.example.com") == before == addresses("203.0.113.100")
    assert site.answers("www.example.com") == {"203.0.113.100"}


@pytest.mark.seed(179)
def test_a_map_has_both_families_and_a_family_without_address_has_no_answer():
    site = Site()
    zone = site.zone()
    site.proxied(zone, "www", "198.51.100.150")
    address_map = site.map("203.0.113.1", "203.0.113.2", zones=(zone,))
    assert site.answers("www.example.com") == {"203.0.113.1", "203.0.113.2"}
    assert site.answers("www.example.com", "AAAA") == set()
    for text in ("2001:db8:1::1", "2001:db8:1::2"):
        site.do(lambda text=text: site.cloud.maps.add_address(ACCOUNT, address_map.id, *addresses(text)))
    assert site.answers("www.example.com") == {"203.0.113.1", "203.0.113.2"}
    assert site.answers("www.example.com", "AAAA") == {"2001:db8:1::1", "2001:db8:1::2"}


def test_one_proxied_address_makes_all_addresses_of_its_name_proxied():
    site = Site()
    zone = site.zone()
    site.proxied(zone, "www", "198.51.100.150")
    site.record(zone, "www", "A", "198.51.100.151")
    site.record(zone, "www", "TXT", "here")
    assert all(is_cloudflares(answer) for answer in site.answers("www.example.com"))
    assert site.answers("www.example.com", "TXT") == {"here"}
    origins = site.cloud.authoritative.origin_of("www.example.com")
    assert origins == addresses("198.51.100.150", "198.51.100.151")


def test_a_proxied_alias_is_answered_with_addresses_and_its_end_is_the_origin():
    site = Site()
    zone = site.zone()
    site.record(zone, "www", "CNAME", "app.example.com", proxied=True)
    site.record(zone, "app", "CNAME", "host.example.com")
    site.record(zone, "host", "A", "198.51.100.150")
    site.map("203.0.113.1", zones=(zone,))
    assert site.answers("www.example.com") == {"203.0.113.1"}
    assert site.answers("www.example.com", "CNAME") == set()
    assert site.cloud.authoritative.origin_of("www.example.com") == addresses("198.51.100.150")


def test_an_alias_to_somebody_elses_name_leaves_the_origin_to_be_looked_up():
    site = Site()
    site.record(site.zone(), "www", "CNAME", "shop.example.org", proxied=True)
    origin = site.cloud.authoritative.origin("www.example.com")
    assert origin is not None
    assert (origin.addresses, origin.name) == ((), "shop.example.org")


def test_an_alias_does_not_reach_the_origin_behind_what_another_account_proxies():
    site = Site()
    foreign = site.zone("example.net", OTHER_ACCOUNT)
    site.proxied(foreign, "secret", "198.51.100.99")
    site.record(foreign, "open", "A", "198.51.100.98")
    zone = site.zone()
    site.record(zone, "a", "CNAME", "secret.example.net", proxied=True)
    site.record(zone, "b", "CNAME", "open.example.net", proxied=True)
    assert site.cloud.authoritative.origin_of("a.example.com") == ()
    assert site.cloud.authoritative.origin_of("b.example.com") == addresses("198.51.100.98")


def test_aliases_in_a_circle_have_no_origin():
    site = Site()
    zone = site.zone()
    site.record(zone, "a", "CNAME", "b.example.com", proxied=True)
    site.record(zone, "b", "CNAME", "a.example.com", proxied=True)
    assert site.cloud.authoritative.origin_of("a.example.com") == ()


@pytest.mark.parametrize("host", ["nothing.example.com", "dns-only.example.com", "www.example.org", "com"])
def test_what_is_not_proxied_here_has_no_origin(host):
    site = Site()
    site.record(site.zone(), "dns-only", "A", "198.51.100.150")
    assert site.cloud.authoritative.origin(host) is None
    assert site.cloud.authoritative.origin_of(host) == ()


def test_a_wildcard_answers_for_names_that_do_not_exist_and_for_no_others():
    site = Site()
    zone = site.zone()
    site.proxied(zone, "*", "198.51.100.150")
    site.record(zone, "www", "A", "198.51.100.151")
    site.record(zone, "a.deep", "TXT", "makes deep exist")
    assert all(is_cloudflares(answer) for answer in site.answers("any.example.com"))
    origin_of = site.cloud.authoritative.origin_of
    assert origin_of("any.example.com") == origin_of("b.any.example.com") == addresses("198.51.100.150")
    for host in ("www.example.com", "example.com", "b.deep.example.com", "deep.example.com"):
        assert origin_of(host) == ()
        assert site.answers(host) == ({"198.51.100.151"} if host.startswith("www") else set())


def test_the_most_specific_zone_of_a_name_answers_for_it():
    site = Site()
    site.zone("example.com")
    sub = site.zone("sub.example.com")
    assert site.cloud.authoritative.zone_of("A.sub.example.com.") == sub
    assert site.cloud.authoritative.zone_of("xsub.example.com").name == "example.com"
    assert site.cloud.authoritative.zone_of("example.org") is None


@settings(max_examples=examples(100))
@given(st.integers(24, 32), st.integers(0, 255), st.text("abc", min_size=1, max_size=8), st.integers(0, 4))
def test_own_addresses_are_the_same_ones_each_time_and_never_leased(length, value, name, leased):
    prefix = Prefix(4, (192 << 24 | 2 << 8 | value), 32).supernet(length)
    static = tuple(Address(4, prefix.value + offset) for offset in range(leased))
    plain = site_settings(static_ips=static)
    told = CloudflareSettings(plain.accounts, anycast=(prefix,), seed="x")
    found = own_addresses(told, name, 4)
    assert found == own_addresses(told, name, 4)
    assert len(set(found)) == len(found) <= 2
    assert all(prefix.covers(address.host) and address not in static for address in found)
    hosts = {Address(4, prefix.value + offset) for offset in range(1 << (32 - length))} - set(static)
    if length < 31:
        hosts -= {Address(4, prefix.value), Address(4, prefix.value + (1 << (32 - length)) - 1)}
    assert len(found) == min(2, len(hosts))
    assert own_addresses(told, name, 6) == ()


IPS = ("203.0.113.1", "203.0.113.2", "203.0.113.3", "2001:db8:1::1", "2001:db8:1::2")
ZONES = ("example.com", "sub.example.com", "example.net")
MAPS = st.lists(
    st.tuples(st.booleans(), st.sets(st.sampled_from(IPS)), st.sets(st.sampled_from(["*", *ZONES]))),
    max_size=4,
)


@pytest.mark.seed(178, 186, 187, 195)
@settings(max_examples=examples(60))
@given(MAPS, st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["enabled", "ip", "zone"])), max_size=4))
def test_answers_are_exactly_what_the_maps_say(wanted, changes):
    """Whatever maps there are, whoever is a member and whatever is enabled, through any changes."""
    site = Site()
    zones = {name: site.zone(name) for name in ZONES}
    for zone in zones.values():
        site.proxied(zone, "www")
    taken: set[str] = set()
    model = []
    for enabled, ips, members in wanted:
        members = members - taken
        taken |= members
        of_zones = tuple(zones[name] for name in ZONES if name in members)
        made = site.map(*sorted(ips), zones=of_zones, everybody="*" in members, enabled=enabled)
        model.append([made.id, enabled, set(ips), members])
    check(site, model)
    for place, what in changes if model else ():
        entry = model[place % len(model)]
        change(site, entry, what, zones)
        check(site, model)


def change(site, entry, what, zones):
    map_id, maps = entry[0], site.cloud.maps
    if what == "enabled":
        entry[1] = not entry[1]
        site.do(lambda: maps.edit(ACCOUNT, map_id, enabled=entry[1]))
    elif what == "ip":
        has = IPS[0] in entry[2]
        act = maps.remove_address if has else maps.add_address
        site.do(lambda: act(ACCOUNT, map_id, *addresses(IPS[0])))
        entry[2] ^= {IPS[0]}
    elif named := entry[3] - {"*"}:
        name = min(named)
        site.do(lambda: maps.remove_member(ACCOUNT, map_id, MemberKind.ZONE, zones[name].id))
        entry[3] = entry[3] - {name}


def check(site, model):
    for name in ZONES:
        deciding = [entry for member in (name, "*") for entry in model if entry[1] and member in entry[3]]
        for rtype, mark in (("A", "."), ("AAAA", ":")):
            answers = site.answers(f"www.{name}", rtype)
            if deciding:
                assert answers == {ip for ip in deciding[0][2] if mark in ip}
            else:
                assert len(answers) == 2
                assert all(is_cloudflares(answer) for answer in answers)
