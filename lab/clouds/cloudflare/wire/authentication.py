"""Who a request is from: an API token, or an e-mail address with its Global API Key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.wire.refusals import (
    BAD_AUTHORIZATION_FORMAT,
    BAD_EMAIL_FORMAT,
    BAD_KEY_FORMAT,
    BAD_TOKEN,
    NO_CREDENTIALS,
    UNKNOWN_KEY,
    UNKNOWN_TOKEN,
    RefusedError,
    Trouble,
    bad_headers,
)
from lab.http.messages import HttpRequest

if TYPE_CHECKING:
    from lab.clouds.cloudflare.identity.accounts import Identity

_KEY: Final = re.compile(r"[0-9a-f]{37}")
_EMAIL: Final = re.compile(r"[^@\s,]{1,128}@[^@\s,]{1,128}")
_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,200})", re.IGNORECASE)


def is_verifying(request: HttpRequest) -> bool:
    """Whether a request asks whether its token is good, which is answered in words of its own."""
    return request.path.endswith("/tokens/verify")


def authenticate(identity: Identity, headers: Mapping[str, str], *, is_verifying: bool = False) -> Caller:
    """The member or the token that sent these headers. Where a token is there, it alone counts.

    Raises RefusedError where there is nobody, in the words of Cloudflare.
    """
    authorization = headers.get("authorization")
    if authorization is not None:
        return _token(identity, authorization, is_verifying)
    email, key = headers.get("x-auth-email"), headers.get("x-auth-key")
    if email is None or key is None:
        raise RefusedError(
            400, Trouble(NO_CREDENTIALS, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
        )
    return _member(identity, email.strip(), key.strip())


def _token(identity: Identity, authorization: str, is_verifying: bool) -> Caller:
    match = _BEARER.fullmatch(authorization.strip())
    if match is None:
        raise bad_headers(Trouble(BAD_AUTHORIZATION_FORMAT, "Invalid format for Authorization header"))
    caller = identity.by_token(match[1])
    if caller is None and is_verifying:
        raise RefusedError(401, Trouble(UNKNOWN_TOKEN, "Invalid API Token"))
    if caller is None:
        raise RefusedError(403, Trouble(BAD_TOKEN, "Invalid access token"))
    return caller


def _member(identity: Identity, email: str, key: str) -> Caller:
    wrong = []
    if not _EMAIL.fullmatch(email):
        wrong.append(Trouble(BAD_EMAIL_FORMAT, "Invalid format for X-Auth-Email header"))
    if not _KEY.fullmatch(key):
        wrong.append(Trouble(BAD_KEY_FORMAT, "Invalid format for X-Auth-Key header"))
    if wrong:
        raise bad_headers(*wrong)
    caller = identity.by_key(email, key)
    if caller is None:
        raise RefusedError(403, Trouble(UNKNOWN_KEY, "Unknown X-Auth-Key or X-Auth-Email"))
    return caller
