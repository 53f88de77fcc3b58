"""Two customers of one Cloudflare who have one of everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from support.cloudflare_calls import (
    ADDRESSING,
    BEFORE,
    BODIES,
    CALLERS,
    FORM,
    PARAMETERS,
    POLICIES,
    PREFIX,
    ZONE,
    form,
)
from support.cloudflare_customer import A_PDF
from support.cloudflare_wire import Door, result
from support.cloudflare_world import (
    ACCOUNT,
    ALL,
    OTHER_ACCOUNT,
    FakeWorld,
    make_cloudflare,
    make_settings,
)

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Operation
from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.prefixes.services import service_id
from lab.http.messages import HttpResponse
from lab.topology.cloudflare_section import Account, Member, Onboarded, ServiceName, Token

OPERATION_LIST = list(OPERATIONS.values())
NAMES = [f"{operation.method} {operation.path}" for operation in OPERATION_LIST]
PARTNER = "9" * 32
"""The account that both have delegated something to."""


def permission_token(permission: Permission, account: str = "example") -> str:
    """The name of the token that has just this permission."""
    return f"{account} {permission.name}"


def token_without(operation: Operation) -> str:
    """The name of the token that has all permissions but those that this endpoint takes."""
    return f"without {operation.method} {operation.path}"


def _tokens() -> tuple[Token, ...]:
    single = [Token(permission_token(each), "example", (each.value,)) for each in Permission]
    without = [
        Token(
            token_without(operation),
            "example",
            tuple(each.value for each in Permission if each not in operation.permissions),
        )
        for operation in OPERATION_LIST
    ]
    return (*single, *without)


ROLES = ("Administrator", "Administrator Read Only", "DNS", "Minimal Account Access")
MEMBERS = tuple(
    Member(role.lower().replace(" ", "-"), f"{number}@lab.example", "example", role)
    for number, role in enumerate(ROLES)
)


@dataclass
class Tenant:
    """A customer: `has` are the identifiers of what it has by parameters of paths, and a few spare ones."""

    door: Door
    name: str
    net: str
    has: dict[str, str]

    def ask(self, method: str, path: str, body: Any = None, who: str = "", **headers: str) -> HttpResponse:
        """Ask for a path whose parameters are this customer's own."""
        return self.door.ask(method, _filled(path, self.has), self.filled(body), who or self.name, **headers)

    def filled(self, body: Any) -> Any:
        """A body with this customer's own values."""
        return _filled(body, self.has | {"name": self.name, "net": self.net})


def own_path(operation: Operation, tenant: Tenant, **others: str) -> str:
    """The path of an endpoint for what a tenant has; `others` are parameters that are somebody else's."""
    special = PARAMETERS.get(f"{operation.method} {operation.path}", {})
    names = re.findall(r"\{(\w+)\}", operation.path)
    return _filled(operation.path, {name: tenant.has[special.get(name, name)] for name in names} | others)


def call(operation: Operation, tenant: Tenant, path: str = "", who: str = "") -> HttpResponse:
    """Ask for an endpoint as a tenant would: by default for what is the tenant's own."""
    key = f"{operation.method} {operation.path}"
    body = BODIES[key] if operation.body or operation.takes_upload else None
    headers = FORM if operation.takes_upload else {}
    caller = who or CALLERS.get(key, "{name}").replace("{name}", tenant.name)
    return tenant.door.ask(
        operation.method, path or own_path(operation, tenant), tenant.filled(body), caller, **headers
    )


def prepare(operation: Operation, tenant: Tenant) -> None:
    """Do what has to be done before an endpoint has something to work on."""
    before = BEFORE.get(f"{operation.method} {operation.path}")
    if before is not None:
        result(call(OPERATIONS[tuple(before.split(" ", 1))], tenant))  # type: ignore[index]


@contextmanager
def taken_back(door: Door) -> Iterator[None]:
    """Whatever is done inside is undone at the end, so that tests can share what took long to make."""
    mark = len(door.cloud.basics.events)
    with door.cloud.basics.state.transaction(commit=False):
        yield
    del door.cloud.basics.events[mark:]


def two_tenants() -> tuple[Tenant, Tenant]:
    """Accounts `example` and `other`, each with one of everything."""
    world = FakeWorld()
    nets = {"example": "2001:db8:1", "other": "2001:db8:2"}
    numbers = {"example": ACCOUNT, "other": OTHER_ACCOUNT}
    partner = Account(PARTNER, "partner", ALL)
    for net in nets.values():
        world.register(Prefix.parse(f"{net}00::/40"))
    settings = make_settings(
        accounts={name: _account(name, number, nets[name]) for name, number in numbers.items()}
        | {"partner": partner},
        members=MEMBERS,
        tokens=_tokens(),
    )
    door = Door(make_cloudflare(world, settings), OPERATIONS)
    tenants = [Tenant(door, name, net, {}) for name, net in nets.items()]
    for tenant in tenants:
        tenant.has["account_id"] = tenant.has["member_account_id"] = numbers[tenant.name]
        tenant.has["partner"] = PARTNER
        _furnish(tenant)
    door.cloud.basics.events.clear()
    return tenants[0], tenants[1]


def _account(name: str, number: str, net: str) -> Account:
    onboarded = Onboarded(Prefix.parse(f"{net}00::/41"), ServiceName.CDN)
    return Account(number, name, ALL, onboarded=(onboarded,))


def _furnish(tenant: Tenant) -> None:
    has, name = tenant.has, tenant.name

    def made(path: str, body: Any, **headers: str) -> str:
        return str(result(tenant.ask("POST", path, body, **headers))["id"])

    (prefix,) = result(tenant.ask("GET", f"{ADDRESSING}/prefixes"))
    has["prefix_id"] = prefix["id"]
    has["ip_address"], has["spare_address"] = f"{tenant.net}01::1", f"{tenant.net}01::2"
    has["spare_prefix"] = made(
        f"{ADDRESSING}/prefixes", {"cidr": "{net}ff::/48", "asn": 13335, "description": f"marker of {name}"}
    )
    result(tenant.ask("PATCH", PREFIX, {"description": f"marker of {name}"}))
    has["zone_id"] = has["member_zone_id"] = made("/zones", {"name": f"{name}-zone.example"})
    has["spare_zone"] = made("/zones", {"name": f"sub.{name}-zone.example"})
    has["binding_id"] = made(
        f"{PREFIX}/bindings", {"cidr": "{net}01::/64", "service_id": service_id(ServiceName.SPECTRUM)}
    )
    has["bgp_prefix_id"] = made(f"{PREFIX}/bgp/prefixes", {"cidr": "{net}05::/48"})
    has["delegation_id"] = made(
        f"{PREFIX}/delegations", {"cidr": "{net}06::/64", "delegated_account_id": "{partner}"}
    )
    letter = A_PDF.replace(b"%%EOF", f"% marker of {name}\n%%EOF".encode())
    has["loa_document_id"] = made(f"{ADDRESSING}/loa_documents", form(letter), **FORM)
    has["address_map_id"] = made(
        f"{ADDRESSING}/address_maps",
        {"description": f"marker of {name}", "enabled": False, "ips": ["{ip_address}"],
         "memberships": [{"identifier": "{zone_id}", "kind": "zone"}]},
    )  # fmt: skip
    has["dns_record_id"] = made(
        f"{ZONE}/dns_records",
        {
            "type": "A",
            "name": "www",
            "content": "192.0.2.150",
            "proxied": True,
            "comment": f"marker of {name}",
        },
    )
    has["app_id"] = made(
        f"{ZONE}/spectrum/apps",
        [{"protocol": "tcp/22", "dns": {"type": "CNAME", "name": f"ssh.{name}-zone.example"},
          "edge_ips": {"type": "static", "ips": ["{net}01::7"]}, "origin_direct": ["tcp://192.0.2.150:22"]}],
    )  # fmt: skip
    has["policy_id"] = made(
        POLICIES,
        {"name": f"marker of {name}", "alert_type": "bgp_hijack_notification", "enabled": True,
         "mechanisms": {"email": [{"id": f"noc@{name}-zone.example"}]}},
    )  # fmt: skip


def _filled(value: Any, values: dict[str, str]) -> Any:
    match value:
        case str():
            return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], value)
        case dict():
            return {name: _filled(below, values) for name, below in value.items()}
        case list():
            return [_filled(below, values) for below in value]
        case _:
            return value
