"""What happens to a range by itself, when the time of a pending state is over."""

from __future__ import annotations

from collections.abc import Callable

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.book import Book
from lab.clouds.aws.byoip.holdings import Holdings
from lab.clouds.aws.byoip.paperwork import shortfalls
from lab.clouds.aws.byoip.range import ByoipCidr, RangeState
from lab.clouds.aws.byoip.roa_rules import left_behind


class Progress:
    """Ends pending states, one range at a time."""

    def __init__(
        self, basics: Basics, book: Book, holdings: Holdings, reserved: Callable[[Prefix], str]
    ) -> None:
        """`reserved` tells who else than a range holds addresses, as text for people; or ""."""
        self._basics = basics
        self._book = book
        self._holdings = holdings
        self._reserved = reserved

    def step(self, record: ByoipCidr) -> None:
        """Let what `record` waits for happen."""
        match record.state:
            case RangeState.PENDING_PROVISION:
                self._provision(record)
            case RangeState.PENDING_ADVERTISING:
                self._book.move(record, RangeState.ADVERTISED, f"announced from {record.region}")
            case RangeState.PENDING_WITHDRAWAL:
                self._book.move(record, RangeState.PROVISIONED, f"no longer announced from {record.region}")
            case RangeState.PENDING_DEPROVISION:
                self._deprovision(record)

    def _provision(self, record: ByoipCidr) -> None:
        missing = shortfalls(
            self._basics,
            record.account,
            record.region,
            record.prefix,
            record.authorization,
            record.advertisable,
        )
        # Several accounts may have asked for it; the first that proves to hold it has it.
        taken = self._book.of_another(record.account, record.prefix) or self._reserved(record.prefix)
        if missing or taken:
            text = "; ".join([*map(str, missing), *([taken] if taken else [])])
            self._book.move(record, RangeState.FAILED_PROVISION, text, status_message=text)
            return
        pool_id = self._holdings.make_pool(record)
        state = RangeState.PROVISIONED if record.advertisable else RangeState.NOT_ADVERTISABLE
        world = self._basics.world
        forgotten = left_behind(world.vrps(), world.routes(record.prefix))
        why = "; ".join([f"the paperwork is complete: pool {pool_id}", *forgotten])
        self._book.move(record, state, why, pool_id=pool_id, status_message=pool_id)

    def _deprovision(self, record: ByoipCidr) -> None:
        used = self._holdings.in_use(record)
        if used:
            text = f"Ensure that all that is allocated from {record.pool_id} has been released: {used}"
            self._book.move(record, RangeState.FAILED_DEPROVISION, text, status_message=text)
            return
        self._holdings.remove_pool(record)
        self._book.move(
            record,
            RangeState.DEPROVISIONED,
            f"{record.account} has left AWS with it",
            status_message="",
            pool_id="",
        )
