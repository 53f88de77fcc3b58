"""Who calls, and which account that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.operation import Answer, Asked, Paged, operation
from lab.clouds.cloudflare.operations.listing import DIRECTIONS, one_of
from lab.topology.cloudflare_section import Account, Entitlement

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

_NO_TOKEN: Final = 1000
_NO_USER: Final = 9109


@operation("GET", "/user/tokens/verify")
def verify_token(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Verify Token."""
    return _verified(cloud, caller)


@operation("GET", "/accounts/{account_id}/tokens/verify")
def verify_account_token(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Verify Account Token."""
    return _verified(cloud, caller)


def _verified(cloud: Cloudflare, caller: Caller) -> Answer:
    token = cloud.identity.token_id(caller)
    if token is None:
        raise CloudflareError(
            400,
            _NO_TOKEN,
            "There is no API token to verify: the request came with an e-mail address and API key. The SDK "
            "sends those wherever they are set, and a token only without them: unset CLOUDFLARE_EMAIL and "
            "CLOUDFLARE_API_KEY",
        )
    return Answer({"id": token, "status": "active"})


@operation("GET", "/user")
def user_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """User Details."""
    member = cloud.identity.member_id(caller)
    if member is None:
        raise CloudflareError(
            403,
            _NO_USER,
            "Valid user-level authentication not found: the tokens of the lab belong to accounts; use an "
            "e-mail address and its API key",
        )
    return Answer({"id": member, "email": caller.name, "suspended": False})


@operation("GET", "/accounts", query=("name", "direction"))
def list_accounts(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Accounts."""
    account = cloud.identity.account(caller.account)
    one_of(asked.query, "direction", DIRECTIONS, DIRECTIONS[0])
    wanted = asked.query.get("name", account.name)
    return Paged([_shown(account)] if wanted == account.name else [])


@operation("GET", "/accounts/{account_id}")
def account_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Account Details."""
    return Answer(_shown(cloud.identity.account(asked.path["account_id"])))


def _shown(account: Account) -> dict[str, Any]:
    enterprise = Entitlement.BYOIP in account.entitlements
    return {
        "id": account.id,
        "name": account.name,
        "type": "enterprise" if enterprise else "standard",
        "settings": {"enforce_twofactor": False},
    }
