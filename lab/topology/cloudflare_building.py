"""From the checked entries of a file about Cloudflare to the model."""

from __future__ import annotations

from lab.topology.cloudflare_entries import AccountEntry, CloudflareEntry, TunnelEntry
from lab.topology.cloudflare_section import (
    Account,
    CloudflareSection,
    Entitlement,
    Member,
    Onboarded,
    ServiceName,
    Token,
    Tunnel,
)


def cloudflare_section(entry: CloudflareEntry) -> CloudflareSection:
    """What the file says of Cloudflare, and what goes without saying."""
    return CloudflareSection(
        accounts={name: _account(name, each) for name, each in entry.accounts.items()},
        members=tuple(
            Member(name, each.email or default_email(name, each.account), each.account, each.role)
            for name, each in entry.members.items()
        ),
        tokens=tuple(Token(name, each.account, each.permissions) for name, each in entry.tokens.items()),
        delays=entry.delays.model_dump(exclude_none=True, by_alias=True),
    )


def default_email(member: str, account: str) -> str:
    """The address of a member whose file gives none."""
    return f"{member}@{account}.example"


def _account(name: str, entry: AccountEntry) -> Account:
    return Account(
        id=entry.id,
        name=name,
        entitlements=frozenset(map(Entitlement, entry.entitlements)),
        static_ips=entry.static_ips,
        only_byoip=entry.only_byoip,
        tunnel=_tunnel(entry.tunnel),
        onboarded=tuple(
            Onboarded(each.prefix, ServiceName(each.service), each.asn, each.locked)
            for each in entry.onboarded
        ),
    )


def _tunnel(entry: TunnelEntry | None) -> Tunnel | None:
    return None if entry is None else Tunnel(entry.to, entry.endpoint, entry.egress)
