"""The whole flow of Cloudflare's documents with its official SDK, over HTTP, against a lab that is served."""

from __future__ import annotations

import pytest
from cloudflare import APIStatusError, Cloudflare
from support.curl_commands import DATA
from support.served_lab import served

PREFIX, ACCOUNT, PARTNER = (
    "203.0.113.0/24",
    "654c5f71c324478cc9f68d60065d4620",
    "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
)


@pytest.fixture
def lab():
    with served(DATA / "documents.yaml") as lab:
        yield lab


def client(lab, **caller):
    """The SDK as a shell after `lab cloudflare env` has it."""
    found = lab.show("cloudflare-env", **caller)
    return Cloudflare(base_url=found["base_url"], api_token=found["api_token"], max_retries=0)


def refusal(call, **asked):
    """HTTP status and first error code of a call that is refused."""
    with pytest.raises(APIStatusError) as caught:
        call(**asked)
    return caught.value.status_code, caught.value.response.json()["errors"][0]["code"]


def onboarded(lab, api):
    """A prefix that is approved."""
    made = api.addressing.prefixes.create(
        account_id=ACCOUNT, cidr=PREFIX, asn=13335, delegate_loa_creation=True
    )
    lab.do(roa={"add": {"prefix": PREFIX, "asn": 13335}})
    proof = f"cf-validation: {made.ownership_validation_token}"
    lab.do(irr={"add": {"prefix": PREFIX, "origin": 13335, "remarks": proof}})
    api.post(f"/accounts/{ACCOUNT}/addressing/prefixes/{made.id}/validate", cast_to=object)
    lab.wait("5m")
    return api.addressing.prefixes.get(made.id, account_id=ACCOUNT)


def bound(lab, api, prefix, service="CDN", cidr=PREFIX):
    """The prefix with a default binding that is everywhere."""
    services = {each.name: each.id for each in api.addressing.services.list(account_id=ACCOUNT)}
    binding = api.addressing.prefixes.service_bindings.create(
        prefix.id, account_id=ACCOUNT, cidr=cidr, service_id=services[service]
    )
    assert binding.provisioning.state == "provisioning"
    lab.wait("6h")
    found = api.addressing.prefixes.service_bindings.get(binding.id, account_id=ACCOUNT, prefix_id=prefix.id)
    assert found.provisioning.state == "active"
    return found


def advertise(lab, api, prefix, wanted=True):
    [bgp] = api.addressing.prefixes.bgp_prefixes.list(prefix.id, account_id=ACCOUNT)
    edited = api.addressing.prefixes.bgp_prefixes.edit(
        bgp.id, account_id=ACCOUNT, prefix_id=prefix.id, on_demand={"advertised": wanted}
    )
    lab.wait("7m" if wanted else "16m")
    return edited


@pytest.mark.seed(131, 143, 146, 153, 155, 157, 175)
def test_a_prefix_is_onboarded_advertised_and_given_back(lab):
    api = client(lab)
    prefix = onboarded(lab, api)
    assert (prefix.approved, prefix.irr_validation_state, prefix.rpki_validation_state) == (
        "V",
        "valid",
        "valid",
    )
    bound(lab, api, prefix)
    assert lab.origins(PREFIX)["eyeball"] == 64496
    assert advertise(lab, api, prefix).on_demand.advertised is True
    assert lab.origins(PREFIX)["cf-ams"] == 13335
    lab.do(withdraw={"from": "customer", "prefix": PREFIX})
    assert lab.origins(PREFIX)["eyeball"] == 13335
    lab.do(announce={"from": "customer", "prefix": PREFIX})
    advertise(lab, api, prefix, wanted=False)
    assert lab.origins(PREFIX)["cf-ams"] == 64496
    status = api.addressing.prefixes.advertisement_status.get(prefix.id, account_id=ACCOUNT)
    assert status.advertised is False


@pytest.mark.seed(178, 184, 188, 197, 200)
def test_names_are_answered_with_the_addresses_of_the_map(lab):
    api = client(lab)
    onboarded(lab, api)
    zone = api.zones.create(account={"id": ACCOUNT}, name="example.com")
    api.dns.records.create(
        zone_id=zone.id, name="www", type="A", content="203.0.113.150", proxied=True, ttl=1
    )
    assert [each.content for each in api.dns.records.list(zone_id=zone.id)] == ["203.0.113.150"]
    before = lab.show("dns-lookup", name="www.example.com", rtype="A")["records"]
    assert all(each["content"].startswith("192.0.2.") for each in before)
    made = api.addressing.address_maps.create(
        account_id=ACCOUNT,
        enabled=True,
        ips=["203.0.113.100"],
        memberships=[{"identifier": zone.id, "kind": "zone"}],
    )
    after = lab.show("dns-lookup", name="www.example.com", rtype="A")["records"]
    assert [each["content"] for each in after] == ["203.0.113.100"]
    api.addressing.address_maps.ips.update("203.0.113.101", account_id=ACCOUNT, address_map_id=made.id)
    api.addressing.address_maps.edit(made.id, account_id=ACCOUNT, enabled=False)
    assert lab.show("dns-lookup", name="www.example.com", rtype="A")["records"] == before


@pytest.mark.seed(150, 253)
def test_a_delegated_address_may_be_used_by_the_other_account_only_with_the_delegation(lab):
    api, partner = client(lab), client(lab, caller="partner")
    prefix = onboarded(lab, api)
    assert list(partner.addressing.prefixes.list(account_id=PARTNER)) == []
    zone = partner.zones.create(account={"id": PARTNER}, name="partner.example")
    app = {
        "zone_id": zone.id,
        "protocol": "tcp/22",
        "dns": {"type": "CNAME", "name": "ssh.partner.example"},
        "origin_direct": ["tcp://198.51.100.9:22"],
        "edge_ips": {"type": "static", "ips": ["203.0.113.18"]},
        "traffic_type": "direct",
    }
    assert refusal(partner.spectrum.apps.create, **app) == (400, 11019)
    api.addressing.prefixes.delegations.create(
        prefix.id, account_id=ACCOUNT, cidr="203.0.113.16/29", delegated_account_id=PARTNER
    )
    assert partner.spectrum.apps.create(**app).edge_ips.ips == ["203.0.113.18"]


@pytest.mark.seed(248, 249)
def test_the_letter_of_agency_can_be_downloaded(lab):
    api = client(lab)
    prefix = onboarded(lab, api)
    letter = api.addressing.loa_documents.get(prefix.loa_document_id, account_id=ACCOUNT)
    assert letter.read().startswith(b"%PDF-")
    assert refusal(api.addressing.loa_documents.create, account_id=ACCOUNT, loa_document="no PDF")[0] == 400


def test_mistakes_are_the_sdks_own_exceptions(lab):
    api = client(lab)
    create = api.addressing.prefixes.create
    assert refusal(create, account_id=ACCOUNT, cidr=PREFIX, asn=64496)[0] == 400
    assert refusal(create, account_id=PARTNER, cidr=PREFIX, asn=13335)[0] in (403, 404)
    stranger = Cloudflare(base_url=str(api.base_url), api_token="0" * 40, max_retries=0)
    assert refusal(stranger.addressing.prefixes.list, account_id=ACCOUNT)[1] in (6003, 9109, 10000)
