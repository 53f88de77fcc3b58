"""What an account's contract covers (BYOIP is for Enterprise accounts, and so is each service)."""

from __future__ import annotations

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.topology.cloudflare_section import Account, Entitlement


def account_with(settings: CloudflareSettings, account_id: str) -> Account | None:
    """The account with this ID."""
    return next((account for account in settings.accounts.values() if account.id == account_id), None)


def check_contract(settings: CloudflareSettings, account_id: str, entitlement: Entitlement) -> None:
    """Raises CloudflareError unless the account's contract covers it."""
    account = account_with(settings, account_id)
    if account is None or entitlement not in account.entitlements:
        named = account.name if account else account_id
        covered = ", ".join(sorted(each.value for each in account.entitlements)) if account else ""
        raise CloudflareError(
            403,
            codes.CONTRACT,
            f"The contract of account {named} does not cover {entitlement.value}; it covers: "
            f"{covered or 'nothing'}. Contact your account team",
        )
