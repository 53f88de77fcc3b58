from __future__ import annotations

import pytest
from support.cloudflare_site import Site, addresses
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT

from lab.clouds.cloudflare.maps.codes import BAD_SNI, TAKEN

(ONE, TWO) = addresses("203.0.113.1", "203.0.113.2")


@pytest.fixture
def site():
    site = Site()
    site.zone()
    return site


@pytest.mark.seed(192)
@pytest.mark.parametrize("name", ["example.com", "sni.example.com", "a.b.example.com", "SNI.Example.com."])
def test_a_client_without_sni_is_answered_for_the_default_on_the_maps_addresses(site, name):
    site.map("203.0.113.1", default_sni=name)
    assert site.cloud.maps.sni_for(ONE) == name.lower().removesuffix(".")
    assert site.cloud.maps.sni_for(TWO) is None


@pytest.mark.seed(192)
@pytest.mark.parametrize("name", ["example.org", "notexample.com", "com", "*.example.com", "a b.example.com"])
def test_a_default_sni_is_a_name_of_the_accounts_own_zones(site, name):
    site.zone("example.net", OTHER_ACCOUNT)
    with site.refused(BAD_SNI, "default_sni must be a zone or subdomain of the account"):
        site.map("203.0.113.1", default_sni=name)
    with site.refused(BAD_SNI):
        site.map("203.0.113.1", default_sni="www.example.net")


@pytest.mark.seed(192)
def test_a_default_sni_is_set_changed_and_taken_away(site):
    map_id = site.map("203.0.113.1").id
    for wanted in ("a.example.com", "b.example.com", None):
        site.do(lambda wanted=wanted: site.cloud.maps.edit(ACCOUNT, map_id, default_sni=wanted))
        assert site.cloud.maps.sni_for(ONE) == wanted


@pytest.mark.seed(193)
def test_a_map_for_a_spectrum_application_needs_neither_to_be_enabled_nor_members(site):
    made = site.map("203.0.113.18", enabled=False, default_sni="sni.example.com", description="default_sni")
    assert (made.enabled, made.memberships) == (False, ())
    assert site.cloud.maps.sni_for(*addresses("203.0.113.18")) == "sni.example.com"


def test_an_address_has_one_default_sni(site):
    first = site.map("203.0.113.1", default_sni="a.example.com")
    with site.refused(TAKEN, "203.0.113.1", first.id, status=409):
        site.map("203.0.113.1", default_sni="b.example.com")
    second = site.map("203.0.113.2", default_sni="b.example.com")
    with site.refused(TAKEN, first.id, status=409):
        site.do(lambda: site.cloud.maps.add_address(ACCOUNT, second.id, ONE))
    third = site.map("203.0.113.1")
    assert site.cloud.maps.map_of(ONE) == first
    with site.refused(TAKEN, first.id, status=409):
        site.do(lambda: site.cloud.maps.edit(ACCOUNT, third.id, default_sni="c.example.com"))


def test_a_default_sni_ends_with_its_zone_and_with_the_right_to_its_address(site):
    foreign = site.zone("example.org", OTHER_ACCOUNT)
    delegation = site.delegate("203.0.113.2/32")
    site.map("203.0.113.2", account=OTHER_ACCOUNT, default_sni="www.example.org")
    assert site.cloud.maps.sni_for(TWO) == "www.example.org"
    site.do(lambda: site.cloud.delegations.delete(delegation))
    assert site.cloud.maps.sni_for(TWO) is None
    site.delegate("203.0.113.2/32")
    assert site.cloud.maps.sni_for(TWO) == "www.example.org"
    site.do(lambda: site.cloud.zones.delete(foreign))
    assert site.cloud.maps.sni_for(TWO) is None
