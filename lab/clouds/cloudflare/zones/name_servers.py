"""The name servers of each account: a pair of its own, as Cloudflare draws one for each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from lab.clouds.cloudflare.basics import Basics
from lab.dns.names import around

DOMAIN: Final = "ns.cloudflare.com"
_PAIR: Final = 2
_NAMES: Final = (
    "ada", "alice", "anna", "beth", "bob", "carl", "chloe", "dan", "dora", "ed", "elsa", "eva", "finn",
    "fred", "gina", "greg", "hans", "ines", "ivan", "jack", "jean", "kate", "karl", "lara", "leo", "lily",
    "max", "mia", "nina", "noah", "olga", "otto", "paul", "pia", "quinn", "rita", "rob", "sara", "sven",
    "tara", "tim", "uma", "vera", "walt", "yara", "zoe",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountServers:
    """`names` serve the zones of the account with this ID, and nobody else's."""

    account: str
    names: tuple[str, ...]


class NameServers:
    """By account. No name is of two accounts: to whom a zone is delegated tells whose zone is meant, however
    many accounts have one of that name."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._table = basics.state.table("cloudflare_name_servers", AccountServers)
        for account in basics.settings.accounts.values():
            if account.id not in self._table:
                self._table.put(account.id, AccountServers(account.id, self._drawn(account.id)))

    def of(self, account: str) -> tuple[str, ...]:
        """The name servers of the account with this ID. Raises KeyError if there is none."""
        return self._table[account].names

    def serves(self, account: str, zone: str) -> bool:
        """Whether a RIR sends those who ask for this reverse zone to a server of the account.

        On the way down the first delegation counts, of the zone itself or of one around it.
        """
        found = (self._basics.world.reverse_servers(each) for each in reversed(list(around(zone))))
        return not set(self.of(account)).isdisjoint(next(filter(None, found), ()))

    def _drawn(self, account: str) -> tuple[str, ...]:
        taken = {name for servers in self._table.values() for name in servers.names}
        free: list[str] = []
        series = 1
        while len(free) < _PAIR:
            number = "" if series == 1 else str(series)
            free += [name for each in _NAMES if (name := f"{each}{number}.{DOMAIN}") not in taken]
            series += 1
        chance = random.Random(f"{self._basics.settings.seed} name servers {account}")
        return tuple(sorted(chance.sample(free, _PAIR)))
