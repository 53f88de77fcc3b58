"""Address maps, and the addresses, accounts and zones on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.maps.address_map import AddressMap, MemberKind, Membership
from lab.clouds.cloudflare.maps.map_rules import MOST_ADDRESSES, MOST_MEMBERS, parse_address
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.pages import single_page
from lab.clouds.cloudflare.timestamps import timestamp

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

READ: Final = (Permission.ADDRESS_MAPS_READ, Permission.ADDRESS_MAPS_WRITE)
WRITE: Final = Permission.ADDRESS_MAPS_WRITE
_PATH: Final = "/accounts/{account_id}/addressing/address_maps"
_ONE: Final = "/accounts/{account_id}/addressing/address_maps/{address_map_id}"

Description = Annotated[str, Field(max_length=500)]
HostName = Annotated[str, Field(max_length=253)]


class NewMember(Body):
    """A zone or an account that a map is for."""

    identifier: str = Field(max_length=32)
    kind: MemberKind


class NewMap(Body):
    """What a map is made of."""

    description: Description | None = None
    enabled: bool | None = None
    default_sni: HostName | None = None
    ips: list[Annotated[str, Field(max_length=45)]] = Field(default_factory=list, max_length=MOST_ADDRESSES)
    memberships: list[NewMember] = Field(default_factory=list, max_length=MOST_MEMBERS)


class MapChanges(Body):
    """What of a map is to change."""

    description: Description | None = None
    enabled: bool | None = None
    default_sni: HostName | None = None


def map_members(record: AddressMap) -> dict[str, Any]:
    """A map as lists show it."""
    return {
        "id": record.id,
        "can_delete": record.can_delete,
        "can_modify_ips": record.can_modify_ips,
        "created_at": timestamp(record.created),
        "default_sni": record.default_sni,
        "description": record.description or None,
        "enabled": record.enabled,
        "modified_at": timestamp(record.modified),
    }


def whole_map(record: AddressMap) -> dict[str, Any]:
    """A map with the addresses and members on it."""
    return {
        **map_members(record),
        "ips": [{"ip": str(item.address), "created_at": timestamp(item.created)} for item in record.mapped],
        "memberships": [_membership(member) for member in record.memberships],
    }


def _membership(member: Membership) -> dict[str, Any]:
    return {
        "identifier": member.identifier,
        "kind": member.kind.value,
        "can_delete": member.can_delete,
        "created_at": timestamp(member.created),
    }


@operation("POST", _PATH, WRITE, body=NewMap)
def create_map(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create Address Map."""
    body: NewMap = asked.body
    record = cloud.maps.create(
        caller.account,
        description=body.description or "",
        enabled=bool(body.enabled),
        default_sni=body.default_sni,
        ips=body.ips,
        members=[(member.kind, member.identifier) for member in body.memberships],
    )
    return Answer(whole_map(record))


@operation("GET", _PATH, *READ)
def list_maps(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Address Maps."""
    return single_page([map_members(record) for record in cloud.maps.of_account(caller.account)])


@operation("GET", _ONE, *READ)
def map_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Address Map Details."""
    return Answer(whole_map(cloud.maps.get(caller.account, asked.path["address_map_id"])))


@operation("PATCH", _ONE, WRITE, body=MapChanges)
def update_map(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Update Address Map."""
    given: set[str] = asked.body.model_fields_set
    changes: dict[str, Any] = {}
    if "description" in given:
        changes["description"] = asked.body.description or ""
    if asked.body.enabled is not None:
        changes["enabled"] = asked.body.enabled
    if "default_sni" in given:
        changes["default_sni"] = asked.body.default_sni
    return Answer(map_members(cloud.maps.edit(caller.account, asked.path["address_map_id"], **changes)))


@operation("DELETE", _ONE, WRITE)
def delete_map(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete Address Map."""
    cloud.maps.delete(caller.account, asked.path["address_map_id"])
    return Answer()


@operation("PUT", _ONE + "/ips/{ip_address}", WRITE)
def add_address(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Add an IP to an Address Map."""
    address = parse_address(asked.path["ip_address"], "")
    cloud.maps.add_address(caller.account, asked.path["address_map_id"], address)
    return Answer()


@operation("DELETE", _ONE + "/ips/{ip_address}", WRITE)
def remove_address(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Remove an IP from an Address Map."""
    address = parse_address(asked.path["ip_address"], "")
    cloud.maps.remove_address(caller.account, asked.path["address_map_id"], address)
    return Answer()


@operation("PUT", _ONE + "/accounts/{member_account_id}", WRITE)
def add_account(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Add an account membership to an Address Map."""
    member = asked.path["member_account_id"]
    cloud.maps.add_member(caller.account, asked.path["address_map_id"], MemberKind.ACCOUNT, member)
    return Answer()


@operation("DELETE", _ONE + "/accounts/{member_account_id}", WRITE)
def remove_account(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Remove an account membership from an Address Map."""
    member = asked.path["member_account_id"]
    cloud.maps.remove_member(caller.account, asked.path["address_map_id"], MemberKind.ACCOUNT, member)
    return Answer()


@operation("PUT", _ONE + "/zones/{member_zone_id}", WRITE)
def add_zone(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Add a zone membership to an Address Map."""
    member = asked.path["member_zone_id"]
    cloud.maps.add_member(caller.account, asked.path["address_map_id"], MemberKind.ZONE, member)
    return Answer()


@operation("DELETE", _ONE + "/zones/{member_zone_id}", WRITE)
def remove_zone(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Remove a zone membership from an Address Map."""
    member = asked.path["member_zone_id"]
    cloud.maps.remove_member(caller.account, asked.path["address_map_id"], MemberKind.ZONE, member)
    return Answer()
