"""Zones and DNS records as the official SDK handles them."""

from __future__ import annotations

import pytest
from support.cloudflare_site import Site
from support.cloudflare_wire import Door, refusal
from support.cloudflare_world import ACCOUNT

from lab.clouds.cloudflare.operations import OPERATIONS


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def client(site):
    return site.client()


@pytest.fixture
def zone(client):
    return client.zones.create(account={"id": ACCOUNT}, name="example.com", type="full")


@pytest.mark.seed(200)
def test_the_sdk_makes_zones_and_records_and_finds_all_of_them_over_pages(site, client, zone):
    assert (zone.status, zone.account.name) == ("active", "example")
    for number in range(5):
        client.dns.records.create(
            zone_id=zone.id, name=f"www{number}", type="A", content="203.0.113.150", ttl=1, proxied=True
        )
    found = list(client.dns.records.list(zone_id=zone.id, per_page=2))
    assert [record.name for record in found] == [f"www{number}.example.com" for number in range(5)]
    assert all(record.proxied and record.ttl == 1 for record in found)
    (named,) = client.dns.records.list(zone_id=zone.id, name={"exact": "www3.example.com"})
    assert named.id == found[3].id
    assert [one.id for one in client.zones.list(name="example.com")] == [zone.id]
    assert list(client.zones.list(name="example.net")) == []
    assert len(site.answers("www3.example.com")) == 2


def test_the_sdk_changes_and_deletes_records(site, client, zone):
    record = client.dns.records.create(zone_id=zone.id, name="www", type="A", content="192.0.2.1", ttl=300)
    edited = client.dns.records.edit(
        record.id, zone_id=zone.id, name="www", type="A", ttl=1, content="192.0.2.2"
    )
    assert (edited.content, edited.id) == ("192.0.2.2", record.id)
    updated = client.dns.records.update(
        record.id, zone_id=zone.id, name="api", type="A", ttl=60, content="192.0.2.3", comment="moved"
    )
    assert (updated.name, updated.ttl, updated.comment) == ("api.example.com", 60, "moved")
    assert client.dns.records.get(record.id, zone_id=zone.id) == updated
    assert site.answers("api.example.com") == {"192.0.2.3"}
    assert client.dns.records.delete(record.id, zone_id=zone.id).id == record.id
    assert list(client.dns.records.list(zone_id=zone.id)) == []
    assert client.zones.delete(zone_id=zone.id).id == zone.id


def test_a_zone_of_another_account_cannot_be_made(site):
    answer = Door(site.cloud, OPERATIONS).ask(
        "POST", "/zones", {"name": "example.com", "account": {"id": "0" * 32}}
    )
    assert refusal(answer) == (403, 10000)
    assert site.cloud.zones.all() == []
