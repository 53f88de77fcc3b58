"""Services, and the bindings of addresses to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, StrictStr

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.pages import single_page
from lab.clouds.cloudflare.operations.prefixes import READING
from lab.clouds.cloudflare.prefixes.cidrs import parse_cidr
from lab.clouds.cloudflare.prefixes.service_binding import ServiceBinding
from lab.clouds.cloudflare.prefixes.services import BY_ID, service_id

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

_LISTING = (Permission.IP_PREFIXES_READ, Permission.IP_PREFIXES_WRITE)


class CreateBinding(Body):
    """Which addresses are bound to which service."""

    cidr: StrictStr = Field(max_length=64)
    service_id: StrictStr = Field(max_length=64)


def binding_members(binding: ServiceBinding) -> dict[str, Any]:
    """A binding as the API shows it, in the order of Cloudflare's documents."""
    return {
        "cidr": str(binding.cidr),
        "id": binding.id,
        "provisioning": {"state": binding.state.value},
        "service_id": service_id(binding.service),
        "service_name": binding.service.value,
    }


@operation("GET", "/accounts/{account_id}/addressing/services", *READING)
def list_services(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Services."""
    return single_page([{"id": known, "name": service.value} for known, service in BY_ID.items()])


@operation(
    "POST",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bindings",
    Permission.IP_PREFIXES_WRITE,
    body=CreateBinding,
)
def create_binding(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create Service Binding."""
    body: CreateBinding = asked.body
    record = cloud.bindings.prefix_for_binding(caller.account, asked.path["prefix_id"])
    binding = cloud.bindings.create(record, parse_cidr(body.cidr), body.service_id)
    return Answer(binding_members(binding))


@operation("GET", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bindings", *_LISTING)
def list_bindings(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Service Bindings."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    return single_page([binding_members(binding) for binding in cloud.bindings.of(record)])


@operation("GET", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bindings/{binding_id}", *_LISTING)
def binding_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Get Service Binding."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    return Answer(binding_members(cloud.bindings.get(record, asked.path["binding_id"])))


@operation(
    "DELETE",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bindings/{binding_id}",
    Permission.IP_PREFIXES_WRITE,
)
def delete_binding(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete Service Binding."""
    record = cloud.bindings.prefix_for_binding(caller.account, asked.path["prefix_id"])
    cloud.bindings.delete(record, cloud.bindings.get(record, asked.path["binding_id"]))
    return Answer()
