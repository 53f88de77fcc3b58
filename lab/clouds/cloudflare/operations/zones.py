"""Zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.timestamps import timestamp
from lab.clouds.cloudflare.zones.zone import NAME_SERVERS, Zone, ZoneKind
from lab.dns.names import canonical

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
    since = timestamp(zone.created)
    return {
        "id": zone.id,
        "name": zone.name,
        "status": zone.status,
        "paused": False,
        "type": zone.kind.value,
        "development_mode": 0,
        "name_servers": list(NAME_SERVERS),
        "original_name_servers": None,
        "original_registrar": None,
        "original_dnshost": None,
        "modified_on": since,
        "created_on": since,
        "activated_on": since if zone.is_served else None,
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


@operation("GET", "/zones", *READ, query=("name", "status", "account.id", "account.name"))
def list_zones(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Zones."""
    wanted = dict(asked.query)
    if "name" in wanted:
        wanted["name"] = canonical(wanted["name"])
    zones = [zone_members(cloud, zone) for zone in cloud.zones.of_account(caller.account)]
    return Paged([zone for zone in zones if _is_wanted(zone, wanted)])


def _is_wanted(zone: dict[str, Any], wanted: dict[str, str]) -> bool:
    values = {
        "name": zone["name"],
        "status": zone["status"],
        "account.id": zone["account"]["id"],
        "account.name": zone["account"]["name"],
    }
    return all(values[key] == wanted[key] for key in values.keys() & wanted.keys())


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


@operation("GET", "/zones/{zone_id}/addressing/regional_hostnames", *READ)
def list_regional_hostnames(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Regional Hostnames."""
    own_zone(cloud, caller, asked)
    return Paged([])
