"""The organization that the lab's accounts are in, if they are in one."""

from __future__ import annotations

from lab.clouds.aws.settings import AwsSettings


class Organization:
    """All accounts of the lab are in one organization, or each is on its own. The first one manages it.

    RAM's sharing with the organization is on wherever there is one.
    """

    def __init__(self, settings: AwsSettings) -> None:
        self._accounts = tuple(settings.accounts) if settings.organization else ()

    @property
    def management_account(self) -> str | None:
        """The account that manages the organization; None if there is no organization."""
        return next(iter(self._accounts), None)

    @property
    def arn(self) -> str | None:
        """Such as `arn:aws:organizations::123456789012:organization/o-123456789012`; None without one."""
        account = self.management_account
        return account and f"arn:aws:organizations::{account}:organization/o-{account}"

    def joins(self, account: str, other: str) -> bool:
        """Whether both accounts are in the organization."""
        return account in self._accounts and other in self._accounts

    def colleagues(self, account: str) -> tuple[str, ...]:
        """All accounts of the organization of `account`; only itself if it is in none."""
        return self._accounts if account in self._accounts else (account,)
