"""Which account's IPAM watches the whole organization (VPC IPAM User Guide, "Integrate IPAM with accounts
in an AWS Organization")."""

from __future__ import annotations

from dataclasses import dataclass

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram.organization import Organization


@dataclass(frozen=True, slots=True)
class Delegation:
    """The member account that the organization's management account made its IPAM account."""

    account: str


class OrganizationAdmin:
    """At most one account sees what all accounts of the organization have; any other one sees its own."""

    def __init__(self, basics: Basics) -> None:
        self._organization = Organization(basics.settings)
        self._table = basics.state.table("aws_ipam_organization_admin", Delegation)

    @property
    def account(self) -> str | None:
        """The IPAM account; None if there is none."""
        return next((each.account for each in self._table.values()), None)

    def enable(self, caller: Caller, account: str) -> None:
        """Make a member account the IPAM account, in place of another one. Raises UnauthorizedOperation,
        InvalidParameterValue."""
        manager = self._check_manager(caller)
        if account == manager:
            raise AwsError(
                "InvalidParameterValue",
                f"{account} is the management account of the organization; the IPAM account is another one.",
            )
        if not self._organization.joins(manager, account):
            raise AwsError("InvalidParameterValue", f"{account} is no account of the organization.")
        self._table.put("account", Delegation(account))

    def disable(self, caller: Caller, account: str) -> None:
        """Let every IPAM see its own account only. Raises as `enable` does."""
        self._check_manager(caller)
        if account != self.account:
            raise AwsError(
                "InvalidParameterValue", f"{account} is not the IPAM account, which is {self.account}."
            )
        self._table.remove("account")

    def watched_by(self, account: str) -> tuple[str, ...]:
        """The accounts that the IPAMs of `account` monitor."""
        return self._organization.colleagues(account) if account == self.account else (account,)

    def _check_manager(self, caller: Caller) -> str:
        manager = self._organization.management_account
        if manager is None or caller.account != manager:
            raise AwsError(
                "UnauthorizedOperation",
                f"Only the management account of an organization may name its IPAM account, not "
                f"{caller.account}"
                + (f": here it is {manager}." if manager else ", which is in no organization."),
            )
        return manager
