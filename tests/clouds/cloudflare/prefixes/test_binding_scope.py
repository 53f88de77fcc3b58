"""Which addresses can be bound to which service."""

from __future__ import annotations

import itertools

import pytest
from support.cloudflare_customer import CDN, CDN_EGRESS, MAGIC_TRANSIT, SPECTRUM, Customer
from support.cloudflare_onboarded import onboarded
from support.cloudflare_world import ALL, DELAYS, PREFIX

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.services import BY_ID, service_id
from lab.topology.cloudflare_section import Entitlement, ServiceName


@pytest.mark.seed(153)
def test_the_services_are_listed_with_an_id_each() -> None:
    listed = Customer().get("services")
    assert {each["name"] for each in listed} == {"CDN", "CDN Egress", "Spectrum", "Magic Transit"}
    assert [set(each) for each in listed] == [{"id", "name"}] * 4
    assert [each["id"] for each in listed] == list(BY_ID)
    assert {len(each["id"]) for each in listed} == {32}


@pytest.mark.seed(146)
def test_nothing_is_bound_before_the_prefix_is_approved() -> None:
    customer = Customer()
    customer.add()
    with customer.refused(codes.NOT_APPROVED, "IRR pending"):
        customer.bind(CDN)
    customer.prove()
    customer.validate()
    assert customer.bind(CDN).cidr == PREFIX


@pytest.mark.seed(152)
def test_the_first_binding_must_be_of_the_whole_prefix() -> None:
    customer = Customer()
    customer.onboard()
    with customer.refused(codes.NO_DEFAULT_BINDING, "all of 203.0.113.0/24"):
        customer.bind(SPECTRUM, "203.0.113.16/29")
    customer.bind(CDN)
    assert customer.bind(SPECTRUM, "203.0.113.16/29").service is SPECTRUM


@pytest.mark.seed(155, 161)
def test_a_new_binding_looks_as_in_the_documents() -> None:
    customer = Customer()
    customer.onboard()
    body = {"cidr": "203.0.113.0/24", "service_id": service_id(CDN)}
    shown = customer.call("POST", f"prefixes/{customer.prefix_id}/bindings", body)
    assert list(shown) == ["cidr", "id", "provisioning", "service_id", "service_name"]
    assert shown["provisioning"] == {"state": "provisioning"}
    assert (shown["cidr"], shown["service_name"]) == ("203.0.113.0/24", "CDN")
    assert shown["service_id"] == body["service_id"]
    assert customer.get(f"prefixes/{customer.prefix_id}/bindings/{shown['id']}") == shown
    assert customer.get(f"prefixes/{customer.prefix_id}/bindings") == [shown]


@pytest.mark.seed(125)
def test_a_self_serve_prefix_cannot_be_bound_to_magic_transit() -> None:
    customer = Customer()
    customer.onboard()
    with customer.refused(codes.SERVICE, "self-serve", "account team"):
        customer.bind(MAGIC_TRANSIT)
    (binding,) = (by_team := onboarded(MAGIC_TRANSIT)).cloud.bindings.of(by_team.record)
    assert binding.service is MAGIC_TRANSIT


SCOPE = {
    MAGIC_TRANSIT: {CDN, SPECTRUM},
    CDN: {SPECTRUM},
    SPECTRUM: {CDN},
    CDN_EGRESS: set[ServiceName](),
}


@pytest.mark.seed(154, 159, 163, 164, 165, 166)
@pytest.mark.parametrize(("default", "service"), list(itertools.product(ServiceName, ServiceName)))
def test_addresses_are_upgraded_just_as_the_scope_allows(default: ServiceName, service: ServiceName) -> None:
    customer = onboarded(default)
    if service in SCOPE[default]:
        assert customer.bind(service, "203.0.113.100/32").service is service
        assert customer.bind(service, "203.0.113.16/29").service is service
    else:
        with customer.refused(codes.SERVICE, service.value):
            customer.bind(service, "203.0.113.100/32")


@pytest.mark.seed(154)
def test_a_prefix_is_used_for_cdn_ingress_or_egress_and_not_for_both() -> None:
    for default, other in ((CDN, CDN_EGRESS), (CDN_EGRESS, CDN)):
        customer = onboarded(default)
        with customer.refused(codes.SERVICE, "either CDN ingress or CDN egress"):
            customer.bind(other, "203.0.113.100/32")
    customer = onboarded(CDN, covers=ALL - {Entitlement.CDN_EGRESS})
    customer.unbind(customer.cloud.bindings.of(customer.record)[0])
    customer.wait(DELAYS.binding[1])
    with customer.refused(codes.CONTRACT, "cdn-egress"):
        customer.bind(CDN_EGRESS)


@pytest.mark.seed(167)
@pytest.mark.parametrize("cidr", ["203.0.113.16/29", "203.0.113.20/32", "203.0.113.0/25"])
def test_an_address_has_one_binding_besides_the_default_one(cidr: str) -> None:
    customer = onboarded(MAGIC_TRANSIT)
    customer.bind(CDN, "203.0.113.16/29")
    for service in (CDN, SPECTRUM):
        with customer.refused(1108, "conflict: binding already exists for CIDR 203.0.113.16/29"):
            customer.bind(service, cidr)
    assert customer.bind(SPECTRUM, "203.0.113.24/29").service is SPECTRUM


def test_a_prefix_has_one_default_binding() -> None:
    customer = Customer()
    customer.bound()
    with customer.refused(1108, "conflict: binding already exists for CIDR 203.0.113.0/24"):
        customer.bind(SPECTRUM)


@pytest.mark.seed(160)
def test_one_aggregated_binding_does_for_eight_addresses() -> None:
    customer = Customer()
    customer.bound()
    customer.bind(SPECTRUM, "203.0.113.16/29")
    customer.wait(DELAYS.binding[1])
    assert len(customer.cloud.bindings.of(customer.record)) == 2
    discrete = Customer()
    discrete.bound()
    for host in range(16, 24):
        discrete.bind(SPECTRUM, f"203.0.113.{host}/32")
    discrete.wait(DELAYS.binding[1])
    assert len(discrete.cloud.bindings.of(discrete.record)) == 9
    for host in range(15, 25):
        address = Address.parse(f"203.0.113.{host}")
        aggregated, alone = (
            each.cloud.bindings.at_address(address, "cf-ams") for each in (customer, discrete)
        )
        assert aggregated is not None
        assert alone is not None
        assert aggregated.service is alone.service is (SPECTRUM if 16 <= host < 24 else CDN)
    with customer.refused(codes.CIDR, "did you mean 203.0.113.16/29"):
        body = {"cidr": "203.0.113.17/29", "service_id": service_id(SPECTRUM)}
        customer.call("POST", f"prefixes/{customer.prefix_id}/bindings", body)


@pytest.mark.seed(168)
@pytest.mark.parametrize(
    ("service", "entitlement"), [(CDN, Entitlement.CDN), (SPECTRUM, Entitlement.SPECTRUM)]
)
def test_the_contract_must_cover_what_magic_transit_addresses_are_upgraded_to(
    service: ServiceName, entitlement: Entitlement
) -> None:
    customer = onboarded(MAGIC_TRANSIT, covers=ALL - {entitlement})
    with customer.refused(codes.CONTRACT, entitlement.value):
        customer.bind(service, "203.0.113.1/32")
    assert onboarded(MAGIC_TRANSIT).bind(service, "203.0.113.1/32").service is service


@pytest.mark.seed(266)
def test_several_services_share_one_prefix() -> None:
    customer = onboarded(MAGIC_TRANSIT)
    customer.bind(CDN, "203.0.113.1/32")
    customer.bind(SPECTRUM, "203.0.113.2/32")
    shown = customer.get(f"prefixes/{customer.prefix_id}/bindings")
    assert [(each["cidr"], each["service_name"]) for each in shown] == [
        ("203.0.113.0/24", "Magic Transit"),
        ("203.0.113.1/32", "CDN"),
        ("203.0.113.2/32", "Spectrum"),
    ]


@pytest.mark.parametrize("wrong", ["CDN", "cdn", "0" * 32, service_id(CDN)[:-1]])
def test_an_unknown_service_is_refused_with_the_nearest(wrong: str) -> None:
    customer = Customer()
    customer.onboard()
    body = {"cidr": "203.0.113.0/24", "service_id": wrong}
    words = service_id(CDN) if wrong != "0" * 32 else "List Services"
    with customer.refused(codes.SERVICE, words):
        customer.call("POST", f"prefixes/{customer.prefix_id}/bindings", body)


def test_the_default_binding_goes_last() -> None:
    customer = Customer()
    default = customer.bound()
    other = customer.bind(SPECTRUM, "203.0.113.16/29")
    with customer.refused(codes.IN_USE, "203.0.113.16/29 (Spectrum)"):
        customer.unbind(default)
    customer.unbind(other)
    with customer.refused(codes.IN_USE, "being deleted"):
        customer.unbind(default)
    customer.wait(DELAYS.binding[1])
    customer.unbind(default)
    assert customer.cloud.bindings.of(customer.record) == []
