"""Prefix delegations: letting other accounts use addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, StrictStr

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.pages import single_page
from lab.clouds.cloudflare.prefixes.cidrs import parse_cidr
from lab.clouds.cloudflare.prefixes.delegations import Delegation
from lab.clouds.cloudflare.timestamps import timestamp

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare


class CreateDelegation(Body):
    """What is delegated, and to whom."""

    cidr: StrictStr = Field(max_length=64)
    delegated_account_id: StrictStr = Field(max_length=32)


def delegation_members(delegation: Delegation) -> dict[str, Any]:
    """A delegation as the API shows it."""
    return {
        "id": delegation.id,
        "cidr": str(delegation.cidr),
        "created_at": timestamp(delegation.created),
        "delegated_account_id": delegation.delegated_account,
        "modified_at": timestamp(delegation.modified),
        "parent_prefix_id": delegation.prefix_id,
    }


@operation(
    "POST",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/delegations",
    Permission.IP_PREFIXES_WRITE,
    body=CreateDelegation,
)
def create_delegation(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create Prefix Delegation."""
    body: CreateDelegation = asked.body
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    delegation = cloud.delegations.create(record, parse_cidr(body.cidr), body.delegated_account_id)
    return Answer(delegation_members(delegation))


@operation(
    "GET",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/delegations",
    Permission.IP_PREFIXES_READ,
    Permission.IP_PREFIXES_WRITE,
)
def list_delegations(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Prefix Delegations."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    return single_page([delegation_members(found) for found in cloud.delegations.of(record)])


@operation(
    "DELETE",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/delegations/{delegation_id}",
    Permission.IP_PREFIXES_WRITE,
)
def delete_delegation(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete Prefix Delegation."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    delegation = cloud.delegations.get(record, asked.path["delegation_id"])
    cloud.delegations.delete(delegation)
    return Answer({"id": delegation.id})
