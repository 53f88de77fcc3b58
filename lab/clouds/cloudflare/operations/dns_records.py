"""DNS records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.listing import ORDERING, in_order
from lab.clouds.cloudflare.operations.record_filters import FILTERS, ORDERS, check_filters, is_wanted
from lab.clouds.cloudflare.operations.zones import own_zone
from lab.clouds.cloudflare.timestamps import timestamp
from lab.clouds.cloudflare.zones.dns_record import AUTOMATIC, DnsRecord, RecordDraft

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

READ: Final = (Permission.DNS_READ, Permission.DNS_WRITE)
_PATH: Final = "/zones/{zone_id}/dns_records"
_ONE: Final = "/zones/{zone_id}/dns_records/{dns_record_id}"

Name = Annotated[str, Field(min_length=1, max_length=255)]
Content = Annotated[str, Field(min_length=1, max_length=8192)]
Comment = Annotated[str, Field(max_length=500)]
Tags = Annotated[list[Annotated[str, Field(max_length=132)]], Field(max_length=20)]


class NewRecord(Body):
    """What a record is made of. A TTL of 1 is automatic."""

    name: Name
    type: str = Field(max_length=10)
    content: Content
    ttl: int = AUTOMATIC
    proxied: bool = False
    priority: int | None = None
    comment: Comment | None = None
    tags: Tags = Field(default_factory=list)


class RecordChanges(Body):
    """What of a record is to change."""

    name: Name | None = None
    type: str | None = Field(default=None, max_length=10)
    content: Content | None = None
    ttl: int | None = None
    proxied: bool | None = None
    priority: int | None = None
    comment: Comment | None = None
    tags: Tags | None = None


def record_members(record: DnsRecord) -> dict[str, Any]:
    """A record as the API shows it."""
    draft = record.draft
    priority = {} if draft.priority is None else {"priority": draft.priority}
    return {
        "id": record.id,
        "name": record.name,
        "type": record.rtype,
        "content": record.content,
        "proxiable": record.is_proxiable,
        "proxied": record.proxied,
        "ttl": draft.ttl,
        "settings": {},
        "meta": {},
        "comment": draft.comment or None,
        "tags": list(draft.tags),
        **priority,
        "created_on": timestamp(record.created),
        "modified_on": timestamp(record.modified),
    }


def _draft(body: NewRecord) -> RecordDraft:
    return RecordDraft(
        body.name,
        body.type,
        body.content,
        body.ttl,
        body.proxied,
        body.priority,
        body.comment or "",
        tuple(body.tags),
    )


@operation("POST", _PATH, Permission.DNS_WRITE, body=NewRecord)
def create_record(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create DNS Record."""
    zone = own_zone(cloud, caller, asked)
    return Answer(record_members(cloud.dns_records.create(zone, _draft(asked.body))))


@operation("GET", _PATH, *READ, query=(*FILTERS, *ORDERING))
def list_records(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List DNS Records."""
    zone = own_zone(cloud, caller, asked)
    check_filters(asked.query)
    found = [record for record in cloud.dns_records.of_zone(zone) if is_wanted(record, asked.query)]
    records = in_order(found, asked.query, ORDERS)
    return Paged([record_members(record) for record in records], per_page=100)


@operation("GET", _ONE, *READ)
def record_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """DNS Record Details."""
    zone = own_zone(cloud, caller, asked)
    return Answer(record_members(cloud.dns_records.get(zone, asked.path["dns_record_id"])))


@operation("PUT", _ONE, Permission.DNS_WRITE, body=NewRecord)
def overwrite_record(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Overwrite DNS Record."""
    zone = own_zone(cloud, caller, asked)
    record_id = asked.path["dns_record_id"]
    return Answer(record_members(cloud.dns_records.change(zone, record_id, _draft(asked.body))))


@operation("PATCH", _ONE, Permission.DNS_WRITE, body=RecordChanges)
def update_record(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Update DNS Record."""
    zone = own_zone(cloud, caller, asked)
    record = cloud.dns_records.get(zone, asked.path["dns_record_id"])
    given = asked.body.model_dump(exclude_none=True)
    changes = {"rtype" if key == "type" else key: value for key, value in given.items()}
    if "tags" in changes:
        changes["tags"] = tuple(changes["tags"])
    if "comment" in asked.body.model_fields_set:
        changes["comment"] = asked.body.comment or ""
    return Answer(record_members(cloud.dns_records.change(zone, record.id, replace(record.draft, **changes))))


@operation("DELETE", _ONE, Permission.DNS_WRITE)
def delete_record(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete DNS Record."""
    zone = own_zone(cloud, caller, asked)
    record_id = asked.path["dns_record_id"]
    cloud.dns_records.delete(zone, record_id)
    return Answer({"id": record_id})
