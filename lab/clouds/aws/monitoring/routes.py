"""The routes to the ranges of one's own, as IPAM watches them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.range import ANNOUNCED, GONE, ByoipCidr
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.byoip.roa_rules import amazon_asns
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import Manager
from lab.clouds.aws.monitoring.organization_admin import OrganizationAdmin
from lab.clouds.aws.monitoring.route_protection import Protection, protection


@dataclass(frozen=True, slots=True)
class RouteFinding:
    """A range, the ASN that originates it (or will), and how well that route is protected."""

    cidr: ByoipCidr
    asn: int
    protection: Protection


class Routes:
    """Answers from the lab's own RPKI and from the table of its collector, as of now."""

    def __init__(self, basics: Basics, ranges: Ranges, admin: OrganizationAdmin) -> None:
        self._world = basics.world
        self._ranges = ranges
        self._admin = admin

    def discovered(self, manager: Manager, region: str) -> list[ByoipCidr]:
        """The ranges that AWS announces from a region, of the accounts that an IPAM monitors.

        Raises InvalidParameterValue for a region the IPAM does not operate in.
        """
        check_operates(manager, region)
        return [cidr for cidr in self._cidrs(manager, (region,)) if cidr.state in ANNOUNCED]

    def findings(self, manager: Manager) -> list[RouteFinding]:
        """One for each range that may be announced, before it is announced, too: the mistakes of a migration
        show then. Raises UnsupportedOperation in the Free Tier."""
        if manager.tier == "free":
            raise AwsError(
                "UnsupportedOperation",
                f"Route protection findings need the Advanced Tier; {manager.id} is in the Free Tier. Change "
                "that with ModifyIpam.",
            )
        return [
            self._judged(cidr)
            for cidr in self._cidrs(manager, manager.operating_regions)
            if cidr.advertisable and cidr.state not in GONE
        ]

    def _judged(self, cidr: ByoipCidr) -> RouteFinding:
        own = amazon_asns(cidr.region)
        seen = self._world.routes(cidr.prefix)
        return RouteFinding(cidr, own[0], protection(cidr.prefix, own[0], own, self._world.vrps(), seen))

    def _cidrs(self, manager: Manager, regions: Iterable[str]) -> list[ByoipCidr]:
        accounts = self._admin.watched_by(manager.owner)
        places = [Caller(account, region) for account in accounts for region in regions]
        return [cidr for place in places for cidr in self._ranges.describe(place)]


def check_operates(manager: Manager, region: str) -> None:
    """Raises InvalidParameterValue for a region that an IPAM does not look into."""
    if region not in manager.operating_regions:
        regions = ", ".join(manager.operating_regions)
        raise AwsError(
            "InvalidParameterValue",
            f"{region} is no operating Region of {manager.id}; expected one of {regions}.",
        )
