"""Another tenant's account, zones and objects: nothing is read, nothing is changed, whatever is asked."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from support.cloudflare_tenants import (
    NAMES,
    OPERATION_LIST,
    PARTNER,
    Tenant,
    call,
    own_path,
    prepare,
    taken_back,
    two_tenants,
)
from support.cloudflare_wire import NOWHERE, errors, refusal

from lab.clouds.cloudflare.operation import Operation
from lab.http.messages import HttpResponse

ROOTS = ("account_id", "zone_id")
PUBLIC = (
    "/services", "/available_alerts", "/history", "/verify", "/user", "/accounts",
    "/accounts/{account_id}", "/bgp/status",
)  # fmt: skip
"""The endpoints that show nothing of what a tenant has."""
each_operation = pytest.mark.parametrize("operation", OPERATION_LIST, ids=NAMES)


@pytest.fixture(scope="module")
def tenants() -> tuple[Tenant, Tenant]:
    return two_tenants()


@pytest.fixture
def victim(tenants: tuple[Tenant, Tenant]) -> Iterator[Tenant]:
    with taken_back(tenants[0].door):
        yield tenants[0]


@pytest.fixture
def intruder(tenants: tuple[Tenant, Tenant], victim: Tenant) -> Tenant:
    return tenants[1]


def _names(operation: Operation) -> list[str]:
    return re.findall(r"\{(\w+)\}", operation.path)


def _records(tenant: Tenant) -> dict[str, dict[str, Any]]:
    return {name: dict(rows) for name, rows in tenant.door.cloud.basics.state._rows.items()}


def _seen_of(victim: Tenant, answer: HttpResponse, asked: str) -> list[str]:
    """What an answer tells of the victim, besides what the request itself said."""
    body = answer.body.decode("latin-1")
    words = {f"marker of {victim.name}", f"{victim.name}-zone", victim.net, *victim.has.values()}
    return [word for word in words - {PARTNER} if word in body and word not in asked]


@each_operation
def test_each_endpoint_does_something_for_the_tenant_whose_things_they_are(
    operation: Operation, victim: Tenant
) -> None:
    """Else the refusals below would prove nothing."""
    prepare(operation, victim)
    before = victim.door.cloud.basics.state.changes
    answer = call(operation, victim)
    assert answer.status == 200
    if operation.method == "GET" and not operation.path.endswith(PUBLIC):
        assert _seen_of(victim, answer, own_path(operation, victim))
    changed = victim.door.cloud.basics.state.changes > before
    assert changed == (operation.method != "GET")


ROOTED = [operation for operation in OPERATION_LIST if "{" in operation.path]


@pytest.mark.parametrize("operation", ROOTED, ids=[f"{each.method} {each.path}" for each in ROOTED])
def test_the_account_or_zone_of_another_tenant_is_out_of_reach(
    operation: Operation, victim: Tenant, intruder: Tenant
) -> None:
    prepare(operation, victim)
    root = _names(operation)[0]
    assert root in ROOTS
    before = _records(victim)
    path = own_path(operation, victim)
    answer = call(operation, intruder, path)
    assert _records(victim) == before
    assert not _seen_of(victim, answer, path)
    assert refusal(answer) == (403, 10000)
    nowhere = call(operation, intruder, own_path(operation, victim, **{root: NOWHERE}))
    assert nowhere.body.replace(NOWHERE.encode(), victim.has[_named(operation, root)].encode()) == answer.body


def _named(operation: Operation, root: str) -> str:
    return "spare_zone" if (operation.method, operation.path) == ("DELETE", "/zones/{zone_id}") else root


MIXED = [
    (operation, foreign)
    for operation in OPERATION_LIST
    for below in [[name for name in re.findall(r"\{(\w+)\}", operation.path) if name not in ROOTS]]
    for count in range(1, len(below) + 1)
    for foreign in itertools.combinations(below, count)
]


@pytest.mark.parametrize(
    ("operation", "foreign"),
    MIXED,
    ids=[f"{operation.method} {operation.path} {','.join(foreign)}" for operation, foreign in MIXED],
)
def test_what_is_another_tenant_s_is_not_there_below_one_s_own_account(
    operation: Operation, foreign: tuple[str, ...], victim: Tenant, intruder: Tenant
) -> None:
    prepare(operation, victim)
    prepare(operation, intruder)
    before = _records(victim)
    path = own_path(operation, intruder, **{name: victim.has[name] for name in foreign})
    answer = call(operation, intruder, path)
    assert answer.status in (400, 403, 404), answer.body
    assert _records(victim) == before
    assert not _seen_of(victim, answer, path)
    _same_as_for_nothing(operation, foreign, victim, intruder, answer)


def _same_as_for_nothing(
    operation: Operation, foreign: tuple[str, ...], victim: Tenant, intruder: Tenant, answer: HttpResponse
) -> None:
    """The answer is the one for what nobody has; addresses are public, so whose they are is no secret."""
    if "ip_address" in foreign:
        return
    path = own_path(operation, intruder, **dict.fromkeys(foreign, NOWHERE))
    nothing = call(operation, intruder, path)
    text = answer.body.decode()
    for name in foreign:
        text = text.replace(victim.has[name], NOWHERE)
    assert (nothing.status, json.loads(nothing.body)) == (answer.status, json.loads(text))


@each_operation
def test_lists_and_details_have_nothing_of_another_tenant(
    operation: Operation, victim: Tenant, intruder: Tenant
) -> None:
    prepare(operation, intruder)
    path = own_path(operation, intruder)
    answer = call(operation, intruder)
    assert answer.status == 200
    assert not [word for word in _seen_of(victim, answer, path) if word != victim.has["account_id"]]


FOREIGN = {
    "a prefix with another's letter": (
        "PATCH", "/accounts/{account_id}/addressing/prefixes/{spare_prefix}",
        {"loa_document_id": "<loa_document_id>"},
    ),
    "a prefix that is another's": (
        "POST", "/accounts/{account_id}/addressing/prefixes", {"cidr": "<net>20::/48", "asn": 13335},
    ),
    "a binding in another's prefix": (
        "POST", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bindings",
        {"cidr": "<net>20::/64", "service_id": "0" * 32},
    ),
    "a BGP prefix in another's": (
        "POST", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes",
        {"cidr": "<net>20::/48"},
    ),
    "a delegation of another's": (
        "POST", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/delegations",
        {"cidr": "<net>20::/64", "delegated_account_id": "{account_id}"},
    ),
    "a map of another's address": (
        "POST", "/accounts/{account_id}/addressing/address_maps", {"ips": ["<ip_address>"]},
    ),
    "a map for another's zone": (
        "POST", "/accounts/{account_id}/addressing/address_maps",
        {"memberships": [{"identifier": "<spare_zone>", "kind": "zone"}]},
    ),
    "a map for another's account": (
        "POST", "/accounts/{account_id}/addressing/address_maps",
        {"memberships": [{"identifier": "<account_id>", "kind": "account"}]},
    ),
    "a zone in another's account": (
        "POST", "/zones", {"name": "new.example", "account": {"id": "<account_id>"}},
    ),
    "a zone below another's": ("POST", "/zones", {"name": "www.<name>-zone.example"}),
    "an application at another's address": (
        "POST", "/zones/{zone_id}/spectrum/apps",
        {"protocol": "tcp/25", "dns": {"type": "CNAME", "name": "smtp.other-zone.example"},
         "edge_ips": {"type": "static", "ips": ["<net>01::7"]}, "origin_direct": ["tcp://192.0.2.150:25"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FOREIGN)
def test_a_body_cannot_name_what_is_another_tenant_s(what: str, victim: Tenant, intruder: Tenant) -> None:
    method, path, body = FOREIGN[what]
    values = victim.has | {"net": victim.net, "name": victim.name}
    text = re.sub(r"<(\w+)>", lambda match: values[match[1]], json.dumps(body))
    before = _records(victim)
    answer = intruder.ask(method, path, json.loads(text))
    assert errors(answer)
    assert answer.status < 500
    assert _records(victim) == before
    assert not _seen_of(victim, answer, text)
