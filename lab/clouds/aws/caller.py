"""Who calls an operation, and in which region."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """`account` is twelve digits; `region` is the one the request was signed for, such as `us-east-1`."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """`aws`, or `aws-us-gov` for the GovCloud regions."""
        return partition_of(self.region)


def partition_of(region: str) -> str:
    """The partition a region belongs to, as in ARNs."""
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
