"""What is kept of people and tokens: the secrets that were made for them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MemberSecret:
    """`id` is 32 hexadecimal digits; `api_key` is the Global API Key, 37 of them. No `repr` shows it."""

    name: str
    id: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenSecret:
    """`id` is 32 hexadecimal digits; `secret` has 40 characters, and no `repr` shows it."""

    name: str
    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one puts into the environment to be somebody: an API key with its address, or a token, or both."""

    account_id: str
    email: str | None = None
    api_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
