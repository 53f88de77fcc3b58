"""Who sent a request: the claim, the account's key, the region, the time and the signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.wire.calls import only_reads
from lab.clouds.aws.wire.claims import Claim
from lab.clouds.aws.wire.models import nearest, regions
from lab.clouds.aws.wire.refusals import Reason, RefusedError
from lab.clouds.aws.wire.replays import Replays
from lab.clouds.aws.wire.sigv4 import is_signed
from lab.http.messages import HttpRequest

if TYPE_CHECKING:
    from lab.clouds.aws.accounts import Accounts

_AHEAD: Final = 15 * 60


class Authenticator:
    """Holds requests against the keys of the lab's accounts. `clock` gives UNIX seconds of the wall."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._clock = clock
        self._replays = Replays()

    def caller(self, request: HttpRequest, claim: Claim) -> Caller:
        """Raises RefusedError for an unknown key or region, a wrong signature, and one that is not of now."""
        account = self._accounts.by_access_key(claim.access_key)
        if account is None:
            raise RefusedError(
                Reason.UNKNOWN_KEY,
                "AWS was not able to validate the provided access credentials: no account of the lab has "
                f"the access key {claim.access_key}; `lab aws env` prints the keys",
            )
        if claim.region not in regions():
            raise RefusedError(
                Reason.WRONG_SIGNATURE,
                f"The request is signed for the Region {claim.region}, which AWS does not have"
                + nearest(claim.region, regions()),
            )
        if not is_signed(request, claim, account.secret_key):
            raise RefusedError(
                Reason.WRONG_SIGNATURE,
                "AWS was not able to validate the provided access credentials: the signature does not match "
                f"the request; check the secret key of {claim.access_key}",
            )
        self._refuse_untimely(claim)
        return Caller(account.id, claim.region)

    def refuse_replay(self, request: HttpRequest, claim: Claim, operation: str) -> None:
        """Raises RefusedError for an operation that changes something, if the request was answered before."""
        if only_reads(operation):
            return
        sender = "/".join(
            request.headers.get(name, "")[:100] for name in ("amz-sdk-invocation-id", "amz-sdk-request")
        )
        if not self._replays.is_new(claim.signature, sender, self._clock(), claim.time + claim.lifetime):
            raise RefusedError(
                Reason.EXPIRED,
                "Request has expired: this very request was answered already; sign it again, at the earliest "
                f"a second after {claim.date}",
            )

    def _refuse_untimely(self, claim: Claim) -> None:
        age = self._clock() - claim.time
        if -_AHEAD <= age <= claim.lifetime:
            return
        raise RefusedError(
            Reason.EXPIRED,
            f"Request has expired: it was signed at {claim.date}, {abs(age):.0f} seconds "
            f"{'ago' if age > 0 else 'ahead of now'}; expected at most {claim.lifetime:.0f} seconds ago and "
            f"{_AHEAD} ahead",
        )
