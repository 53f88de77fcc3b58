"""The official SDK asks for all that is served, and holds each answer to its own types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cloudflare
import httpx
import pytest
from support.cloudflare_customer import A_PDF
from support.cloudflare_tenants import PARTNER, Tenant, taken_back, two_tenants
from support.cloudflare_wire import HOST

from lab.clouds.cloudflare.prefixes.services import service_id
from lab.topology.cloudflare_section import ServiceName

pytestmark = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
SPECTRUM = service_id(ServiceName.SPECTRUM)


class Counted(httpx.BaseTransport):
    """Counts the requests that pass."""

    def __init__(self, inner: httpx.MockTransport) -> None:
        self.inner = inner
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        return self.inner.handle_request(request)


@pytest.fixture(scope="module")
def shared() -> Tenant:
    return two_tenants()[0]


@pytest.fixture
def tenant(shared: Tenant) -> Iterator[Tenant]:
    with taken_back(shared.door):
        yield shared


@pytest.fixture
def transport(tenant: Tenant) -> Counted:
    return Counted(tenant.door.transport())


@pytest.fixture
def client(tenant: Tenant, transport: Counted) -> cloudflare.Cloudflare:
    held = tenant.door.credentials(tenant.name)
    return cloudflare.Cloudflare(
        base_url=f"{HOST}/client/v4",
        api_email=held.email,
        api_key=held.api_key,
        http_client=httpx.Client(transport=transport),
        _strict_response_validation=True,
    )


Call = Callable[[cloudflare.Cloudflare, dict[str, str]], Any]


def _account(has: dict[str, str]) -> dict[str, str]:
    return {"account_id": has["account_id"]}


def _prefix(has: dict[str, str]) -> dict[str, str]:
    return {"account_id": has["account_id"], "prefix_id": has["prefix_id"]}


def _map(has: dict[str, str]) -> dict[str, str]:
    return {"account_id": has["account_id"], "address_map_id": has["address_map_id"]}


CALLS: dict[str, Call] = {
    "add prefix": lambda c, has: c.addressing.prefixes.create(
        **_account(has), cidr="2001:db8:1fe::/48", asn=13335, delegate_loa_creation=True
    ),
    "prefix": lambda c, has: c.addressing.prefixes.get(**_prefix(has)),
    "edit prefix": lambda c, has: c.addressing.prefixes.edit(**_prefix(has), description="x"),
    "validate": lambda c, has: c.addressing.prefixes.validate(has["spare_prefix"], **_account(has)),
    "delete prefix": lambda c, has: c.addressing.prefixes.delete(has["spare_prefix"], **_account(has)),
    "bind": lambda c, has: c.addressing.prefixes.service_bindings.create(
        **_prefix(has), cidr="2001:db8:110::/64", service_id=SPECTRUM
    ),
    "binding": lambda c, has: c.addressing.prefixes.service_bindings.get(has["binding_id"], **_prefix(has)),
    "unbind": lambda c, has: c.addressing.prefixes.service_bindings.delete(
        has["binding_id"], **_prefix(has)
    ),
    "add BGP prefix": lambda c, has: c.addressing.prefixes.bgp_prefixes.create(
        **_prefix(has), cidr="2001:db8:111::/48"
    ),
    "BGP prefix": lambda c, has: c.addressing.prefixes.bgp_prefixes.get(
        has["bgp_prefix_id"], **_prefix(has)
    ),
    "advertise": lambda c, has: c.addressing.prefixes.bgp_prefixes.edit(
        has["bgp_prefix_id"], **_prefix(has), on_demand={"advertised": True}
    ),
    "delete BGP prefix": lambda c, has: c.addressing.prefixes.bgp_prefixes.delete(
        has["bgp_prefix_id"], **_prefix(has)
    ),
    "status": lambda c, has: c.addressing.prefixes.advertisement_status.get(**_prefix(has)),
    "advertise all": lambda c, has: c.addressing.prefixes.advertisement_status.edit(
        **_prefix(has), advertised=True
    ),
    "delegate": lambda c, has: c.addressing.prefixes.delegations.create(
        **_prefix(has), cidr="2001:db8:112::/64", delegated_account_id=PARTNER
    ),
    "take back": lambda c, has: c.addressing.prefixes.delegations.delete(
        has["delegation_id"], **_prefix(has)
    ),
    "upload": lambda c, has: c.addressing.loa_documents.create(
        **_account(has), loa_document=A_PDF.decode()
    ),
    "add map": lambda c, has: c.addressing.address_maps.create(
        **_account(has), description="x", enabled=False, ips=["2001:db8:101::9"]
    ),
    "map": lambda c, has: c.addressing.address_maps.get(**_map(has)),
    "edit map": lambda c, has: c.addressing.address_maps.edit(**_map(has), enabled=False),
    "delete map": lambda c, has: c.addressing.address_maps.delete(**_map(has)),
    "map address": lambda c, has: c.addressing.address_maps.ips.update(has["spare_address"], **_map(has)),
    "unmap address": lambda c, has: c.addressing.address_maps.ips.delete(has["ip_address"], **_map(has)),
    "add zone": lambda c, has: c.zones.create(
        account={"id": has["account_id"]}, name="new.example", type="full"
    ),
    "zone": lambda c, has: c.zones.get(zone_id=has["zone_id"]),
    "delete zone": lambda c, has: c.zones.delete(zone_id=has["spare_zone"]),
    "add record": lambda c, has: c.dns.records.create(
        zone_id=has["zone_id"], name="a", type="A", content="192.0.2.7", ttl=1, proxied=True
    ),
    "record": lambda c, has: c.dns.records.get(has["dns_record_id"], zone_id=has["zone_id"]),
    "edit record": lambda c, has: c.dns.records.edit(
        has["dns_record_id"], zone_id=has["zone_id"], name="www", type="A", content="192.0.2.8", ttl=1
    ),
    "put record": lambda c, has: c.dns.records.update(
        has["dns_record_id"], zone_id=has["zone_id"], name="www", type="A", content="192.0.2.9", ttl=1
    ),
    "delete record": lambda c, has: c.dns.records.delete(has["dns_record_id"], zone_id=has["zone_id"]),
    "add app": lambda c, has: c.spectrum.apps.create(
        zone_id=has["zone_id"], protocol="tcp/2222", traffic_type="direct",
        dns={"type": "CNAME", "name": "git.example-zone.example"}, origin_direct=["tcp://192.0.2.1:22"],
        edge_ips={"type": "static", "ips": ["2001:db8:101::"]},
    ),
    "app": lambda c, has: c.spectrum.apps.get(has["app_id"], zone_id=has["zone_id"]),
    "put app": lambda c, has: c.spectrum.apps.update(
        has["app_id"], zone_id=has["zone_id"], protocol="tcp/22", traffic_type="direct",
        dns={"type": "CNAME", "name": "ssh.example-zone.example"}, origin_direct=["tcp://192.0.2.2:22"],
    ),
    "delete app": lambda c, has: c.spectrum.apps.delete(has["app_id"], zone_id=has["zone_id"]),
    "add policy": lambda c, has: c.alerting.policies.create(
        **_account(has), name="new", alert_type="bgp_hijack_notification", enabled=True,
        mechanisms={"email": [{"id": "noc@example-zone.example"}]},
    ),
    "policy": lambda c, has: c.alerting.policies.get(has["policy_id"], **_account(has)),
    "put policy": lambda c, has: c.alerting.policies.update(
        has["policy_id"], **_account(has), enabled=False
    ),
    "delete policy": lambda c, has: c.alerting.policies.delete(has["policy_id"], **_account(has)),
    "available alerts": lambda c, has: c.alerting.available_alerts.list(**_account(has)),
    "user": lambda c, has: c.user.get(),
    "account": lambda c, has: c.accounts.get(**_account(has)),
}  # fmt: skip
LISTS: dict[str, Call] = {
    "prefixes": lambda c, has: c.addressing.prefixes.list(**_account(has)),
    "services": lambda c, has: c.addressing.services.list(**_account(has)),
    "bindings": lambda c, has: c.addressing.prefixes.service_bindings.list(**_prefix(has)),
    "BGP prefixes": lambda c, has: c.addressing.prefixes.bgp_prefixes.list(**_prefix(has)),
    "delegations": lambda c, has: c.addressing.prefixes.delegations.list(**_prefix(has)),
    "maps": lambda c, has: c.addressing.address_maps.list(**_account(has)),
    "zones": lambda c, has: c.zones.list(),
    "records": lambda c, has: c.dns.records.list(zone_id=has["zone_id"]),
    "apps": lambda c, has: c.spectrum.apps.list(zone_id=has["zone_id"]),
    "policies": lambda c, has: c.alerting.policies.list(**_account(has)),
    "accounts": lambda c, has: c.accounts.list(),
}


@pytest.mark.parametrize("what", CALLS)
def test_the_sdk_understands_each_answer(what: str, client: cloudflare.Cloudflare, tenant: Tenant) -> None:
    assert CALLS[what](client, tenant.has) is not None


@pytest.mark.parametrize("what", LISTS)
def test_the_sdk_comes_to_an_end_of_each_list(
    what: str, client: cloudflare.Cloudflare, tenant: Tenant, transport: Counted
) -> None:
    found = [item.id for item in LISTS[what](client, tenant.has)]
    assert found
    assert len(set(found)) == len(found)
    assert transport.requests <= 2


def test_the_sdk_reads_long_lists_page_by_page_and_has_each_item_once(
    client: cloudflare.Cloudflare, tenant: Tenant, transport: Counted
) -> None:
    for number in range(10):
        client.dns.records.create(
            zone_id=tenant.has["zone_id"], name=f"host{number}", type="A", content="192.0.2.9", ttl=1
        )
    transport.requests = 0
    names = [record.name for record in client.dns.records.list(zone_id=tenant.has["zone_id"], per_page=4)]
    assert len(names) == len(set(names)) == 11
    assert transport.requests == 4


def test_the_sdk_does_not_try_a_conflict_again(
    client: cloudflare.Cloudflare, tenant: Tenant, transport: Counted
) -> None:
    with pytest.raises(cloudflare.ConflictError, match="binding already exists for CIDR"):
        client.addressing.prefixes.service_bindings.create(
            **_prefix(tenant.has), cidr="2001:db8:101::/64", service_id=SPECTRUM
        )
    assert transport.requests == 1


def test_the_sdk_downloads_the_letter_that_it_uploaded(client: cloudflare.Cloudflare, tenant: Tenant) -> None:
    letter = A_PDF.decode()
    document = client.addressing.loa_documents.create(**_account(tenant.has), loa_document=letter)
    assert document is not None
    assert document.id is not None
    content = client.addressing.loa_documents.get(document.id, **_account(tenant.has))
    assert content.read() == A_PDF


def test_the_sdk_tells_what_is_wrong_with_a_body(client: cloudflare.Cloudflare, tenant: Tenant) -> None:
    with pytest.raises(cloudflare.BadRequestError) as caught:
        client.addressing.prefixes.create(**_account(tenant.has), cidr="2001:db8:1fe::/48", asn="AS13335")  # type: ignore[arg-type]
    (error,) = caught.value.errors
    assert error.code == 10001
    assert "asn" in (error.message or "")
