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
    locked: bool = False,
) -> Customer:
    """A customer for whom the account team has onboarded the prefix."""
    customer = Customer(settings=_settings(service, covers=covers, asn=asn, tunnel=tunnel, locked=locked))
    (record,) = customer.cloud.prefixes.of(ACCOUNT)
    customer.prefix_id = record.id
    return customer


def _settings(
    service: ServiceName,
    *,
    covers: frozenset[Entitlement] = ALL,
    asn: int = 13335,
    tunnel: Tunnel | None = None,
    locked: bool = False,
) -> CloudflareSettings:
    """One account, for which the account team has onboarded `PREFIX`."""
    prefix = Onboarded(PREFIX, service, asn, locked)
    account = Account(ACCOUNT, "example", covers, tunnel=tunnel, onboarded=(prefix,))
    return make_settings(accounts={"example": account})
