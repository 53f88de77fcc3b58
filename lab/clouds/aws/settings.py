"""What a lab's file says of its AWS: accounts, regions, delays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.bgp.prefix import Prefix


@dataclass(frozen=True, slots=True)
class Delays:
    """How long AWS takes, in seconds of the lab's calendar. Its documents say at most three weeks for
    `provision` and a day for `deprovision`."""

    provision: float = 3600.0
    deprovision: float = 600.0
    advertise: float = 30.0
    withdraw: float = 30.0
    ipam: float = 5.0
    """IPAMs, pools and allocations: create, modify, delete."""


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """`accounts` are names by account ID. All of them are in one organization if `organization`.

    `regions` are those in which the lab has AWS speakers: BYOIP is available there.
    """

    accounts: Mapping[str, str] = field(default_factory=lambda: {"123456789012": "lab"})
    regions: tuple[str, ...] = ("us-east-1",)
    organization: bool = True
    delays: Delays = Delays()
    poor_reputation: tuple[Prefix, ...] = ()
    """Addresses known for abuse: a range that contains one is rejected."""
    amazon_prefixes: tuple[Prefix, ...] = ()
    """What AWS itself holds: Elastic IPs and VPC blocks of Amazon's own come from it."""
