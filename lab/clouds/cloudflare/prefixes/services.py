"""The services that addresses can be bound to, each with an identifier that is the same in every lab."""

from __future__ import annotations

import hashlib
from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.topology.cloudflare_section import Entitlement, ServiceName
from lab.topology.problems import suggestion

ENTITLED_BY: Final = {
    ServiceName.CDN: Entitlement.CDN,
    ServiceName.CDN_EGRESS: Entitlement.CDN_EGRESS,
    ServiceName.SPECTRUM: Entitlement.SPECTRUM,
    ServiceName.MAGIC_TRANSIT: Entitlement.MAGIC_TRANSIT,
}
"""What a contract must cover for a service."""


def service_id(service: ServiceName) -> str:
    """The identifier of a service: 32 hexadecimal digits."""
    return hashlib.sha256(f"service {service.value}".encode()).hexdigest()[:32]


BY_ID: Final = {service_id(service): service for service in ServiceName}


def service_of(identifier: str) -> ServiceName:
    """The service with this identifier. Raises CloudflareError, which names those there are."""
    if identifier in BY_ID:
        return BY_ID[identifier]
    named = {service.value.lower(): known for known, service in BY_ID.items()}
    if identifier.lower() in named:
        hint = f"that is the name of the service {named[identifier.lower()]}"
    else:
        hint = suggestion(identifier, BY_ID) + " (List Services names them)"
    raise CloudflareError(
        400, codes.SERVICE, f"There is no service {identifier[:64]!r}; {hint}", "/service_id"
    )
