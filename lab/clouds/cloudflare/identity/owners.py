"""Whether everything that a state has kept still has an owner in the lab's file."""

from __future__ import annotations

from collections.abc import Iterable

from lab.clouds.cloudflare.identity.accounts import Identity
from lab.state.errors import StateError


def check_owners(identity: Identity, kept: Iterable[tuple[str, str]]) -> None:
    """`kept` names what there is, such as `the prefix 203.0.113.0/24`, each with the ID of its account.

    Raises StateError for what is of an account that the file has not (any more): a prefix would stay
    advertised, or a zone be answered for, and nobody could change it.
    """
    for what, account_id in kept:
        if not identity.has_account(account_id):
            known = ", ".join(f"{account.name} ({account.id})" for account in identity.accounts())
            raise StateError(
                f"the state has {what} of the Cloudflare account {account_id}, which the lab's file does not "
                f"have; it has {known}. Give the account that ID again, or begin with another state"
            )
