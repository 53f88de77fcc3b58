"""Client tokens: the same request sent twice is carried out once (EC2 API, "Ensuring idempotency")."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Parameters


@dataclass(frozen=True, slots=True)
class UsedToken:
    """What a client token was used for: a digest of the request, and the ID or ARN that came of it."""

    digest: str
    result: str


class ClientTokens:
    """The client tokens of all accounts, by operation. `table` names the table they are kept in."""

    def __init__(self, basics: Basics, table: str) -> None:
        self._table = basics.state.table(table, UsedToken)

    def once(self, caller: Caller, operation: str, asked: Parameters, act: Callable[[], str]) -> str:
        """Do `act`, whose result is an ID or ARN, unless its token says that it was done; that result in any
        case.

        Raises IdempotentParameterMismatch (for RAM, whose members begin in lower case,
        IdempotentParameterMismatchException) for a token that was used with other parameters.
        """
        token = asked.get("ClientToken") or asked.get("clientToken")
        if not token:
            return act()
        key = f"{caller.account} {caller.region} {operation} {token}"
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
        used = self._table.get(key)
        if used is None:
            used = self._table.put(key, UsedToken(digest, act()))
        elif used.digest != digest:
            raise AwsError(
                "IdempotentParameterMismatch" + ("Exception" if "clientToken" in asked else ""),
                f"The client token '{token}' was used for {operation} with other parameters; send a new one.",
            )
        return used.result
