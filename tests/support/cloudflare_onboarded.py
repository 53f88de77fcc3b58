"""A customer whose prefix the account team has onboarded."""

from __future__ import annotations

from support.cloudflare_customer import Customer
from support.cloudflare_world import ACCOUNT, ALL, PREFIX, make_settings

from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.topology.cloudflare_section import Account, Entitlement, Onboarded, ServiceName, Tunnel


def onboarded(
    service: ServiceName,
    *,
    covers: frozenset[Entitlement] = ALL,
    asn: int = 13335,
    tunnel: Tunnel | None = None,
) -> Customer:
    """A customer for whom the account team has onboarded the prefix."""
    customer = Customer(settings=_settings(service, covers=covers, asn=asn, tunnel=tunnel))
    (record,) = customer.cloud.prefixes.of(ACCOUNT)
    customer.prefix_id = record.id
    return customer


def _settings(
    service: ServiceName,
    *,
    covers: frozenset[Entitlement] = ALL,
    asn: int = 13335,
    tunnel: Tunnel | None = None,
) -> CloudflareSettings:
    """One account, for which the account team has onboarded `PREFIX`."""
    account = Account(ACCOUNT, "example", covers, tunnel=tunnel, onboarded=(Onboarded(PREFIX, service, asn),))
    return make_settings(accounts={"example": account})
