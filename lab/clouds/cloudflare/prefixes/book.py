"""The prefixes of all accounts, and looking them up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.topology.problems import suggestion


class Book:
    """One record for each prefix, by its ID."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._table = basics.state.table("cloudflare_prefixes", PrefixRecord)

    def all(self) -> list[PrefixRecord]:
        """Every prefix of every account, in the order in which they were added."""
        return list(self._table.values())

    def of(self, account: str) -> list[PrefixRecord]:
        """The prefixes of the account with this ID."""
        return [record for record in self._table.values() if record.account == account]

    def find(self, prefix_id: str) -> PrefixRecord | None:
        """The prefix with this ID, of any account."""
        return self._table.get(prefix_id)

    def get(self, account: str, prefix_id: str) -> PrefixRecord:
        """The account's prefix with this ID. Raises CloudflareError, for another account's, too."""
        record = self._table.get(prefix_id)
        if record is not None and record.account == account:
            return record
        own = {str(known.prefix): known.id for known in self.of(account)}
        hint = suggestion(prefix_id, own.values(), "its prefixes are")
        if prefix_id in own:
            hint = f"that is a CIDR; its ID is {own[prefix_id]}"
        message = f"The account has no prefix with the ID {prefix_id[:64]}"
        raise CloudflareError(404, codes.NOT_FOUND, f"{message}; {hint}" if hint else message)

    def covering(self, addresses: Prefix | Address) -> PrefixRecord | None:
        """The prefix that has these addresses, of any account; an approved one before a pending one."""
        wanted = addresses.host if isinstance(addresses, Address) else addresses
        found = [record for record in self._table.values() if record.prefix.covers(wanted)]
        return max(found, key=lambda record: (record.is_approved, record.prefix.length), default=None)

    def overlapping(self, prefix: Prefix) -> list[PrefixRecord]:
        """The prefixes that share addresses with `prefix`, of any account."""
        return [
            record
            for record in self._table.values()
            if record.prefix.covers(prefix) or prefix.covers(record.prefix)
        ]

    def put(self, record: PrefixRecord) -> PrefixRecord:
        """Keep a new prefix, or one that has changed."""
        return self._table.put(record.id, record)

    def amend(self, record: PrefixRecord, **changes: Any) -> PrefixRecord:
        """Change a prefix, now."""
        return self.put(replace(record, modified=self._basics.world.now(), **changes))

    def remove(self, record: PrefixRecord) -> None:
        """Forget a prefix."""
        self._table.remove(record.id)
