"""Address maps as the official SDK and the requests of the documents handle them."""

from __future__ import annotations

import cloudflare
import pytest
from support.cloudflare_site import Site, addresses, one_token_each
from support.cloudflare_wire import Door, errors, result
from support.cloudflare_world import ACCOUNT

from lab.clouds.cloudflare.edge.handling import Proxied, Unserved, handle
from lab.clouds.cloudflare.edge.request import Request
from lab.clouds.cloudflare.edge.rooms_of_cloudflare import RoomsOfCloudflare
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operations import OPERATIONS

MAPS = f"/accounts/{ACCOUNT}/addressing/address_maps"


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def client(site):
    return site.client()


@pytest.fixture
def zone(client):
    return client.zones.create(account={"id": ACCOUNT}, name="example.com", type="full")


@pytest.mark.seed(182, 184, 185, 259)
def test_the_documents_address_map_is_made_with_a_zone_and_with_an_account(site, client, zone):
    client.dns.records.create(
        zone_id=zone.id, name="www", type="A", content="203.0.113.150", ttl=1, proxied=True
    )
    made = client.addressing.address_maps.create(
        account_id=ACCOUNT,
        description="Example address map",
        enabled=True,
        ips=["203.0.113.1", "203.0.113.2"],
        memberships=[{"identifier": zone.id, "kind": "zone"}],
    )
    assert (made.description, made.enabled, made.can_delete, made.can_modify_ips) == (
        "Example address map",
        True,
        True,
        True,
    )
    assert [item.ip for item in made.ips] == ["203.0.113.1", "203.0.113.2"]
    assert [(one.kind, one.identifier, one.can_delete) for one in made.memberships] == [
        ("zone", zone.id, True)
    ]
    assert site.answers("www.example.com") == {"203.0.113.1", "203.0.113.2"}
    of_all = client.addressing.address_maps.create(
        account_id=ACCOUNT, enabled=True, memberships=[{"identifier": ACCOUNT, "kind": "account"}]
    )
    assert of_all.memberships[0].kind == "account"
    listed = client.addressing.address_maps.list(account_id=ACCOUNT).result
    assert [one.id for one in listed] == [made.id, of_all.id]


@pytest.mark.seed(188, 189, 259)
def test_the_sdk_edits_a_map_and_what_is_on_it(site, client, zone):
    client.dns.records.create(zone_id=zone.id, name="www", type="A", content="192.0.2.1", ttl=1, proxied=True)
    maps = client.addressing.address_maps
    made = maps.create(account_id=ACCOUNT, enabled=False)
    common = {"account_id": ACCOUNT, "address_map_id": made.id}
    assert maps.ips.update("203.0.113.9", **common).success
    assert maps.ips.update("2001:db8:1::9", **common).success
    assert maps.accounts.update(ACCOUNT, **common).success
    assert maps.edit(made.id, account_id=ACCOUNT, enabled=True, description="on").enabled
    assert site.answers("www.example.com") == {"203.0.113.9"}
    assert site.answers("www.example.com", "AAAA") == {"2001:db8:1::9"}
    assert maps.ips.delete("2001:db8:1::9", **common).success
    assert [item.ip for item in maps.get(made.id, account_id=ACCOUNT).ips] == ["203.0.113.9"]
    assert maps.accounts.delete(ACCOUNT, **common).success
    door = Door(site.cloud, OPERATIONS)
    assert result(door.ask("PUT", f"{MAPS}/{made.id}/zones/{zone.id}")) is None
    assert site.answers("www.example.com") == {"203.0.113.9"}
    assert result(door.ask("DELETE", f"{MAPS}/{made.id}/zones/{zone.id}")) is None
    assert maps.get(made.id, account_id=ACCOUNT).memberships == []
    with pytest.raises(cloudflare.BadRequestError, match="must be disabled before"):
        maps.delete(made.id, account_id=ACCOUNT)
    assert maps.edit(made.id, account_id=ACCOUNT, enabled=False).enabled is False
    assert maps.delete(made.id, account_id=ACCOUNT).success
    with pytest.raises(cloudflare.NotFoundError):
        maps.get(made.id, account_id=ACCOUNT)


@pytest.mark.seed(185)
def test_a_kind_that_is_neither_zone_nor_account_is_refused(site):
    body = {"memberships": [{"identifier": ACCOUNT, "kind": "user"}]}
    answer = Door(site.cloud, OPERATIONS).ask("POST", MAPS, body)
    assert answer.status == 400
    assert site.cloud.maps.of_account(ACCOUNT) == []


@pytest.mark.seed(192, 193)
def test_the_documents_default_sni_for_spectrum_is_taken_with_the_accounts_own_address(site, zone):
    door = Door(site.cloud, OPERATIONS)
    body = {
        "description": "default_sni",
        "default_sni": "sni.example.com",
        "enabled": False,
        "ips": ["203.0.113.18"],
        "memberships": [],
    }
    made = result(door.ask("POST", MAPS, body))
    assert (made["default_sni"], made["enabled"], made["memberships"]) == ("sni.example.com", False, [])
    assert result(door.ask("PATCH", f"{MAPS}/{made['id']}", {"default_sni": None}))["default_sni"] is None
    placeholder = door.ask("POST", MAPS, body | {"ips": ["192.0.0.1"]})
    assert placeholder.status == 400
    assert "192.0.0.1" in errors(placeholder)[0]["message"]


@pytest.mark.seed(194)
def test_no_custom_certificate_helps_clients_without_sni_but_a_default_sni_does(site, client, zone):
    """A handshake without a name at an address of one's own: nobody knows which site is meant."""
    site.record(zone, "sni", "A", "198.51.100.150", proxied=True)
    rooms = RoomsOfCloudflare(site.cloud, lambda name, rtype: ())
    nameless = Request.parse(*addresses("203.0.113.1"), "tcp/443", "")
    with pytest.raises(cloudflare.APIStatusError, match="7003"):
        client.custom_certificates.create(
            zone_id=zone.id, certificate="c", private_key="k", type="legacy_custom"
        )
    assert isinstance(handle(rooms, nameless, "cf-ams"), Unserved)
    client.addressing.address_maps.create(
        account_id=ACCOUNT, ips=["203.0.113.1"], extra_body={"default_sni": "sni.example.com"}
    )
    handled = handle(rooms, nameless, "cf-ams")
    assert isinstance(handled, Proxied)
    assert handled.origins == addresses("198.51.100.150")


@pytest.mark.seed(191)
def test_maps_are_changed_with_address_maps_write_and_nothing_else_will_do():
    site = Site(one_token_each())
    door = Door(site.cloud, OPERATIONS)
    for permission in Permission:
        answer = door.ask("POST", MAPS, {"enabled": False}, who=permission.name)
        assert (answer.status == 200) == (permission is Permission.ADDRESS_MAPS_WRITE), permission
    assert len(result(door.ask("GET", MAPS, who="ADDRESS_MAPS_READ"))) == 1
