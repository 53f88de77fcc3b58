"""The ranges that accounts bring to AWS: provisioned, advertised, withdrawn and deprovisioned."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip import admission
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.byoip.book import Book
from lab.clouds.aws.byoip.holdings import Holdings
from lab.clouds.aws.byoip.progress import Progress
from lab.clouds.aws.byoip.range import ANNOUNCED, ByoipCidr, RangeState
from lab.clouds.aws.byoip.roa_rules import announced_elsewhere
from lab.clouds.aws.byoip.sizes import check_size
from lab.clouds.aws.byoip.state_rules import check_may_leave, check_may_move, check_state
from lab.clouds.aws.byoip.throttle import Throttle
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.tags import Tags


class Ranges:
    """All ranges of all accounts.

    Calls answer at once and the rest happens on the lab's calendar: `pending-provision` ends after
    `delays.provision`, when the paperwork is judged as it is then (and never again: a ROA that goes away
    later makes the route invalid, but does not withdraw it); `pending-advertising` after `delays.advertise`,
    and with `advertised` the announcement begins; `pending-withdrawal` after `delays.withdraw`, and the
    announcement ends with it; `pending-deprovision` after `delays.deprovision`.

    What a call returns is what AWS's documents show: `advertise` and `withdraw` the range as it was before
    the call, except that `advertise` of a range of IPAM has it `advertised` at once.
    """

    def __init__(
        self, basics: Basics, tags: Tags, ipv4_pools: PublicIpv4Pools, ipv6_pools: Ipv6Pools
    ) -> None:
        self._basics = basics
        self._book = Book(basics)
        self._throttle = Throttle(basics)
        self._holdings = Holdings(tags, ipv4_pools, ipv6_pools)
        self._progress = Progress(basics, self._book, self._holdings, self._reserved)
        self.reservations: list[Callable[[Prefix], str | None]] = []
        """Asked before a range is brought: who else holds addresses of it, as text for people."""

    def provision(
        self,
        caller: Caller,
        prefix: Prefix,
        authorization: Authorization | None,
        *,
        advertisable: bool = True,
        description: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> ByoipCidr:
        """Bring a range, or try it again after `failed-provision`. `tags` are for the pool.

        Raises AwsError for a region without BYOIP, no authorization context, a wrong size, a sixth range, or
        addresses that have been brought already. What else may be missing shows in `failed-provision`.
        """
        admission.check_available(self._basics, caller)
        check_size(prefix, advertisable=advertisable)
        if authorization is None:
            raise AwsError(
                "InvalidParameterCombination",
                f"The request must contain a CIDR authorization context: {prefix} is a range of your own",
            )
        admission.check_free(self._book, caller, prefix)
        admission.check_unreserved(self._reserved(prefix))
        admission.check_limit(self._book, caller)
        now = self._basics.world.now()
        record = ByoipCidr(
            prefix,
            caller.account,
            caller.region,
            RangeState.PENDING_PROVISION,
            since=now,
            advertisable=advertisable,
            description=description,
            authorization=authorization,
            pool_tags=dict(tags or {}),
            due=now + self._basics.settings.delays.provision,
        )
        return self._book.add(record, f"account {caller.account} brings it to {caller.region}")

    def advertise(self, caller: Caller, prefix: Prefix, *, asn: str | None = None) -> ByoipCidr:
        """Have a provisioned range announced. `asn` would be an ASN of one's own, of which there are none.

        Raises AwsError: RequestLimitExceeded within 10 seconds of the last call, InvalidParameterValue for
        anything but the exact range, IncorrectState unless it is provisioned.
        """
        self._throttle.admit(caller, "AdvertiseByoipCidr")
        record = self._book.asked_for(caller, prefix)
        if asn is not None:
            raise AwsError(
                "InvalidParameterValue",
                f"AS{asn.removeprefix('AS')} is not associated with {prefix}: without BYOASN, "
                "leave Asn out and Amazon originates the range",
            )
        check_state(record, RangeState.PROVISIONED, "advertised")
        others = announced_elsewhere(self._basics.world.routes(prefix), prefix, record.region)
        why = "; ".join([f"account {caller.account} advertises it", *others])
        if record.ipam_pool_id:
            return self._book.move(record, RangeState.ADVERTISED, why)
        due = self._basics.world.now() + self._basics.settings.delays.advertise
        self._book.move(record, RangeState.PENDING_ADVERTISING, why, due=due)
        return record

    def withdraw(self, caller: Caller, prefix: Prefix) -> ByoipCidr:
        """Have an advertised range announced no longer. Raises AwsError as `advertise` does."""
        self._throttle.admit(caller, "WithdrawByoipCidr")
        record = self._book.asked_for(caller, prefix)
        check_state(record, RangeState.ADVERTISED, "withdrawn")
        due = self._basics.world.now() + self._basics.settings.delays.withdraw
        why = f"account {caller.account} withdraws it"
        self._book.move(record, RangeState.PENDING_WITHDRAWAL, why, due=due)
        return record

    def deprovision(self, caller: Caller, prefix: Prefix) -> ByoipCidr:
        """Take a range away from AWS; it fails later if addresses of its pool are still in use.

        Raises AwsError: InvalidParameterValue for anything but the whole range, IncorrectState while it is
        advertised or something is pending, and for a range of IPAM.
        """
        record = self._book.asked_for(caller, prefix)
        if record.ipam_pool_id:
            raise AwsError(
                "IncorrectState",
                f"The range {prefix} is managed by IPAM: deprovision it from {record.ipam_pool_id}",
            )
        check_may_leave(record)
        due = self._basics.world.now() + self._basics.settings.delays.deprovision
        why = f"account {caller.account} deprovisions it"
        return self._book.move(record, RangeState.PENDING_DEPROVISION, why, due=due)

    def all(self) -> list[ByoipCidr]:
        """Every range of every account and region; deprovisioned ones for another day."""
        return self._book.all()

    def describe(self, caller: Caller) -> list[ByoipCidr]:
        """The caller's ranges in its region; deprovisioned ones for another day."""
        return [
            record
            for record in self._book.all()
            if (record.account, record.region) == (caller.account, caller.region)
        ]

    def find(self, account: str, prefix: Prefix) -> ByoipCidr | None:
        """What `account` has under exactly `prefix`, in any region and state."""
        return self._book.find(account, prefix)

    def covering(self, prefix: Prefix) -> ByoipCidr | None:
        """The range that `prefix` belongs to, whoever brought it, or tried last."""
        return self._book.covering(prefix)

    def overlapping(self, prefix: Prefix) -> list[ByoipCidr]:
        """The ranges at AWS that share addresses with `prefix`, of any account and region."""
        return self._book.overlapping(prefix)

    def originations(self) -> frozenset[tuple[str, Prefix]]:
        """What is announced now: region and range."""
        return frozenset(
            (record.region, record.prefix) for record in self._book.all() if record.state in ANNOUNCED
        )

    def register(
        self, account: str, region: str, prefix: Prefix, *, ipam_pool_id: str, advertisable: bool
    ) -> ByoipCidr:
        """Let a CIDR of a regional IPAM pool, whose paperwork IPAM has checked, be advertised.

        Raises AwsError InvalidParameterValue if addresses of it have been brought already.
        """
        admission.check_free(self._book, Caller(account, region), prefix)
        record = ByoipCidr(
            prefix,
            account,
            region,
            RangeState.PROVISIONED if advertisable else RangeState.NOT_ADVERTISABLE,
            since=self._basics.world.now(),
            advertisable=advertisable,
            status_message=ipam_pool_id,
            ipam_pool_id=ipam_pool_id,
        )
        return self._book.add(record, f"provisioned to {ipam_pool_id}")

    def unregister(self, account: str, prefix: Prefix) -> None:
        """Forget a range of IPAM; one that is not there does not matter. What is in use of it, IPAM knows.

        Raises AwsError IncorrectState while it is advertised.
        """
        record = self._book.find(account, prefix)
        if record is None:
            return
        check_may_leave(record)
        self._book.drop(record, f"deprovisioned from {record.ipam_pool_id}")

    def hand_over(self, account: str, prefix: Prefix, ipam_pool_id: str) -> ByoipCidr:
        """Let IPAM manage a range and its address pool from now on: state and announcement stay as they are.

        Raises AwsError InvalidParameterValue if there is none, IncorrectState unless it is provisioned or
        advertised.
        """
        record = self._book.find(account, prefix)
        if record is None:
            raise AwsError("InvalidParameterValue", f"Account {account} has not provisioned {prefix}")
        check_may_move(record)
        return self._book.amend(record, ipam_pool_id=ipam_pool_id, pool_id="")

    def next_due(self) -> float | None:
        """When the first pending state ends, in UNIX seconds of the calendar."""
        return self._book.next_due()

    def work(self, now: float) -> None:
        """End all pending states that are due at or before `now`."""
        for record in self._book.due(now):
            self._progress.step(record)

    def _reserved(self, prefix: Prefix) -> str:
        holders = filter(None, (reserved(prefix) for reserved in self.reservations))
        return next((f"Addresses of {prefix} have been brought already: {each}" for each in holders), "")
