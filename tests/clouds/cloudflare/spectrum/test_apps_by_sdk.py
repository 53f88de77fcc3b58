"""Spectrum applications as the official SDK and the request of the documents handle them."""

from __future__ import annotations

import cloudflare
import pytest
from support.cloudflare_site import Site, one_token_each, site_settings
from support.cloudflare_wire import Door, errors, refusal, result
from support.cloudflare_world import ACCOUNT

from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operations import OPERATIONS
from lab.topology.cloudflare_section import Entitlement

APP = {
    "protocol": "tcp/22",
    "dns": {"type": "CNAME", "name": "ssh.example.com"},
    "origin_direct": ["tcp://192.0.2.1:22"],
    "proxy_protocol": "off",
    "ip_firewall": True,
    "tls": "full",
    "edge_ips": {"type": "static", "ips": ["203.0.113.18"]},
    "traffic_type": "direct",
}


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def client(site):
    return site.client()


@pytest.fixture
def zone(client):
    return client.zones.create(account={"id": ACCOUNT}, name="example.com", type="full")


@pytest.mark.seed(201, 202, 203, 204, 205, 206)
def test_the_documents_spectrum_request_works_unchanged_with_the_permission_for_it():
    """Its body is a list of one object, sent with a bearer token that has Zone Settings Write."""
    site = Site(one_token_each())
    zone = site.zone()
    door, path = Door(site.cloud, OPERATIONS), f"/zones/{zone.id}/spectrum/apps"
    for permission in Permission:
        if permission is not Permission.ZONE_SETTINGS_WRITE:
            assert door.ask("POST", path, [APP], who=permission.name).status == 403
    made = result(door.ask("POST", path, [APP], who="ZONE_SETTINGS_WRITE"))
    assert {name: made[name] for name in APP} == APP
    assert site.answers("ssh.example.com") == {"203.0.113.18"}
    assert door.ask("POST", path, [APP, APP], who="ZONE_SETTINGS_WRITE").status == 400


@pytest.mark.seed(204)
def test_the_sdk_makes_lists_changes_and_deletes_applications(site, client, zone):
    app = client.spectrum.apps.create(zone_id=zone.id, **APP)
    named = client.spectrum.apps.create(
        zone_id=zone.id,
        protocol="tcp/80-81",
        dns={"type": "CNAME", "name": "web.example.com"},
        traffic_type="direct",
        edge_ips={"type": "dynamic", "connectivity": "ipv4"},
        origin_dns={"name": "host.example.net", "type": "A", "ttl": 600},
        origin_port="8080-8081",
    )
    assert (named.origin_dns.name, named.origin_port, named.edge_ips.connectivity) == (
        "host.example.net",
        "8080-8081",
        "ipv4",
    )
    found = list(client.spectrum.apps.list(zone_id=zone.id, per_page=1))
    assert [one["id"] if isinstance(one, dict) else one.id for one in found] == [app.id, named.id]
    changed = client.spectrum.apps.update(app.id, zone_id=zone.id, **(APP | {"protocol": "tcp/2222"}))
    assert changed.protocol == "tcp/2222"
    assert client.spectrum.apps.get(app.id, zone_id=zone.id).protocol == "tcp/2222"
    assert client.spectrum.apps.delete(app.id, zone_id=zone.id).id == app.id


@pytest.mark.parametrize(
    "edge",
    [
        {"type": "static"},
        {"type": "static", "ips": []},
        {"type": "static", "ips": ["203.0.113.0/24"]},
        {"type": "static", "ips": ["203.0.113.18"], "connectivity": "all"},
        {"type": "dynamic", "ips": ["203.0.113.18"]},
    ],
)
def test_edge_ips_that_say_two_things_or_nothing_are_refused(site, zone, edge):
    answer = Door(site.cloud, OPERATIONS).ask(
        "POST", f"/zones/{zone.id}/spectrum/apps", APP | {"edge_ips": edge}
    )
    assert refusal(answer) == (400, 11018)


@pytest.mark.seed(202)
def test_the_error_about_foreign_edge_ips_is_cloudflares_own(client, zone):
    edge = {"type": "static", "ips": ["198.51.100.1"]}
    with pytest.raises(cloudflare.BadRequestError) as caught:
        client.spectrum.apps.create(zone_id=zone.id, **(APP | {"edge_ips": edge}))
    (error,) = caught.value.body["errors"]
    assert error["code"] == 11019
    words = "The authenticated account is not authorized to use the provided edge_ips."
    assert error["message"].startswith(words)


def test_an_account_without_spectrum_in_its_contract_is_refused():
    settings = site_settings(entitlements=frozenset({Entitlement.BYOIP, Entitlement.CDN}))
    site = Site(settings)
    zone = site.zone()
    answer = Door(site.cloud, OPERATIONS).ask("POST", f"/zones/{zone.id}/spectrum/apps", APP)
    assert answer.status == 403
    assert "spectrum" in errors(answer)[0]["message"]
    assert site.cloud.spectrum.of_zone(zone) == []
