"""The accounts of a lab with their members and tokens, who a request is from, and what contracts cover."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import EVERYTHING, ROLES, Permission
from lab.clouds.cloudflare.identity.records import Credentials as Credentials
from lab.clouds.cloudflare.identity.records import MemberSecret, TokenSecret
from lab.clouds.cloudflare.prefixes.contracts import check_contract
from lab.topology.cloudflare_section import Account, Entitlement, Member, Token
from lab.topology.cloudflare_vocabulary import Role

SUPER_ADMINISTRATOR: Final = Role.SUPER_ADMINISTRATOR.value

_KEY_DIGITS: Final = 37
_TOKEN_CHARACTERS: Final = 40


class Identity:
    """Accounts, members and tokens as the lab's file has them.

    Keys and tokens are random, made once and kept with the state; what somebody may do is what the file says
    now, and who is no longer in it is nobody.
    """

    def __init__(self, basics: Basics) -> None:
        settings = basics.settings
        self._accounts = {account.id: account for account in settings.accounts.values()}
        self._ids = {name: account.id for name, account in settings.accounts.items()}
        self._members = _members(settings.accounts.values(), settings.members)
        self._tokens = _tokens(settings.accounts.values(), settings.tokens)
        self._basics = basics
        self._keys = basics.state.table("cloudflare_members", MemberSecret)
        self._secrets = basics.state.table("cloudflare_tokens", TokenSecret)
        self._make_what_is_missing()

    def _make_what_is_missing(self) -> None:
        ids = self._basics.ids
        for name in self._members:
            if name not in self._keys:
                key = secrets.token_hex(_KEY_DIGITS)[:_KEY_DIGITS]
                self._keys.put(name, MemberSecret(name, ids.new(), key))
        for name in self._tokens:
            if name not in self._secrets:
                secret = secrets.token_urlsafe(_TOKEN_CHARACTERS)[:_TOKEN_CHARACTERS]
                self._secrets.put(name, TokenSecret(name, ids.new(), secret))

    def accounts(self) -> tuple[Account, ...]:
        """The accounts of the file, in its order."""
        return tuple(self._accounts.values())

    def has_account(self, account_id: str) -> bool:
        """Whether there is an account with this ID."""
        return account_id in self._accounts

    def account(self, account_id: str) -> Account:
        """The account with this ID. Raises KeyError if the file has none."""
        return self._accounts[account_id]

    def require(self, account_id: str, entitlement: Entitlement) -> None:
        """Raises CloudflareError (403) unless the account's contract covers this."""
        check_contract(self._basics.settings, account_id, entitlement)

    def by_key(self, email: str, api_key: str) -> Caller | None:
        """The member with this address and Global API Key; None if there is none. Takes the same time for
        every wrong key."""
        found = None
        for member in self._members.values():
            if _same(self._keys[member.name].api_key, api_key) and member.email.lower() == email.lower():
                found = member
        if found is None:
            return None
        return Caller(found.email, self._ids[found.account], ROLES[found.role])

    def by_token(self, secret: str) -> Caller | None:
        """The token with this value; None if there is none. Takes the same time for every wrong one."""
        found = None
        for token in self._tokens.values():
            if _same(self._secrets[token.name].secret, secret):
                found = token
        if found is None:
            return None
        permissions = frozenset(Permission(word) for word in found.permissions)
        return Caller(found.name, self._ids[found.account], permissions)

    def credentials(self, name: str) -> Credentials:
        """Those of an account (its super administrator's, and its token with every permission), a member or a
        token. Raises KeyError if the file has none of this name."""
        if name in self._ids:
            own = self.credentials(token_name(name))
            return replace(self._of_member(self._members[name]), token=own.token)
        if name in self._members:
            return self._of_member(self._members[name])
        token = self._tokens[name]
        return Credentials(self._ids[token.account], token=self._secrets[name].secret)

    def names(self) -> tuple[str, ...]:
        """Whoever `credentials` knows: accounts and members, then tokens."""
        return tuple(self._members) + tuple(self._tokens)

    def member_id(self, caller: Caller) -> str | None:
        """The ID of the member who calls; None if a token does."""
        for member in self._members.values():
            if (member.email, self._ids[member.account]) == (caller.name, caller.account):
                return self._keys[member.name].id
        return None

    def token_id(self, caller: Caller) -> str | None:
        """The ID of the token that calls; None if a member does."""
        return self._secrets[caller.name].id if caller.name in self._tokens else None

    def _of_member(self, member: Member) -> Credentials:
        return Credentials(self._ids[member.account], member.email, self._keys[member.name].api_key)


def token_name(account: str) -> str:
    """The name of the token that may do everything in an account, by the account's name."""
    return f"{account}-token"


def _members(accounts: Iterable[Account], others: Iterable[Member]) -> dict[str, Member]:
    own = {
        account.name: Member(account.name, f"admin@{account.name}.example", account.name, SUPER_ADMINISTRATOR)
        for account in accounts
    }
    return own | {member.name: member for member in others}


def _tokens(accounts: Iterable[Account], others: Iterable[Token]) -> dict[str, Token]:
    everything = tuple(permission.value for permission in EVERYTHING)
    own = {
        token_name(account.name): Token(token_name(account.name), account.name, everything)
        for account in accounts
    }
    return own | {token.name: token for token in others}


def _same(secret: str, other: str) -> bool:
    return hmac.compare_digest(secret.encode(), other.encode("utf-8", "replace"))
