"""What a caller may reach: the account and the zones that are its own, with the permissions that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.operation import Operation
from lab.clouds.cloudflare.wire.refusals import NOT_ALLOWED, RefusedError, Trouble


def refuse_strangers(
    caller: Caller, path: Mapping[str, str], operation: Operation, owner_of: Callable[[str], str | None]
) -> None:
    """Raises RefusedError (403) unless the account or the zone that the path begins with is the caller's own.

    `owner_of` gives the account of a zone, or None where there is no such zone. One of another account is
    refused in the same words as one that does not exist: which there are is nobody else's business.
    """
    if operation.path.startswith("/accounts/{account_id}"):
        what, is_own = "account", path["account_id"] == caller.account
    elif operation.path.startswith("/zones/{zone_id}"):
        what, is_own = "zone", owner_of(path["zone_id"]) == caller.account
    else:
        return
    if not is_own:
        raise _not_allowed(f"{caller.name} has no {what} {path[f'{what}_id']}")


def refuse_unpermitted(caller: Caller, operation: Operation) -> None:
    """Raises RefusedError (403) unless the caller holds one of the operation's permissions."""
    if not operation.permissions or caller.may(*operation.permissions):
        return
    wanted = " or ".join(permission.value for permission in operation.permissions)
    held = ", ".join(sorted(permission.value for permission in caller.permissions)) or "none"
    raise _not_allowed(
        f"{operation.method} {operation.path} needs the permission {wanted}; {caller.name} has {held}"
    )


def _not_allowed(why: str) -> RefusedError:
    return RefusedError(403, Trouble(NOT_ALLOWED, f"Authentication error: {why}"))
