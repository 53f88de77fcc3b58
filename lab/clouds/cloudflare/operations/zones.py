"""Zones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.listing import (
    MATCHES,
    MATCHING,
    ORDERING,
    Query,
    compares,
    in_order,
    is_match,
    one_of,
)
from lab.clouds.cloudflare.timestamps import timestamp
from lab.clouds.cloudflare.zones.zone import Zone, ZoneKind

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

READ: Final = (Permission.ZONE_READ, Permission.ZONE_WRITE)
_NOT_OWN: Final = 10000


class AccountReference(Body):
    """The account that something is to be of."""

    id: str = Field(max_length=32)


class NewZone(Body):
    """What a zone is made of."""

    name: str = Field(max_length=253)
    type: ZoneKind = ZoneKind.FULL
    account: AccountReference | None = None


def zone_members(cloud: Cloudflare, zone: Zone) -> dict[str, Any]:
    """A zone as the API shows it."""
    account = cloud.identity.account(zone.account)
    is_active = cloud.zones.is_active(zone)
    since = timestamp(zone.created)
    return {
        "id": zone.id,
        "name": zone.name,
        "status": "active" if is_active else "pending",
        "paused": False,
        "type": zone.kind.value,
        "development_mode": 0,
        "name_servers": list(cloud.zones.name_servers.of(zone.account)),
        "original_name_servers": None,
        "original_registrar": None,
        "original_dnshost": None,
        "modified_on": since,
        "created_on": since,
        "activated_on": since if is_active else None,
        "meta": {"step": 2, "custom_certificate_quota": 0, "page_rule_quota": 0, "phishing_detected": False},
        "owner": {"id": None, "type": "organization", "name": account.name},
        "account": {"id": account.id, "name": account.name},
        "plan": {
            "id": "94f3b7b768b0458b56d2cac4fe5ec0f9",
            "name": "Enterprise Website",
            "is_subscribed": True,
        },
    }


def own_zone(cloud: Cloudflare, caller: Caller, asked: Asked) -> Zone:
    """The caller's zone that the path names. Raises CloudflareError."""
    return cloud.zones.get(caller.account, asked.path["zone_id"])


@operation("POST", "/zones", Permission.ZONE_WRITE, body=NewZone)
def create_zone(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create Zone."""
    body: NewZone = asked.body
    if body.account is not None and body.account.id != caller.account:
        message = f"Authentication error: a zone can be of the caller's account only, {caller.account}"
        raise CloudflareError(403, _NOT_OWN, message, "/account/id")
    return Answer(zone_members(cloud, cloud.zones.create(caller.account, body.name, body.type)))


_FILTERS: Final = ("name", "status", "type", "account.id", "account.name", *MATCHING)
_STATUSES: Final = ("initializing", "pending", "active", "moved")
_SHOWN_KINDS: Final = tuple(kind.value for kind in ZoneKind if kind is not ZoneKind.INTERNAL)
_ORDERS: Final[Mapping[str, Callable[[dict[str, Any]], Any]]] = {
    "name": lambda zone: zone["name"],
    "status": lambda zone: zone["status"],
    "account.id": lambda zone: zone["account"]["id"],
    "account.name": lambda zone: zone["account"]["name"],
    "plan.id": lambda zone: zone["plan"]["id"],
}


@operation("GET", "/zones", *READ, query=(*_FILTERS, *ORDERING), repeated=("type",))
def list_zones(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Zones."""
    kinds = _kinds(asked.query)
    one_of(asked.query, "status", _STATUSES, "")
    one_of(asked.query, "match", MATCHES, MATCHES[0])
    zones = [zone_members(cloud, zone) for zone in cloud.zones.of_account(caller.account)]
    found = [zone for zone in zones if is_match(_tests(zone, asked.query, kinds), asked.query)]
    if "type" not in asked.query:
        found = [zone for zone in found if zone["type"] in kinds]
    return Paged(in_order(found, asked.query, _ORDERS))


def _kinds(query: Query) -> tuple[str, ...]:
    """The types that are asked for, all but internal ones by default. Raises CloudflareError."""
    if "type" not in query:
        return _SHOWN_KINDS
    wanted = tuple(query["type"].split(","))
    for each in wanted:
        one_of({"type": each}, "type", [kind.value for kind in ZoneKind], "")
    return wanted


def _tests(zone: dict[str, Any], query: Query, kinds: tuple[str, ...]) -> Iterator[bool]:
    if "name" in query:
        yield compares(zone["name"], query["name"].removesuffix("."))
    if "account.name" in query:
        yield compares(zone["account"]["name"], query["account.name"])
    if "account.id" in query:
        yield zone["account"]["id"] == query["account.id"]
    if "status" in query:
        yield zone["status"] == query["status"]
    if "type" in query:
        yield zone["type"] in kinds


@operation("GET", "/zones/{zone_id}", *READ)
def zone_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Zone Details."""
    return Answer(zone_members(cloud, own_zone(cloud, caller, asked)))


@operation("DELETE", "/zones/{zone_id}", Permission.ZONE_WRITE)
def delete_zone(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete Zone."""
    zone = own_zone(cloud, caller, asked)
    cloud.zones.delete(zone)
    return Answer({"id": zone.id})
