"""Delegations: letting another account use addresses of a prefix."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.cidrs import check_inside
from lab.clouds.cloudflare.prefixes.contracts import account_with
from lab.clouds.cloudflare.prefixes.limits import MOST_DELEGATIONS, check_room
from lab.clouds.cloudflare.prefixes.noting import note
from lab.clouds.cloudflare.prefixes.prefixes import Prefixes
from lab.clouds.cloudflare.prefixes.record import PrefixRecord


@dataclass(frozen=True, slots=True)
class Delegation:
    """The account `delegated_account` may use `cidr`, which is inside a prefix of another account. Times are
    UNIX seconds of the calendar."""

    id: str
    prefix_id: str
    cidr: Prefix
    delegated_account: str
    created: float
    modified: float


class Delegations:
    """The delegations of all prefixes, by ID."""

    def __init__(self, basics: Basics, prefixes: Prefixes) -> None:
        self._basics = basics
        self._prefixes = prefixes
        self._table = basics.state.table("cloudflare_delegations", Delegation)

    def of(self, record: PrefixRecord) -> list[Delegation]:
        """The delegations of a prefix."""
        return [found for found in self._table.values() if found.prefix_id == record.id]

    def get(self, record: PrefixRecord, delegation_id: str) -> Delegation:
        """The prefix's delegation with this ID. Raises CloudflareError."""
        found = self._table.get(delegation_id)
        if found is None or found.prefix_id != record.id:
            raise CloudflareError(
                404,
                codes.NOT_FOUND,
                f"The prefix {record.prefix} has no delegation with the ID {delegation_id[:64]}",
            )
        return found

    def create(self, record: PrefixRecord, cidr: Prefix, account_id: str) -> Delegation:
        """Let an account use `cidr`, from when the prefix is approved. Raises CloudflareError for addresses
        that are not in the prefix, for its own account, for one that is not there, and for the same again."""
        check_inside(cidr, record)
        self._check_account(record, account_id)
        others = self.of(record)
        for known in others:
            if (known.cidr, known.delegated_account) == (cidr, account_id):
                raise CloudflareError(
                    409,
                    codes.DELEGATION,
                    f"{cidr} is delegated to account {account_id} already (ID {known.id})",
                )
        check_room(len(others), MOST_DELEGATIONS, f"The prefix {record.prefix}", "delegations")
        now = self._basics.world.now()
        found = Delegation(self._basics.ids.new(), record.id, cidr, account_id, now, now)
        self._table.put(found.id, found)
        note(
            self._basics,
            cidr,
            record.account,
            "delegation",
            "",
            account_id,
            f"account {account_id} may use it",
        )
        return found

    def _check_account(self, record: PrefixRecord, account_id: str) -> None:
        if account_id == record.account:
            reason = f"the prefix {record.prefix} is this account's own"
        elif account_with(self._basics.settings, account_id) is None:
            reason = "there is no such account"
        else:
            return
        raise CloudflareError(
            400,
            codes.DELEGATION,
            f"Nothing can be delegated to account {account_id[:64]!r}: {reason}; expected the ID of another "
            "account",
            "/delegated_account_id",
        )

    def delete(self, delegation: Delegation) -> None:
        """Take a delegation back. What the other account has made of the addresses stays, without effect."""
        self._table.remove(delegation.id)
        record = self._prefixes.find(delegation.prefix_id)
        if record is not None:
            text = f"account {delegation.delegated_account} may not use it any longer"
            account = delegation.delegated_account
            note(self._basics, delegation.cidr, record.account, "delegation", account, "", text)

    def delete_all(self, record: PrefixRecord) -> None:
        """Take every delegation of a prefix back."""
        for found in self.of(record):
            self.delete(found)

    def is_delegated(self, record: PrefixRecord, account_id: str) -> bool:
        """Whether an account may use any of a prefix."""
        return any(found.delegated_account == account_id for found in self.of(record))

    def usable_prefix(self, account_id: str, addresses: Prefix | Address) -> PrefixRecord | None:
        """The approved prefix that has these addresses, if the account may use all of them: as its owner, or
        by a delegation."""
        wanted = addresses.host if isinstance(addresses, Address) else addresses
        record = self._prefixes.covering(wanted)
        if record is None or not record.is_approved:
            return None
        if record.account == account_id:
            return record
        delegated = any(
            found.delegated_account == account_id and found.cidr.covers(wanted) for found in self.of(record)
        )
        return record if delegated else None

    def may_use(self, account_id: str, addresses: Prefix | Address) -> bool:
        """Whether an account may use these addresses with its services."""
        return self.usable_prefix(account_id, addresses) is not None
