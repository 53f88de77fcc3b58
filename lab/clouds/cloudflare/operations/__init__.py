"""The endpoints, one small function each, by what they are about. Importing this registers all of them."""

from lab.clouds.cloudflare.operation import OPERATIONS
from lab.clouds.cloudflare.operations import (
    address_maps,
    alerting,
    bgp_prefixes,
    bindings,
    delegations,
    dns_records,
    identity,
    loa_documents,
    prefixes,
    spectrum,
    zones,
)

__all__ = [
    "OPERATIONS",
    "address_maps",
    "alerting",
    "bgp_prefixes",
    "bindings",
    "delegations",
    "dns_records",
    "identity",
    "loa_documents",
    "prefixes",
    "spectrum",
    "zones",
]
