"""What a range is refused for at once, before its paperwork (EC2 User Guide, BYOIP requirements)."""

from __future__ import annotations

from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.book import Book
from lab.clouds.aws.byoip.range import GONE
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError

MOST_RANGES: Final = 5
"""Ranges of an account in a Region, IPv4 and IPv6 together. Those of IPAM have a quota of their own."""


def check_available(basics: Basics, caller: Caller) -> None:
    """Raises AwsError UnsupportedOperation in a region where ranges cannot be brought."""
    if caller.region not in basics.settings.regions:
        raise AwsError(
            "UnsupportedOperation",
            f"BYOIP is not available in {caller.region}; it is in {', '.join(basics.settings.regions)}",
        )


def check_border_group(caller: Caller, border_group: str | None) -> None:
    """Raises AwsError InvalidParameterValue for a network border group other than the region itself."""
    if border_group not in (None, caller.region):
        raise AwsError(
            "InvalidParameterValue",
            f"The network border group '{border_group}' is not available; the only one in this Region is "
            f"{caller.region}",
        )


def check_single_region(multi_region: bool) -> None:
    """Raises AwsError UnsupportedOperation where a range is asked for in several regions at a time."""
    if multi_region:
        raise AwsError(
            "UnsupportedOperation",
            "MultiRegion is not available: bring each range to one Region at a time, or leave it out",
        )


def check_limit(book: Book, caller: Caller) -> None:
    """Raises AwsError ByoipCidrLimitExceeded for the sixth range of an account in a region."""
    own = [
        record
        for record in book.all()
        if (record.account, record.region) == (caller.account, caller.region)
        and record.state not in GONE
        and not record.ipam_pool_id
    ]
    if len(own) >= MOST_RANGES:
        raise AwsError(
            "ByoipCidrLimitExceeded",
            f"Account {caller.account} has {len(own)} ranges in {caller.region}, the most it can bring there "
            f"(IPv4 and IPv6 together): {', '.join(str(record.prefix) for record in own)}",
        )


def check_free(book: Book, caller: Caller, prefix: Prefix) -> None:
    """Raises AwsError if any address of `prefix` has been brought already, by whomever and to wherever, or is
    being brought by the caller."""
    if taken := book.of_another(caller.account, prefix):
        raise AwsError("InvalidParameterValue", taken)
    own = [record for record in book.overlapping(prefix) if record.account == caller.account]
    for record in own:
        if record.prefix == prefix and record.region == caller.region:
            raise AwsError(
                "IncorrectState",
                f"The range {prefix} is in state {record.state.value} already; only one that "
                "failed or has left can be provisioned again",
            )
        where = "" if record.region == caller.region else "; a range can be in one Region at a time"
        raise AwsError(
            "InvalidParameterValue",
            f"{prefix} overlaps the range {record.prefix} that this account has in {record.region}{where}; "
            f"deprovision {record.prefix} first",
        )


def check_unreserved(reserved: str) -> None:
    """Raises AwsError InvalidParameterValue, with `reserved` as its text, unless that is ""."""
    if reserved:
        raise AwsError("InvalidParameterValue", reserved)
