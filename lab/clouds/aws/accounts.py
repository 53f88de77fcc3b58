"""The accounts of a lab and the keys that sign for them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from lab.clouds.aws.basics import Basics

_KEY_ID_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class Account:
    """`id` is twelve digits. The keys are random for each lab, and never shown in full by a `repr`."""

    id: str
    name: str
    access_key: str
    secret_key: str = field(repr=False)


class Accounts:
    """The accounts of the lab's file. Their keys are made once and kept with the state."""

    def __init__(self, basics: Basics) -> None:
        self._table = basics.state.table("aws_accounts", Account)
        self._ids = tuple(basics.settings.accounts)
        for number, name in basics.settings.accounts.items():
            known = self._table.get(number)
            if known is None:
                access_key = "AKIA" + "".join(secrets.choice(_KEY_ID_LETTERS) for _ in range(16))
                self._table.put(number, Account(number, name, access_key, secrets.token_urlsafe(30)))
            elif known.name != name:
                self._table.put(number, Account(number, name, known.access_key, known.secret_key))

    def all(self) -> tuple[Account, ...]:
        """The accounts of the file, in its order."""
        return tuple(self._table[number] for number in self._ids)

    def by_id(self, number: str) -> Account:
        """The account with this ID. Raises KeyError if the file has none."""
        if number not in self._ids:
            raise KeyError(number)
        return self._table[number]

    def by_access_key(self, access_key: str) -> Account | None:
        """The account whose key this is."""
        return next((account for account in self.all() if account.access_key == access_key), None)
