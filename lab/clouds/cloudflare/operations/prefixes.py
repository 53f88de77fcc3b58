"""Prefixes: adding, validating, describing and deleting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, StrictBool, StrictInt, StrictStr

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.pages import single_page
from lab.clouds.cloudflare.prefixes.cidrs import parse_cidr
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.timestamps import timestamp

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

WRITING = (Permission.MAGIC_TRANSIT_WRITE, Permission.IP_PREFIXES_WRITE)
READING = (
    Permission.MAGIC_TRANSIT_READ,
    Permission.MAGIC_TRANSIT_WRITE,
    Permission.IP_PREFIXES_READ,
    Permission.IP_PREFIXES_WRITE,
    Permission.BGP_ON_DEMAND_READ,
    Permission.BGP_ON_DEMAND_WRITE,
)


class AddPrefix(Body):
    """What a prefix is added with."""

    cidr: StrictStr = Field(max_length=64)
    asn: StrictInt = Field(ge=0, le=0xFFFFFFFF)
    delegate_loa_creation: StrictBool = False
    description: StrictStr = Field("", max_length=1000)
    loa_document_id: StrictStr | None = Field(None, max_length=32)


class EditPrefix(Body):
    """What can be changed of a prefix."""

    description: StrictStr | None = Field(None, max_length=1000)
    loa_document_id: StrictStr | None = Field(None, max_length=32)


def prefix_members(record: PrefixRecord) -> dict[str, Any]:
    """A prefix as the API shows it, in the order of Cloudflare's documents."""
    advertised = record.advertised_modified
    return {
        "id": record.id,
        "created_at": timestamp(record.created),
        "modified_at": timestamp(record.modified),
        "cidr": str(record.prefix),
        "account_id": record.account,
        "description": record.description,
        "approved": record.approval,
        "on_demand_enabled": record.on_demand_enabled,
        "on_demand_locked": record.on_demand_locked,
        "advertised": record.advertised,
        "advertised_modified_at": None if advertised is None else timestamp(advertised),
        "loa_document_id": record.loa_document_id,
        "asn": record.asn,
        "ownership_validation_token": record.token,
        "delegate_loa_creation": record.delegate_loa_creation,
        "irr_validation_state": record.findings.irr.state.value,
        "rpki_validation_state": record.findings.rpki.state.value,
        "ownership_validation_state": record.findings.ownership.state.value,
    }


@operation("POST", "/accounts/{account_id}/addressing/prefixes", *WRITING, body=AddPrefix)
def add_prefix(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Add Prefix."""
    body: AddPrefix = asked.body
    record = cloud.prefixes.create(
        caller.account,
        parse_cidr(body.cidr),
        body.asn,
        delegate_loa_creation=body.delegate_loa_creation,
        description=body.description,
        loa_document_id=body.loa_document_id,
    )
    return Answer(prefix_members(record))


@operation("GET", "/accounts/{account_id}/addressing/prefixes", *READING)
def list_prefixes(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Prefixes."""
    return single_page([prefix_members(record) for record in cloud.prefixes.of(caller.account)])


@operation("GET", "/accounts/{account_id}/addressing/prefixes/{prefix_id}", *READING)
def prefix_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Prefix Details."""
    return Answer(prefix_members(cloud.prefixes.get(caller.account, asked.path["prefix_id"])))


@operation("PATCH", "/accounts/{account_id}/addressing/prefixes/{prefix_id}", *WRITING, body=EditPrefix)
def edit_prefix(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Update Prefix Description."""
    body: EditPrefix = asked.body
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    changed = cloud.prefixes.edit(record, description=body.description, loa_document_id=body.loa_document_id)
    return Answer(prefix_members(changed))


@operation("DELETE", "/accounts/{account_id}/addressing/prefixes/{prefix_id}", *WRITING)
def delete_prefix(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete Prefix."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    cloud.prefixes.delete(record)
    cloud.delegations.delete_all(record)
    return Answer()


@operation("POST", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/validate", *WRITING)
def validate_prefix(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Validate Prefix."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    return Answer(prefix_members(cloud.prefixes.validate(record)))
