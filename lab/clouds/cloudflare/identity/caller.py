"""Who calls an operation."""

from __future__ import annotations

from dataclasses import dataclass

from lab.clouds.cloudflare.identity.permissions import Permission


@dataclass(frozen=True, slots=True)
class Caller:
    """A member or a token. `name` is for people and logs; `account` is the ID of the one account it is of."""

    name: str
    account: str
    permissions: frozenset[Permission]

    def may(self, *any_of: Permission) -> bool:
        """Whether one of these permissions is held."""
        return not self.permissions.isdisjoint(any_of)
